"""RULES.xlsx: who may apply in a county, as a workbook, in and out: the table, the exclusive wishes, the test cases.

changes = read_rules(data)           # RuleTables, or BadSheets with every fault
data = write_rules(tables_of(sheet)) # the same again
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.policy import FilingSheet
from core.policy.entry import EntryCase, Expected
from core.policy.filing import EligibilityRow, ExclusiveWish, Graduate, Residence
from core.policy.items import Label
from core.sheets import (
    BadSheets,
    Code,
    Column,
    Findings,
    Identifier,
    Known,
    Layout,
    ListOf,
    Row,
    SheetNote,
    SheetOut,
    Text,
    Value,
    Wanted,
    Words,
    YesNo,
    headings_of,
    plain,
    read_grids,
    read_table,
    sort_sheets,
    write_workbook,
)
from core.sheets.table import Table

_LONG = Text(longest=200)
_NAME = Text(longest=60)
_PLACE: Mapping[str, tuple[str, ...]] = {
    "local": ("本县区", "本地", "local"),
    "outside": ("外地", "外县区", "outside"),
}
_LEAVER: Mapping[str, tuple[str, ...]] = {
    "this_year": ("应届", "应届生", "this year"),
    "earlier": ("往届", "往届生", "earlier"),
}
_ANY: Mapping[str, tuple[str, ...]] = {"any": ("不限", "any")}
RESULTS = Code(
    {
        "may": ("可以报名", "可报", "may apply"),
        "may_not": ("不能报名", "不可报", "may not apply"),
        "open": ("不作判断", "open"),
    }
)
BASES = Code({"eligibility": ("报考资格",), "exclusive_wishes": ("互斥志愿类型", "互斥志愿")})
_EMPTY_IS_UNKNOWN = Words("没有登记就留空", "blank where it is not on record")

ELIGIBILITY = Layout(
    "报考资格",
    (
        Column("hukou", "户籍", Code({**_PLACE, **_ANY}), Words("", ""), required=True),
        Column("junior_roll", "初中学籍", Code({**_PLACE, **_ANY}), Words("", ""), required=True, aliases=("学籍",)),
        Column("graduate", "毕业类别", Code({**_LEAVER, **_ANY}), Words("", ""), required=True, aliases=("应往届",)),
        Column("proof", "需居住证明", YesNo(), Words("", ""), required=True),
        Column("may", "可以报名", YesNo(), Words("", ""), required=True, aliases=("可否报名",)),
        Column("zh", "告知考生", _LONG, Words("考生看到的文字", "what the pupil reads"), required=True, width=40),
        Column("en", "告知考生（英文）", _LONG, Words("", ""), required=True, width=40),
    ),
    note=Words("从上到下，第一条符合的起作用", "read from the top; the first line that fits decides"),
)
WISHES = Layout(
    "互斥志愿",
    (
        Column(
            "key",
            "代号",
            Identifier(r"[a-z][a-z0-9_]*", Words("小写字母开头的代号", "a code in small letters")),
            Words("", ""),
            required=True,
        ),
        Column(
            "name_zh", "名称", _NAME, Words("考生名册“类别”列用的词", "the word of the county's list"), required=True
        ),
        Column("name_en", "名称（英文）", _NAME, Words("", ""), required=True),
        Column("zh", "告知考生", _LONG, Words("考生看到的文字", "what the pupil reads"), required=True, width=40),
        Column("en", "告知考生（英文）", _LONG, Words("", ""), required=True, width=40),
    ),
)
CASES = Layout(
    "试算",
    (
        Column("zh", "情形", _NAME, Words("虚构的考生", "an invented pupil"), required=True, width=30),
        Column("en", "情形（英文）", _NAME, Words("", ""), required=True, width=30),
        Column("hukou", "户籍", Code(_PLACE), _EMPTY_IS_UNKNOWN, present=True),
        Column("junior_roll", "初中学籍", Code(_PLACE), _EMPTY_IS_UNKNOWN, present=True, aliases=("学籍",)),
        Column("graduate", "毕业类别", Code(_LEAVER), _EMPTY_IS_UNKNOWN, present=True, aliases=("应往届",)),
        Column("proof", "有居住证明", YesNo(), _EMPTY_IS_UNKNOWN, present=True),
        Column("wishes", "已填报的互斥志愿", ListOf(_NAME), Words("名称或代号", "names or codes"), present=True),
        Column("expected", "应得结论", RESULTS, Words("", ""), required=True),
    ),
)
BASIS = Layout(
    "依据",
    (
        Column("rule", "规则", BASES, Words("", ""), required=True),
        Column("basis", "政策依据", _LONG, Words("文件名称和文号", "title and number of the document"), required=True,
               width=60),
    ),
)  # fmt: skip
_SHEETS: Mapping[str, Layout] = {"eligibility": ELIGIBILITY, "wishes": WISHES, "cases": CASES, "bases": BASIS}


@dataclass(frozen=True, slots=True)
class RuleTables:
    """What a rules workbook states: the table in its order, the exclusive wishes, the test cases, the bases."""

    eligibility: tuple[EligibilityRow, ...]
    wishes: tuple[ExclusiveWish, ...]
    cases: tuple[EntryCase, ...]
    bases: Mapping[str, str]
    notes: tuple[SheetNote, ...] = field(default=(), compare=False)


def tables_of(sheet: FilingSheet) -> RuleTables:
    """The tables of a county's sheet."""
    rules = sheet.rules
    return RuleTables(
        eligibility=rules.eligibility.value,
        wishes=rules.exclusive_wishes.value,
        cases=sheet.cases,
        bases={"eligibility": rules.eligibility.basis, "exclusive_wishes": rules.exclusive_wishes.basis},
    )


