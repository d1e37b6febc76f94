"""The workbook of a pass list: candidate numbers with their names, checked against the counties' lists."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.sheets import (
    BadSheets,
    Column,
    Findings,
    Identifier,
    Layout,
    SheetFault,
    SheetNote,
    SheetOut,
    Text,
    Wanted,
    Words,
    headings_of,
    read_grids,
    read_table,
    sort_sheets,
    write_workbook,
)

PASSED = Layout(
    "合格名单",
    (
        Column(
            "number",
            "考生号",
            Identifier(),
            Words("与县区名册相同", "as on the county's roster"),
            required=True,
            aliases=("报名号", "考号"),
            width=20,
        ),
        Column(
            "name",
            "姓名",
            Text(longest=60, name=True),
            Words("用来核对考生号", "to check the number by"),
            required=True,
            aliases=("考生姓名",),
            sensitive=True,
        ),
    ),
    aliases=("名单", "面试合格名单", "体检合格名单"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil a list may name: the name on record, and whether the county has seats in the programme."""

    name: str
    open: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """The candidate numbers of a list, sorted, and what was repaired while reading."""

    candidates: tuple[str, ...]
    notes: tuple[SheetNote, ...] = ()

    @property
    def sha256(self) -> str:
        """The fingerprint of the list: SHA-256 of the sorted numbers, one a line."""
        return list_digest(self.candidates)


def list_digest(candidates: Iterable[str]) -> str:
    """SHA-256 of sorted candidate numbers, one a line."""
    return hashlib.sha256("\n".join(sorted(candidates)).encode()).hexdigest()


def read_passed(data: bytes, known: Mapping[str, Known]) -> Passed:
    """The list in a workbook.

    Raises BadSheets with every fault: numbers on no county's list, names that differ, pupils whose county has
    no seats in the programme, numbers that stand twice, a list without anybody.
    """
    found = sort_sheets(read_grids(data), [Wanted("passed", (PASSED.name, *PASSED.aliases))])
    findings = Findings(list(found.faults))
    if "passed" not in found.grids:
        raise BadSheets(findings.faults, found.notes)
    table = read_table(found.grids["passed"], PASSED)
    findings.faults += table.faults
    findings.twice(
        ((row, row.text("number")) for row in table.rows), "number", Words("考生号", "the candidate number")
    )
    numbers: list[str] = []
    for row in table.rows:
        number, name = row.text("number"), row.text("name")
        if number is None or name is None:
            continue
        pupil = known.get(number)
        if pupil is None:
            rule = Words("县区名册中没有这个考生号", "no county's roster has this candidate number")
            findings.add(row, "number", rule, Words("请核对考生号", "check the number"), value=number)
        elif pupil.name != name:
            rule = Words("与名册上这个考生号的姓名不同", "differs from the name of this number on the roster")
            findings.add(row, "name", rule, Words("请核对考生号和姓名", "check number and name"))
        elif not pupil.open:
            rule = Words("考生所在县区在这个专业没有名额", "the county of this pupil has no seats in the programme")
            findings.add(row, "number", rule, Words("请删去这一行", "remove this row"), value=number)
        else:
            numbers.append(number)
    if not table.rows and not findings.faults:
        rule = Words("名单是空的", "the list is empty")
        mend = Words("请每行填写一名考生", "write one pupil a row")
        findings.faults.append(SheetFault(table.sheet, None, "", "", "", rule, mend))
    if findings.faults:
        raise BadSheets(findings.faults, (*found.notes, *table.notes))
    return Passed(tuple(sorted(numbers)), (*found.notes, *table.notes))


def passed_template() -> bytes:
    """The empty workbook."""
    return write_workbook(
        [SheetOut(PASSED.name, headings_of(PASSED), (), fill_in=True, example=("2026000001", "张示例"))],
        title="合格名单模板",
    )
