"""Sheets of the result workbook about the rules: their text, divided limits, places left free for floors."""

from decimal import Decimal

from core.sheets import SheetOut, Value, figure, plain
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.desk_outcome import Told
from enrolment.rounds.desk_words import Labels
from enrolment.rounds.rule_lines import rule_lines

RULES_SHEET = "录取规则"
_Row = tuple[Value | None, ...]


def rules_sheet(plan: PlanSheet) -> SheetOut:
    """The public rule text, one rule a row."""
    rows: list[_Row] = [(line.zh, line.en) for line in rule_lines(plan.rules)]
    return SheetOut(RULES_SHEET, (plain("规则", width=90), plain("In English", width=90)), rows)


def shares_sheet(told: Told, labels: Labels) -> SheetOut:
    """The shares by which the solver divided limits between counties; empty under any other rule."""
    headings = (plain("限额", width=40), plain("县区"), figure("份额"), figure("报考人数"))
    rows: list[_Row] = [
        (labels.limit(row["limit"]).zh, told.counties[row["county"]], Decimal(row["share"]), Decimal(row["demand"]))
        for row in told.outcome["shares"]
    ]
    return SheetOut("各县区份额", headings, rows)


def floors_sheet(told: Told, labels: Labels) -> SheetOut:
    """Everybody refused a place that was free, with the floor or minimum it was kept for."""
    headings = (plain("考生号"), plain("招生专业", width=40), plain("为满足", width=40))
    rows: list[_Row] = [
        (row["applicant"], labels.programme_and_school(row["programme"]), _kept_for(row["name"], labels))
        for row in told.outcome["refused_by_floors"]
    ]
    return SheetOut("因保底未录", headings, rows)


def _kept_for(name: str, labels: Labels) -> str:
    """``hard/floor/A1/310118`` or ``hard/min/A1`` in words."""
    name = name.removeprefix("hard/")
    if name == "*":
        return "几项保底或开班人数合在一起"
    if name.startswith("min/"):
        return f"开班人数 {labels.programme(name.removeprefix('min/'))}"
    return labels.limit(name).zh
