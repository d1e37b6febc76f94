"""CANDIDATES.xlsx: candidates, scores and wishes of each county as a workbook, in and out.

people = read_candidates(data, expected_of(plan))   # CandidateSheet, or BadSheets with every fault
data = write_candidates(people)                     # the same again
data = candidates_template(forms)                   # empty forms, one worksheet a county
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.sheets import (
    DEFAULT_LIMITS,
    BadSheets,
    Findings,
    Limits,
    SheetNote,
    SheetOut,
    Table,
    Value,
    Wanted,
    Words,
    headings_of,
    plain,
    read_grids,
    read_table,
    sort_sheets,
    write_workbook,
)
from enrolment.applications.sheet_layout import TAKEN, county_layout
from enrolment.applications.sheet_model import (
    NORMAL,
    Candidate,
    CandidateSheet,
    CountySheet,
    Expected,
    Subject,
    TakenRow,
    expected_of,
)
from enrolment.applications.sheet_read import Reading, read_county

__all__ = [
    "NORMAL",
    "Candidate",
    "CandidateSheet",
    "CountyForm",
    "CountySheet",
    "Expected",
    "Subject",
    "TakenRow",
    "candidates_template",
    "expected_of",
    "read_candidates",
    "write_candidates",
]

_TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class CountyForm:
    """An empty worksheet to make: the county, its subjects, how many wishes it takes."""

    code: str
    name: str
    subjects: tuple[Subject, ...]
    wishes: int = 3


def read_candidates(data: bytes, expected: Expected, *, limits: Limits = DEFAULT_LIMITS) -> CandidateSheet:
    """The candidates in a workbook with one worksheet a county, as far as `expected` lets them refer.

    Raises BadSheets with every fault found: cells that cannot be read, numbers that stand twice, wishes for
    programmes that do not exist or are shut to the county, unknown groups, scores above their full mark.
    """
    layouts = {code: county_layout(name, code) for code, name in expected.counties.items()}
    wanted = [Wanted(code, (one.name, *one.aliases)) for code, one in layouts.items()]
    found = sort_sheets(
        read_grids(data, limits=limits), [*wanted, Wanted(_TAKEN, (TAKEN.name, *TAKEN.aliases), required=False)]
    )
    reading = Reading(expected, Findings(list(found.faults)), list(found.notes))
    tables = {code: read_table(found.grids[code], layouts[code]) for code in layouts if code in found.grids}
    for table in tables.values():
        reading.findings.faults += table.faults
        reading.notes += table.notes
    counties = tuple(read_county(tables[code], code, reading) for code in sorted(tables))
    _no_doubles(tables, reading)
    taken = _read_taken(read_table(found.grids[_TAKEN], TAKEN), tables, reading) if _TAKEN in found.grids else ()
    if reading.findings.faults:
        raise BadSheets(reading.findings.faults, reading.notes)
    return CandidateSheet(counties, taken, notes=tuple(reading.notes))


def _no_doubles(tables: Mapping[str, Table], reading: Reading) -> None:
    """No number and no document stands twice, in one county or in two."""
    rows = [row for code in sorted(tables) for row in tables[code].rows]
    numbers = Words("考生号", "the candidate number")
    reading.findings.twice(((row, row.text("number")) for row in rows), "number", numbers)
    documents = ((row, _identity(row.text("document_kind"), row.text("document_number"))) for row in rows)
    reading.findings.twice(documents, "document_number", Words("证件号码", "the document number"))


def _identity(kind: str | None, number: str | None) -> tuple[str, str] | None:
    return None if kind is None or number is None else (kind, number.upper())


def _read_taken(table: Table, tables: Mapping[str, Table], reading: Reading) -> tuple[TakenRow, ...]:
    reading.findings.faults += table.faults
    reading.notes += table.notes
    known = {row.text("number") for one in tables.values() for row in one.rows}
    numbers = Words("考生号", "the candidate number")
    reading.findings.twice(((row, row.text("number")) for row in table.rows), "number", numbers)
    taken: list[TakenRow] = []
    for row in table.rows:
        number = row.text("number")
        if number is None:
            continue
        if number in known:
            taken.append(TakenRow(number, row.text("school") or "", row.text("batch") or ""))
        else:
            what = Words("不在考生名单中，不起作用", "not among the candidates, without effect")
            reading.notes.append(_with_value(row.note("number", what), number))
    return tuple(sorted(taken, key=lambda one: one.number))


def _with_value(note: SheetNote, value: str) -> SheetNote:
    return SheetNote(note.sheet, note.row, note.column, note.heading, value, "", note.what)


def write_candidates(people: CandidateSheet) -> bytes:
    """The workbook that `read_candidates` reads as the same people; equal people give equal bytes."""
    sheets = [_county(one, _most_wishes(one)) for one in people.counties]
    rows = [(one.number, one.school or None, one.batch or None) for one in people.taken]
    return write_workbook(
        [_guide(), *sheets, SheetOut(TAKEN.name, headings_of(TAKEN), rows, fill_in=True)], title="考生名册"
    )


def candidates_template(forms: Sequence[CountyForm]) -> bytes:
    """The empty workbook: one worksheet a county, with drop-downs, notes and an example row."""
    sheets = [_form(form) for form in forms]
    taken = SheetOut(TAKEN.name, headings_of(TAKEN), (), fill_in=True, example=("2026000001", "示例学校", "提前批"))
    return write_workbook([_guide(), *sheets, taken], title="考生名册模板")


def _most_wishes(county: CountySheet) -> int:
    return max((len(one.wishes) for one in county.candidates), default=1) or 1


def _members(
    subjects: Sequence[Subject], total_full: Decimal | None, has_total: bool, wishes: int
) -> dict[str, list[str]]:
    total = [f"总分/{total_full:f}" if total_full is not None else "总分"] if has_total else []
    return {
        "score": [subject.heading for subject in subjects],
        "total": total,
        "wish": [f"志愿{rank}" for rank in range(1, wishes + 1)],
    }


def _county(county: CountySheet, wishes: int) -> SheetOut:
    has_total = county.total_full is not None or any(one.total is not None for one in county.candidates)
    layout = county_layout(county.name, county.county)
    members = _members(county.subjects, county.total_full, has_total, wishes)
    rows = [_row(one, has_total, wishes) for one in county.candidates]
    return SheetOut(layout.name, headings_of(layout, members), rows, fill_in=True)


def _row(one: Candidate, has_total: bool, wishes: int) -> tuple[Value | None, ...]:
    earlier = {True: "yes", False: "no", None: None}[one.earlier_leaver]
    ranked: tuple[Value | None, ...] = (*one.wishes, *(None for _ in range(wishes - len(one.wishes))))
    return (
        one.number,
        one.name,
        one.document_kind.value,
        one.document_number,
        one.sex,
        one.birth_date,
        one.school or None,
        earlier,
        one.bonus or None,
        one.bonus_basis or None,
        one.health or None,
        one.tags or None,
        one.adjusts,
        one.boards,
        one.lottery,
        one.hukou,
        one.junior_roll,
        one.residence_proof,
        *one.scores,
        *((one.total,) if has_total else ()),
        *ranked,
    )


def _form(form: CountyForm) -> SheetOut:
    layout = county_layout(form.name, form.code)
    headings = headings_of(layout, _members(form.subjects, None, False, form.wishes))
    example: tuple[Value | None, ...] = (
        "2026000001",
        "张示例",
        "1",
        "320584201108150001",
        "F",
        None,
        "示例初中",
        "no",
        *(None, None, ("正常",), None, True, None, None),
        *("local", "local", None),
        *(Decimal(100) for _ in form.subjects),
        *("QP0101" for _ in range(form.wishes)),
    )
    return SheetOut(layout.name, headings, (), fill_in=True, example=example)


def _guide() -> SheetOut:
    lines = (
        ("每个县区一个工作表，表名是计划中的县区名称。", "One worksheet a county, named as in the plan."),
        (
            "各科列名写明满分，如 语文/150；加减科目就加减列。",
            "Each subject's heading states its full mark, as 语文/150; add or remove columns freely.",
        ),
        (
            "没有成绩的科目留空；留空不等于 0，排序要用到时会指出是谁缺哪一科。",
            "Leave a missing score blank; blank is not zero, and the round names who lacks what.",
        ),
        ("志愿填招生代码，最想去的在前；列数可增减。", "Wishes are programme codes, the most wanted first."),
        (
            "“已被录取”列出已被其他批次录取的考生。",
            'The sheet "已被录取" lists candidates already placed by another batch.',
        ),
        ("灰色斜体的示例行导入时略过。", "Example rows in grey italics are passed over."),
    )
    return SheetOut("说明", (plain("填写说明", width=60), plain("How to fill in", width=80)), lines)