def read_rules(data: bytes) -> RuleTables:
    """The tables in a workbook. Raises BadSheets with every fault found."""
    wanted = [Wanted(key, (one.name, *one.aliases)) for key, one in _SHEETS.items()]
    found = sort_sheets(read_grids(data), wanted)
    findings, notes = Findings(list(found.faults)), list(found.notes)
    tables = {key: read_table(found.grids[key], layout) for key, layout in _SHEETS.items() if key in found.grids}
    for table in tables.values():
        findings.faults += table.faults
        notes += table.notes
    wishes = _wishes(tables.get("wishes"), findings)
    read = RuleTables(
        eligibility=tuple(_lines(tables.get("eligibility"))),
        wishes=wishes,
        cases=_cases(tables.get("cases"), wishes, findings),
        bases=_bases(tables.get("bases"), findings),
        notes=tuple(notes),
    )
    if findings.faults:
        raise BadSheets(findings.faults, notes)
    return read


def write_rules(tables: RuleTables) -> bytes:
    """The workbook that `read_rules` reads as the same tables."""
    wishes = [(one.wish_type, one.name.zh, one.name.en, one.text.zh, one.text.en) for one in tables.wishes]
    rows: Mapping[str, list[tuple[Value | None, ...]]] = {
        "eligibility": [
            (one.hukou, one.junior_roll, one.graduate, one.needs_residence_proof, one.may_apply)
            + (one.text.zh, one.text.en)
            for one in tables.eligibility
        ],
        "wishes": [*wishes],
        "cases": [_case_row(one) for one in tables.cases],
        "bases": [*tables.bases.items()],
    }
    sheets = [SheetOut(one.name, headings_of(one), rows[key], fill_in=True) for key, one in _SHEETS.items()]
    return write_workbook([_guide(), *sheets], title="报考规则")


def _case_row(one: EntryCase) -> tuple[Value | None, ...]:
    facts = (one.hukou, one.junior_roll, one.graduate, one.residence_proof, one.wishes or None, one.expected)
    return (one.name.zh, one.name.en, *facts)


