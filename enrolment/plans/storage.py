"""A plan between its two forms: the typed sheet of the bureaus and the rows of a version."""

from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.db import db
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.plans.models import Plan, PlanLimit, PlanProgramme, QuotaCell
from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    SchoolRow,
)
from registry.schools.models import Programme

RESERVED = "reserved"


def store_sheet(plan: Plan, sheet: PlanSheet) -> None:
    """Inside a transaction: put a sheet's content into an empty version.

    Raises Refused naming the programmes that are not on the register yet.
    """
    programmes = _registered(tuple(one.code for one in sheet.programmes))
    plan.rules = {"rules": plain(asdict(sheet.rules)), "counties": [plain(asdict(one)) for one in sheet.counties]}
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
        )
        entry.cells = [
            QuotaCell(county=cell.county, seats=cell.seats, floor=cell.floor, share=cell.share, line=cell.line)
            for cell in sheet.cells
            if cell.programme == row.code
        ]
        plan.programmes.append(entry)
    plan.limits = [
        *(PlanLimit(kind=one.kind, name=one.name, body=plain(asdict(one))) for one in sheet.limits),
        *(
            PlanLimit(kind=RESERVED, name=f"{one.programme} {one.tag}", body=plain(asdict(one)))
            for one in sheet.reserved
        ),
    ]


def sheet_of(plan: Plan) -> PlanSheet:
    """The sheet a version says; ``sheet_of`` after ``store_sheet`` is the same sheet."""
    rows = sorted(plan.programmes, key=lambda one: one.programme.code)
    schools = {one.programme.school for one in rows}
    return PlanSheet(
        counties=tuple(_county(body) for body in plan.rules["counties"]),
        rules=_rules(plan.rules["rules"]),
        schools=tuple(
            SchoolRow(code=one.code, name=one.organisation.name_zh, county=one.county)
            for one in sorted(schools, key=lambda one: one.code)
        ),
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
        limits=tuple(_limit(one.body) for one in plan.limits if one.kind != RESERVED),
        reserved=tuple(ReservedRow(**one.body) for one in plan.limits if one.kind == RESERVED),
    )


def _registered(codes: tuple[str, ...]) -> dict[str, Programme]:
    found = {one.code: one for one in db.session.scalars(select(Programme).where(Programme.code.in_(codes)))}
    missing = [code for code in codes if code not in found]
    if missing:
        raise Refused(
            _l("这些专业还没有登记：%(codes)s。请学校先在“学校和专业”中登记，再导入计划。", codes="、".join(missing))
        )
    return found


def _programme(row: PlanProgramme) -> ProgrammeRow:
    programme = row.programme
    college = programme.partner_college
    return ProgrammeRow(
        code=programme.code,
        name=programme.name("zh"),
        school=programme.school.code,
        form=programme.form.value,
        years=programme.years,
        major_year=programme.catalogue_year,
        major_code=programme.major_code,
        capacity=row.capacity,
        college_year=programme.college_catalogue_year,
        college_major=programme.college_major_code,
        college=college.name_zh if college else "",
        min_open=row.min_open,
        local_enrolled=row.local_enrolled,
        sexes=row.sexes,
        legal_basis=row.legal_basis,
        excludes=tuple(row.excludes),
        requires=tuple(row.requires),
        advice=row.advice,
        boarding=programme.boarding,
        fee_yuan=Decimal(programme.tuition_yuan),
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
