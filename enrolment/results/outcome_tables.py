"""The result of a run for the bureaus: the same tables on the page, in print and in the workbook."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.charts.figure import ChartFigure
from core.charts.heat import Cell, heat_table
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from core.sheets import SheetOut, figure, plain, write_workbook
from enrolment.applications.models import Applicant
from enrolment.plans.sheet import PlanSheet
from enrolment.plans.storage import sheet_of
from enrolment.results.figures import county_name
from enrolment.rounds.check_words import check_word
from enrolment.rounds.desk_words import Labels
from enrolment.rounds.models import Run
from enrolment.rounds.rule_lines import rule_lines

Value = str | int | None


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """One table: its name, its headings (True: figures) and its rows; ``note`` is a sentence above it."""

    name: str
    headings: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeSheet:
    """Everything the bureaus publish of a run: rule text, tables, and how full each cell became."""

    rules: tuple[str, ...]
    tables: tuple[OutcomeTable, ...]
    fill: ChartFigure | None

    def workbook(self, title: str) -> bytes:
        """The same tables as a workbook, the rule text first."""
        rules = SheetOut(_("录取规则"), (plain(_("规则"), width=100),), [(line,) for line in self.rules])
        sheets = [
            SheetOut(
                one.name,
                tuple(figure(text, width=14) if number else plain(text, width=28) for text, number in one.headings),
                [tuple(Decimal(cell) if isinstance(cell, int) else cell for cell in row) for row in one.rows],
            )
            for one in self.tables
        ]
        return write_workbook([rules, *sheets], title=title)


class _Teller:
    """Turns the stored outcome of one run into tables in the reader's language."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.told: Mapping[str, Any] = json.loads(run.outcome or "{}")
        self.plan: PlanSheet = sheet_of(run.snapshot.plan)
        self.labels = Labels(self.plan)
        self.counties = {one.code: county_name(one.code) for one in self.plan.counties}
        self.language = current_language()
        self.full = self._full_marks()

    def _full_marks(self) -> dict[str, Decimal]:
        """The full mark of each county, from one applicant each: scores are shown with their full mark."""
        edges = [row[key] for row in self.told["limits"] for key in ("last", "first_refused") if row[key]]
        numbers = {edge["county"]: edge["applicant"] for edge in edges}
        query = (
            select(Applicant)
            .where(Applicant.candidate_number.in_(numbers.values()))
            .options(joinedload(Applicant.scores))
        )
        found = db.session.scalars(query).unique().all()
        return {one.county: sum((score.full for score in one.scores), Decimal(0)) for one in found}

    def limit(self, name: str) -> str:
        """A limit in words."""
        return self.labels.limit(name).text(self.language)

    def _edge(self, edge: Mapping[str, Any] | None) -> str | None:
        """The last admitted or the first refused: county, position, score with its full mark."""
        if edge is None:
            return None
        full = self.full.get(edge["county"])
        score = f"{edge['score']}/{full:f}" if full else edge["score"]
        county = self.counties.get(edge["county"], edge["county"])
        return _("%(county)s 第 %(place)s 位，%(score)s", county=county, place=edge["position"], score=score)

    def limits(self) -> OutcomeTable:
        """Cuts per limit: cap, used, last admitted, first refused."""
        rows = tuple(
            (
                self.limit(one["name"]),
                one["cap"],
                one["used"],
                self._edge(one["last"]),
                self._edge(one["first_refused"]),
            )
            for one in self.told["limits"]
        )
        headings = (
            (_("限额"), False),
            (_("上限"), True),
            (_("已用"), True),
            (_("最后录取"), False),
            (_("首个未录"), False),
        )
        return OutcomeTable(_("限额与录取线"), headings, rows)

    def classes(self) -> OutcomeTable:
        """Every class with a minimum: pupils, minimum, open or not."""
        closed = {row["programme"]: row for row in self.told["closed"]}
        placed = [place for place in self.told["assignment"].values() if place]
        rows: list[tuple[Value, ...]] = []
        for one in self.plan.programmes:
            if one.min_open:
                row = closed.get(one.code)
                count = placed.count(one.code) + one.local_enrolled if row is None else row["reached"]
                state = _("开班") if row is None else _("未开班")
                rows.append((self.labels.programme(one.code), count, one.min_open, state))
        headings = (
            (_("招生专业"), False),
            (_("人数（含本地）"), True),
            (_("最低开班人数"), True),
            (_("结论"), False),
        )
        return OutcomeTable(_("开班情况"), headings, tuple(rows), self._opening())

    def _opening(self) -> str:
        """The proof of the opening in words."""
        opening = self.told["opening"]
        if not opening["undecided"]:
            return _("所有班级全部开班时都达到最低人数，没有需要取舍的班级。")
        names = "、".join(self.labels.programme(one) for one in opening["undecided"])
        placed, ranks, _opened = opening["best"]
        tried = max((run["tried"] or 0 for run in self.told["engines"]), default=0)
        proof = _("已证明是最好的方案。") if self.told["proven"] else _("没有证明是最好的方案。")
        parts = (
            _("全部开班时达不到最低人数的班级：%(names)s。", names=names),
            _("试过 %(tried)s 种开班方案。", tried=tried),
            _("选定的方案录取 %(placed)s 人，志愿顺序之和 %(ranks)s。", placed=placed, ranks=ranks),
            proof,
        )
        return (" " if self.language.startswith("en") else "").join(parts)

    def guarantees(self) -> OutcomeTable:
        """Floors and reserved places."""
        rows = tuple(
            (self.limit(one["name"]), one["seats"], one["filled"], one["missing"], one["released"])
            for one in self.told["guarantees"]
        )
        headings = ((_("保底或预留"), False), *((text, True) for text in self._guarantee_words()))
        return OutcomeTable(_("保底与预留"), headings, rows)

    @staticmethod
    def _guarantee_words() -> tuple[str, ...]:
        return _("名额"), _("已录"), _("未满"), _("已释放")

    def checks(self) -> OutcomeTable:
        """The checks of the independent verifier."""
        checks = (self.run.certificate or {}).get("checks", [])
        rows = tuple(
            (
                str(check_word(one["name"])),
                one["counted"],
                _("无误") if not one["findings"] else "; ".join(one["findings"]),
            )
            for one in checks
        )
        return OutcomeTable(_("独立核验"), ((_("核验项目"), False), (_("核对数量"), True), (_("结论"), False)), rows)

    def yardsticks(self) -> OutcomeTable:
        """Figures and digests."""
        figures, digests = self.told["yardsticks"], self.told["digests"]
        rows = (
            (_("录取人数"), str(figures["placed"])),
            (_("录取人数的上界"), str(figures["flow_bound"])),
            (_("志愿顺序之和"), str(figures["rank_sum"])),
            (_("保底未满名额"), str(figures["shortfall"])),
            (_("输入指纹（SHA-256）"), digests["instance"]),
            (_("规则指纹"), digests["rules"]),
            (_("分配指纹"), digests["assignment"]),
            (_("完整结果指纹"), self.told["digest"]),
        )
        return OutcomeTable(_("指标与指纹"), ((_("项目"), False), (_("内容"), False)), rows)

    def fill(self) -> ChartFigure | None:
        """How full each programme became for each county."""
        by_number = {row["id"]: row["county"] for row in json.loads(self.run.snapshot.instance)["applicants"]}
        taken = [(place, by_number[who]) for who, place in self.told["assignment"].items() if place]
        cells = {
            (self._row(one.programme), self.counties[one.county]): Cell(
                taken.count((one.programme, one.county)), one.seats
            )
            for one in self.plan.cells
            if one.seats
        }
        if not cells:
            return None
        rows, columns = sorted({row for row, _column in cells}), sorted({column for _row, column in cells})
        title = _("各专业对各县区的计划完成情况")
        return heat_table(title, rows, columns, cells, head=_("招生专业"), language=self.language)

    def _row(self, code: str) -> str:
        """A programme in the picture: names are Chinese, and a picture cannot mark them as such."""
        return code if self.language.startswith("en") else self.labels.programme(code)

    def tables(self) -> Iterator[OutcomeTable]:
        """Every table that has rows."""
        every = (self.limits(), self.classes(), self.guarantees(), self.checks(), self.yardsticks())
        yield from (one for one in every if one.rows)


def outcome_sheet(run: Run, *, picture: bool = True) -> OutcomeSheet:
    """The result sheet of a stored run, in the reader's language; ``picture`` adds the heat table."""
    teller = _Teller(run)
    rules = tuple(line.text(teller.language) for line in rule_lines(teller.plan.rules))
    return OutcomeSheet(rules, tuple(teller.tables()), teller.fill() if picture else None)
