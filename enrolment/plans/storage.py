"""A plan between its two forms: the typed sheet of the bureaus and the rows of a version."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.cycles.models import Cycle, Round
from enrolment.plans.models import Plan, PlanLimit, PlanProgramme, QuotaCell
from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    RuleBasis,
    SchoolRow,
)
from registry.schools.models import Programme, School
from registry.schools.years import schools_out_of

RESERVED = "reserved"

_IN_COLUMNS = frozenset(
    {"code", "capacity", "min_open", "local_enrolled", "sexes", "legal_basis", "excludes", "requires", "advice"}
)
_FIXED = ("school", "form", "years", "major_year", "major_code", "college_year", "college_major")


def store_sheet(plan: Plan, sheet: PlanSheet) -> None:
    """Inside a transaction: put a sheet's content into an empty version.

    Raises Refused naming the programmes that are not on the register, or stand there differently, and the
    schools that take no part in the year.
    """
    programmes = _registered(sheet)
    _refuse_absent(plan, programmes.values())
    plan.rules = rules_body(sheet.rules, sheet.counties, sheet.schools, sheet.bases)
    cells: dict[str, list[QuotaCell]] = {}
    for cell in sheet.cells:
        cells.setdefault(cell.programme, []).append(
            QuotaCell(county=cell.county, seats=cell.seats, floor=cell.floor, share=cell.share, line=cell.line)
        )
    for position, row in enumerate(sheet.programmes, start=1):
        entry = PlanProgramme(
            programme_id=programmes[row.code].id,
            position=position,
            capacity=row.capacity,
            min_open=row.min_open,
            local_enrolled=row.local_enrolled,
            sexes=row.sexes,
            legal_basis=row.legal_basis,
            excludes=list(row.excludes),
            requires=list(row.requires),
            advice=row.advice,
            stated=stated(row),
        )
        entry.cells = cells.get(row.code, [])
        plan.programmes.append(entry)
    plan.limits = [
        *(PlanLimit(kind=one.kind, name=one.name, body=plain(asdict(one))) for one in sheet.limits),
        *(
            PlanLimit(kind=RESERVED, name=f"{one.programme} {one.tag}", body=plain(asdict(one)))
            for one in sheet.reserved
        ),
    ]


def rules_of(plan: Plan) -> RoundRules:
    """The rules a version states, without reading its programmes."""
    return _rules(plan.rules["rules"])


def sheet_of(plan: Plan) -> PlanSheet:
    """The sheet a version says; ``sheet_of`` after ``store_sheet`` is the same sheet."""
    rows = sorted(plan.programmes, key=lambda one: one.programme.code)
    limits = sorted(plan.limits, key=lambda one: (one.kind, one.name))
    reserved = (ReservedRow(**one.body) for one in limits if one.kind == RESERVED)
    return PlanSheet(
        counties=tuple(_county(body) for body in plan.rules["counties"]),
        rules=_rules(plan.rules["rules"]),
        schools=tuple(SchoolRow(**body) for body in plan.rules["schools"]),
        programmes=tuple(_programme(row) for row in rows),
        cells=tuple(
            CellRow(
                programme=row.programme.code,
                county=cell.county,
                seats=cell.seats,
                floor=cell.floor,
                line=cell.line,
                share=cell.share,
            )
            for row in rows
            for cell in sorted(row.cells, key=lambda one: one.county)
        ),
        limits=tuple(_limit(one.body) for one in limits if one.kind != RESERVED),
        reserved=tuple(sorted(reserved, key=lambda one: (one.programme, one.tag))),
        bases=tuple(RuleBasis(**body) for body in plan.rules["bases"]),
    )


def registered_row(programme: Programme, capacity: int = 0) -> ProgrammeRow:
    """The sheet row of a programme as the register knows it."""
    college = programme.partner_college
    return ProgrammeRow(
        code=programme.code,
        name=programme.name("zh"),
        school=programme.school.code,
        form=programme.form.value,
        years=programme.years,
        major_year=programme.catalogue_year,
        major_code=programme.major_code,
        capacity=capacity,
        college_year=programme.college_catalogue_year,
        college_major=programme.college_major_code,
        college=college.name_zh if college else "",
        boarding=programme.boarding,
        fee_yuan=Decimal(programme.tuition_yuan),
    )


def registered_school(school: School) -> SchoolRow:
    """The sheet row of a school as the register knows it."""
    return SchoolRow(code=school.code, name=school.organisation.name_zh, county=school.county)


def stated(row: ProgrammeRow) -> dict[str, Any]:
    """What a sheet row says of the programme itself, as JSON (``PlanProgramme.stated``)."""
    body: dict[str, Any] = plain(asdict(row))
    return {name: value for name, value in body.items() if name not in _IN_COLUMNS}


def rules_body(
    rules: RoundRules,
    counties: Iterable[CountyRow],
    schools: Iterable[SchoolRow],
    bases: Iterable[RuleBasis] = (),
) -> dict[str, Any]:
    """The JSON of ``Plan.rules``."""
    return {
        "rules": plain(asdict(rules)),
        "counties": [plain(asdict(one)) for one in counties],
        "schools": [plain(asdict(one)) for one in schools],
        "bases": [plain(asdict(one)) for one in bases],
    }


def _registered(sheet: PlanSheet) -> dict[str, Programme]:
    """The programmes of a sheet by code."""
    codes = [one.code for one in sheet.programmes]
    query = select(Programme).where(Programme.code.in_(codes)).options(joinedload(Programme.school))
    found = {one.code: one for one in db.session.scalars(query)}
    missing = [code for code in codes if code not in found]
    if missing:
        raise Refused(
            _l("这些专业还没有登记：%(codes)s。请学校先在“学校和专业”中登记，再导入计划。", codes="、".join(missing))
        )
    counties = {one.code: one.county for one in sheet.schools}
    strange = [
        row.code
        for row in sheet.programmes
        if not _agrees(row, found[row.code]) or counties[row.school] != found[row.code].school.county
    ]
    if strange:
        raise Refused(
            _l(
                "这些专业与登记的不一致：%(codes)s。请核对学校、所在县区、培养形式、学制和专业代码，再导入计划。",
                codes="、".join(strange),
            )
        )
    return found


def _refuse_absent(plan: Plan, programmes: Iterable[Programme]) -> None:
    """A school that is not in the year has no row in its plans."""
    year = db.session.scalar(
        select(Cycle.year).join(Round, Round.cycle_id == Cycle.id).where(Round.id == plan.round_id)
    )
    schools = {one.school_id: one.school for one in programmes}
    out = schools_out_of(year, schools) if year else frozenset()
    if out:
        names = sorted(schools[one].organisation.name_zh for one in out)
        raise Refused(
            _l(
                "这些学校不参加 %(year)s 年招生：%(names)s。请删去这些学校的专业，或由县区教育局登记参加。",
                year=year,
                names="、".join(names),
            )
        )


def _agrees(row: ProgrammeRow, programme: Programme) -> bool:
    known = registered_row(programme)
    return all(getattr(row, name) == getattr(known, name) for name in _FIXED)


def _programme(row: PlanProgramme) -> ProgrammeRow:
    body = {**row.stated, "fee_yuan": _decimal(row.stated["fee_yuan"])}
    return ProgrammeRow(
        code=row.programme.code,
        capacity=row.capacity,
        min_open=row.min_open,
        local_enrolled=row.local_enrolled,
        sexes=row.sexes,
        legal_basis=row.legal_basis,
        excludes=tuple(row.excludes),
        requires=tuple(row.requires),
        advice=row.advice,
        **body,
    )


def _rules(body: dict[str, Any]) -> RoundRules:
    known = {name.name: body[name.name] for name in fields(RoundRules)}
    opening = known["opening"]
    known["opening"] = opening if isinstance(opening, str) else tuple(opening)
    known["adjust_order"] = tuple(known["adjust_order"])
    return RoundRules(**known)


def _county(body: dict[str, Any]) -> CountyRow:
    return CountyRow(
        code=body["code"],
        name=body["name"],
        tie_keys=tuple(tuple(key) for key in body["tie_keys"]),
        line=_decimal(body["line"]),
        full_mark=_decimal(body["full_mark"]),
    )


def _limit(body: dict[str, Any]) -> LimitRow:
    listed = {name: tuple(body[name]) for name in ("schools", "sources", "programmes")}
    return LimitRow(**{**body, **listed})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def plain(value: Any) -> Any:
    """JSON of a frozen row: decimals as exact text, tuples as lists."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value