def _guide() -> SheetOut:
    lines = (
        ("“报考资格”从上到下读，第一条符合的起作用。",
         "The table is read from the top; the first line that fits decides."),
        ("“试算”写虚构的考生和应得结论；每次保存都会重新试算，有一条不符就不能保存。",
         "The test cases are invented pupils; a version that answers one of them wrongly is not saved."),
        ("“告知考生”的文字原样显示给考生。", "The texts for the pupil are shown as they stand."),
    )  # fmt: skip
    return SheetOut("说明", (plain("填写说明", width=60), plain("How to fill in", width=80)), lines)


def _lines(table: Table | None) -> list[EligibilityRow]:
    return [_eligibility(row) for row in table.rows if not _lacks(row, ELIGIBILITY)] if table else []


def _lacks(row: Row, layout: Layout) -> bool:
    """Whether a needed cell is blank or was refused: that is a fault already."""
    return any(one.required and one.key not in row.values for one in layout.columns)


def _text(row: Row, key: str) -> str:
    return row.text(key) or ""


def _label(row: Row, prefix: str = "") -> Label:
    return Label(zh=_text(row, f"{prefix}zh"), en=_text(row, f"{prefix}en"))


def _eligibility(row: Row) -> EligibilityRow:
    return EligibilityRow(
        hukou=Residence(_text(row, "hukou")),
        junior_roll=Residence(_text(row, "junior_roll")),
        graduate=Graduate(_text(row, "graduate")),
        needs_residence_proof=bool(row.flag("proof")),
        may_apply=bool(row.flag("may")),
        text=_label(row),
    )


def _wishes(table: Table | None, findings: Findings) -> tuple[ExclusiveWish, ...]:
    rows = [row for row in table.rows if not _lacks(row, WISHES)] if table else []
    findings.twice(((row, row.text("key")) for row in rows), "key", Words("代号", "the code"))
    findings.twice(((row, row.text("name_zh")) for row in rows), "name_zh", Words("名称", "the name"))
    return tuple(
        ExclusiveWish(wish_type=_text(row, "key"), name=_label(row, "name_"), text=_label(row)) for row in rows
    )


def _cases(table: Table | None, wishes: tuple[ExclusiveWish, ...], findings: Findings) -> tuple[EntryCase, ...]:
    rows = [row for row in table.rows if not _lacks(row, CASES)] if table else []
    findings.twice(((row, row.text("zh")) for row in rows), "zh", Words("情形", "the case"))
    known = Known(
        Words("互斥志愿", "exclusive wish"),
        {word: one.wish_type for one in wishes for word in (one.wish_type, one.name.zh, one.name.en)},
    )
    cases = []
    for row in rows:
        named = [findings.refer(row, "wishes", word, known) for word in row.items("wishes")]
        hukou, roll, graduate = (row.text(key) for key in ("hukou", "junior_roll", "graduate"))
        cases.append(
            EntryCase(
                name=_label(row),
                hukou=Residence(hukou) if hukou else None,
                junior_roll=Residence(roll) if roll else None,
                graduate=Graduate(graduate) if graduate else None,
                residence_proof=row.flag("proof"),
                wishes=tuple(one for one in named if one),
                expected=Expected(_text(row, "expected")),
            )
        )
    return tuple(cases)


def _bases(table: Table | None, findings: Findings) -> dict[str, str]:
    rows = [row for row in table.rows if not _lacks(row, BASIS)] if table else []
    findings.twice(((row, row.text("rule")) for row in rows), "rule", Words("规则", "the rule"))
    given = {_text(row, "rule"): _text(row, "basis") for row in rows}
    if table is not None and table.rows:
        for key in BASES.labels.keys() - given.keys():
            name = BASES.labels[key][0]
            rule = Words(f"缺少“{name}”的政策依据", f"the basis of “{name}” is missing")
            findings.add(table.rows[0], "rule", rule, Words("请补上一行", "add a row"), value="")
    return given
