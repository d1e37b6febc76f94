"""The plan of a round: stated as a workbook, read back, imported, reported, agreed by every bureau."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.access import Role
from core.divisions import division
from core.policy.filing import SubjectSum
from demo.actors import Staff
from demo.content import ProgrammeFacts, county_codes, line_share, programmes, school_code, zone
from demo.offices import Zone
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheet
from enrolment.plans.models import Plan
from enrolment.plans.operations import agree, import_plan, report
from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    read_plan,
    write_plan,
)
from enrolment.plans.sheet_layout import LIMIT_KINDS
from enrolment.plans.storage import registered_row, registered_school
from registry.schools.models import Programme, School


@dataclass(frozen=True, slots=True)
class CountyExam:
    """How a county scores: its subjects with their full marks, and the sums that part equal totals."""

    subjects: tuple[tuple[str, Decimal], ...]
    tie_keys: tuple[tuple[str, ...], ...]

    @property
    def full(self) -> Decimal:
        return sum((full for _name, full in self.subjects), Decimal(0))


def exam_of(in_round: Round, county: str) -> CountyExam:
    """The county's exam as its policy sheet states it."""
    rules = filing_sheet(in_round, county).rules
    names = {one.key: one.name.words.zh for one in rules.scores.value.subjects}
    return CountyExam(
        subjects=tuple((one.name.words.zh, one.full_mark) for one in rules.scores.value.subjects),
        tie_keys=tuple(
            tuple(names[key] for key in one.sum_of) for one in rules.tie_keys.value if isinstance(one, SubjectSum)
        ),
    )


def agreed_plan(
    in_round: Round, staff: Staff, made: Zone, rows: Sequence[Programme], seats: Mapping[tuple[str, str], int]
) -> Plan:
    """A plan that all bureaus have approved; ``seats`` by programme code and source county, none is zero."""
    source = write_plan(_sheet(in_round, rows, seats))
    first = next(iter(made.bureaus.values()))
    officer = staff.actor(Role.COUNTY_OFFICER, first)
    plan = import_plan(officer, round_id=in_round.id, sheet=read_plan(source), source=source)
    report(officer, plan_id=plan.id, version=plan.version)
    for bureau in made.bureaus.values():
        agree(staff.actor(Role.COUNTY_APPROVER, bureau), plan_id=plan.id, version=plan.version)
    return plan


def full_seats() -> dict[tuple[str, str], int]:
    """Every cell of a whole year's plan."""
    return {(one.code, county): one.seats_for(county) for one in programmes() for county in county_codes()}


def _sheet(in_round: Round, rows: Sequence[Programme], seats: Mapping[tuple[str, str], int]) -> PlanSheet:
    regular = in_round.number == 1
    facts = {one.code: one for one in programmes()}
    schools: dict[uuid.UUID, School] = {one.school_id: one.school for one in rows}
    return PlanSheet(
        counties=tuple(_county(in_round, code, regular=regular) for code in sorted(county_codes())),
        rules=_rules(in_round, regular=regular),
        schools=tuple(sorted((registered_school(one) for one in schools.values()), key=lambda one: one.code)),
        programmes=tuple(
            _row(one, facts[one.code], sum(seats.get((one.code, county), 0) for county in county_codes()), regular)
            for one in sorted(rows, key=lambda one: one.code)
        ),
        cells=tuple(
            CellRow(one.code, county, seats.get((one.code, county), 0))
            for one in sorted(rows, key=lambda one: one.code)
            for county in sorted(county_codes())
        ),
        limits=tuple(sorted(map(_limit, zone()["limits"]), key=lambda one: (one.kind, one.name))) if regular else (),
        reserved=tuple(ReservedRow(**row) for row in zone()["reserved"]) if regular else (),
    )


def _county(in_round: Round, code: str, *, regular: bool) -> CountyRow:
    exam = exam_of(in_round, code)
    line = (exam.full * line_share()).quantize(Decimal(1)) if regular else None
    return CountyRow(code, division(code).zh, exam.tie_keys, line, exam.full)


def _rules(in_round: Round, *, regular: bool) -> RoundRules:
    return RoundRules(
        year=in_round.cycle.year,
        title=zone()["title"]["regular" if regular else "supplementary"],
        across="own_county",
        ties="lottery",
        checks="before",
        opening="optimal",
        adjustment="same_school",
        seed=in_round.seed,
    )


def _row(one: Programme, facts: ProgrammeFacts, capacity: int, regular: bool) -> ProgrammeRow:
    return replace(
        registered_row(one, capacity),
        min_open=facts.min_open if regular else 0,
        sexes=facts.sexes,
        legal_basis=facts.legal_basis,
        excludes=facts.excludes,
        requires=facts.requires,
        advice=facts.advice,
    )


def _limit(row: dict[str, Any]) -> LimitRow:
    """A limit of the data file, its counties and schools named by their codes."""
    codes = county_codes()
    schools = tuple(school_code(one) for one in row.get("schools", ()))
    host = codes[row["host"]] if "host" in row else ""
    sources = tuple(codes[one] for one in row.get("sources", ()))
    parts = ("+".join(schools), row.get("sex", ""), host, "+".join(sources))
    about = "-".join(part for part in parts if part)
    return LimitRow(
        kind=row["kind"],
        name=f"{LIMIT_KINDS.write(row['kind'])} {about}".strip(),
        cap=row["cap"],
        schools=schools,
        sex=row.get("sex", ""),
        host=host,
        sources=sources,
        shares={code: row["cap"] // len(codes) for code in codes} if row["kind"] in ("beds", "zone") else {},
        basis=row["basis"],
    )
