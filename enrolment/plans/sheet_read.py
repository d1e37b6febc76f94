"""Reading a plan workbook: sheet by sheet, then every reference between them."""

from collections.abc import Iterable
from decimal import Decimal

from core.sheets import Findings, Grid, Known, Layout, Row, SheetFault, Table, Words, read_table
from enrolment.plans import sheet_layout as layout
from enrolment.plans.sheet_limits import Names, read_limits
from enrolment.plans.sheet_model import CellRow, PlanSheet, ProgrammeRow, ReservedRow, SchoolRow
from enrolment.plans.sheet_rules import RULES, county_rows, read_rules, round_rules

SHEETS: dict[str, Layout] = {
    "counties": layout.COUNTIES,
    "rules": RULES,
    "schools": layout.SCHOOLS,
    "programmes": layout.PROGRAMMES,
    "cells": layout.CELLS,
    "limits": layout.LIMITS,
    "reserved": layout.RESERVED,
}
OPTIONAL = frozenset({"limits", "reserved"})


def assemble(grids: dict[str, Grid], findings: Findings) -> PlanSheet | None:
    """The plan that the worksheets say together; None, and faults in `findings`, where they do not fit."""
    tables = {key: read_table(grid, SHEETS[key]) for key, grid in grids.items()}
    for table in tables.values():
        findings.faults += table.faults
    if set(SHEETS) - OPTIONAL - set(tables):
        return None
    for key in ("counties", "schools", "programmes", "cells"):
        if not tables[key].rows and not tables[key].faults:
            rule = Words("一行内容都没有", "there is not a single row")
            mend = Words("请填写后再上传", "fill it in")
            findings.faults.append(SheetFault(tables[key].sheet, None, "", "", "", rule, mend))
    names = _names(tables, findings)
    county_names = {
        row.text("code") or "": row.text("name") or "" for row in tables["counties"].rows if row.text("code")
    }
    book = read_rules(tables["rules"], names.counties, findings)
    rules = round_rules(book, names.programmes, findings)
    programmes = tuple(_programme(row, names, findings) for row in tables["programmes"].rows)
    cells = _cells(tables["cells"], names, findings)
    limits = read_limits(tables["limits"], names, findings) if "limits" in tables else ()
    reserved = _reserved(tables["reserved"], names, findings) if "reserved" in tables else ()
    _check_totals(tables["programmes"], cells, reserved, findings)
    if rules is None or findings.faults:
        return None
    return PlanSheet(
        counties=county_rows(county_names, book),
        rules=rules,
        schools=_schools(tables["schools"], names),
        programmes=tuple(sorted((one for one in programmes if one), key=lambda one: one.code)),
        cells=tuple(sorted(cells, key=lambda one: (one.programme, one.county))),
        limits=limits,
        reserved=tuple(sorted(reserved, key=lambda one: (one.programme, one.tag))),
        bases=book.bases,
        notes=tuple(note for table in tables.values() for note in table.notes),
    )


def _names(tables: dict[str, Table], findings: Findings) -> Names:
    """What may be referred to; codes and names that stand twice become faults."""
    counties = _known(tables["counties"], "县区", "county", findings)
    schools = _known(tables["schools"], "学校", "school", findings)
    rows = tables["programmes"].rows
    findings.twice(((row, row.text("code")) for row in rows), "code", Words("招生代码", "the programme code"))
    codes = {code: code for row in rows if (code := row.text("code")) is not None}
    for row in tables["schools"].rows:
        findings.refer(row, "county", row.text("county"), counties)
    return Names(counties, schools, Known(Words("招生代码", "programme code"), codes))


def _known(table: Table, zh: str, en: str, findings: Findings) -> Known:
    codes: dict[str, str] = {}
    for row in table.rows:
        code, name = row.text("code"), row.text("name")
        if code is not None:
            codes[code] = code
            if name is not None:
                codes[name] = code
    findings.twice(((row, row.text("code")) for row in table.rows), "code", Words(f"{zh}代码", f"the {en} code"))
    findings.twice(((row, row.text("name")) for row in table.rows), "name", Words(f"{zh}名称", f"the {en} name"))
    return Known(Words(zh, en), codes)


def _schools(table: Table, names: Names) -> tuple[SchoolRow, ...]:
    rows = (
        SchoolRow(
            row.text("code") or "",
            row.text("name") or "",
            names.counties.find(row.text("county") or "") or "",
        )
        for row in table.rows
    )
    return tuple(sorted(rows, key=lambda one: one.code))


def _programme(row: Row, names: Names, findings: Findings) -> ProgrammeRow | None:
    school = findings.refer(row, "school", row.text("school"), names.schools)
    form = row.text("form")
    _check_stages(row, form, findings)
    _check_sexes(row, findings)
    if school is None or form is None or row.flawed:
        return None
    return ProgrammeRow(
        code=row.text("code") or "",
        name=row.text("name") or "",
        school=school,
        form=form,
        years=row.whole("years") or 0,
        major_year=row.whole("major_year") or 0,
        major_code=row.text("major_code") or "",
        capacity=row.whole("capacity") or 0,
        college_year=row.whole("college_year"),
        college_major=row.text("college_major"),
        college=row.text("college") or "",
        min_open=row.whole("min_open") or 0,
        local_enrolled=row.whole("local_enrolled") or 0,
        sexes=row.text("sexes") or "",
        legal_basis=row.text("legal_basis") or "",
        excludes=tuple(sorted(row.items("excludes"))),
        requires=tuple(sorted(row.items("requires"))),
        advice=row.text("advice") or "",
        boarding=row.flag("boarding"),
        fee_yuan=row.decimal("fee_yuan"),
        note=row.text("note") or "",
    )


def _check_stages(row: Row, form: str | None, findings: Findings) -> None:
    """A through-train names its second major; a three-year programme has none."""
    if form is None:
        return
    if form != "3":
        findings.demand(row, "college_major", row.text("college_major"), "高职专业代码")
    elif row.text("college_major") is not None:
        rule = Words("三年制没有高职阶段", "a three-year programme has no college stage")
        findings.add(row, "college_major", rule, Words("请清空，或改培养形式", "clear it, or change the form"))
    if row.text("college_major") is not None:
        findings.demand(row, "college_year", row.whole("college_year"), "高职专业目录年份")


def _check_sexes(row: Row, findings: Findings) -> None:
    """A sex limit is lawful only where a special rule allows it; without the text it is refused."""
    if row.text("sexes") and not row.text("legal_basis") and "legal_basis" not in row.flawed:
        rule = Words(
            "限招一种性别，却没有写法律依据", "the programme takes one sex only, but no legal basis is stated"
        )
        mend = Words("请在“性别要求依据”写明法规和条款，或清空性别要求", "state law and article, or clear the limit")
        findings.add(row, "legal_basis" if "legal_basis" in row.places else "sexes", rule, mend)


def _cells(table: Table, names: Names, findings: Findings) -> list[CellRow]:
    cells: list[CellRow] = []
    identities: list[tuple[Row, object]] = []
    for row in table.rows:
        programme = findings.refer(row, "programme", row.text("programme"), names.programmes)
        county = findings.refer(row, "county", row.text("county"), names.counties)
        if programme is None or county is None:
            continue
        identities.append((row, (programme, county)))
        seats, floor = row.whole("seats"), row.whole("floor") or 0
        if seats is None:
            continue
        if floor > seats:
            rule = Words(f"保底数 {floor} 大于计划数 {seats}", f"the guarantee {floor} exceeds the cell {seats}")
            findings.add(row, "floor", rule, Words("请改小保底数", "lower the guarantee"))
        cells.append(CellRow(programme, county, seats, floor, row.decimal("line"), row.whole("share")))
    findings.twice(identities, "county", Words("这个专业和县区", "this programme and county"))
    _check_complete(table, {identity for _, identity in identities}, names, findings)
    return cells


def _check_complete(table: Table, found: set[object], names: Names, findings: Findings) -> None:
    """Every programme says a number for every county: nothing is taken for granted."""
    if not table.rows:
        return
    county_names = {code: name for name, code in names.counties.codes.items()}
    for programme in sorted(set(names.programmes.codes.values())):
        missing = [name for code, name in sorted(county_names.items()) if (programme, code) not in found]
        if missing:
            listed = "、".join(missing)
            rule = Words(f"{programme} 没有 {listed} 的计划数", f"{programme} has no number for {listed}")
            mend = Words("请各加一行；不招的写 0", "add a row each; write 0 where none are taken")
            findings.add(table.rows[-1], "", rule, mend, value=programme)


def _reserved(table: Table, names: Names, findings: Findings) -> list[ReservedRow]:
    rows: list[ReservedRow] = []
    identities: list[tuple[Row, object]] = []
    for row in table.rows:
        programme = findings.refer(row, "programme", row.text("programme"), names.programmes)
        tag, seats, release = row.text("tag"), row.whole("seats"), row.flag("release")
        if programme is None or tag is None or seats is None or release is None:
            continue
        identities.append((row, (programme, tag)))
        rows.append(ReservedRow(programme, tag, seats, release, row.text("basis") or ""))
    findings.twice(identities, "tag", Words("这个专业的预留类别", "the reserved tag of this programme"))
    return rows


def _check_totals(
    table: Table, cells: Iterable[CellRow], reserved: Iterable[ReservedRow], findings: Findings
) -> None:
    """What is promised inside a programme fits its total."""
    by_code = {row.text("code"): row for row in table.rows}
    kept: dict[str, int] = {}
    shares: dict[str, list[int | None]] = {}
    for cell in cells:
        kept[cell.programme] = kept.get(cell.programme, 0) + cell.floor
        shares.setdefault(cell.programme, []).append(cell.share)
    for one in reserved:
        kept[one.programme] = kept.get(one.programme, 0) + one.seats
    for code, row in by_code.items():
        capacity = row.whole("capacity")
        if code is not None and capacity is not None:
            _check_programme(row, capacity, kept.get(code, 0), shares.get(code, []), findings)


def _check_programme(row: Row, capacity: int, kept: int, shares: list[int | None], findings: Findings) -> None:
    if kept > capacity:
        rule = Words(
            f"保底与预留合计 {kept}，大于招生总数 {capacity}",
            f"guarantees and reserved seats sum to {kept}, above the total {capacity}",
        )
        findings.add(row, "capacity", rule, Words("请改小保底或预留", "lower guarantees or reserved seats"))
    stated = [share for share in shares if share is not None]
    if stated and len(stated) < len(shares):
        rule = Words("总数份额有的县区写了，有的没写", "some counties have a share of the total, some do not")
        findings.add(row, "capacity", rule, Words("请全部写上，或全部清空", "write all of them, or none"))
    elif sum(stated) > capacity:
        rule = Words(
            f"各县区份额合计 {sum(stated)}，大于招生总数 {capacity}",
            f"the shares sum to {sum(stated)}, above the total {capacity}",
        )
        findings.add(row, "capacity", rule, Words("请改小份额", "lower the shares"))


def line_of(county_line: Decimal | None, cell_line: Decimal | None) -> Decimal | None:
    """The lowest total that counts: the higher of the county's line and the programme's own."""
    stated = [line for line in (county_line, cell_line) if line is not None]
    return max(stated, default=None)
