"""Reading one county's worksheet: scores, document, wishes and groups of every candidate."""

from dataclasses import dataclass
from decimal import Decimal

from core.identity import BadDocument, Document, DocumentKind, Sex, read_document, sex_conflict
from core.policy.filing import Residence
from core.sheets import (
    Findings,
    Row,
    SheetFault,
    SheetNote,
    Table,
    Words,
    close_to,
    did_you_mean,
    exact_number,
    nearest,
)
from core.sheets.grid import letter
from enrolment.applications.sheet_layout import CONCLUSIONS
from enrolment.applications.sheet_model import Candidate, CountySheet, Expected, Subject
from enrolment.plans.sheet import unknown_subject

_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}


@dataclass(slots=True)
class Reading:
    """What reading has met so far."""

    expected: Expected
    findings: Findings
    notes: list[SheetNote]


def read_county(table: Table, county: str, reading: Reading) -> CountySheet:
    """The candidates of one county; what does not fit becomes faults and notes of `reading`."""
    subjects = _subjects(table, county, reading)
    keys = [f"score:{label}" for label in table.members.get("score", ())]
    letters = tuple(letter(table.rows[0].places[key].index) for key in keys) if table.rows else ()
    candidates = [_candidate(row, county, subjects, reading) for row in table.rows]
    totals = [label.partition("/")[2] for label in table.members.get("total", ())]
    return CountySheet(
        county=county,
        name=reading.expected.counties[county],
        subjects=subjects,
        candidates=tuple(sorted((one for one in candidates if one), key=lambda one: one.number)),
        total_full=Decimal(totals[0]) if totals and totals[0] else None,
        sheet=table.sheet,
        letters=letters,
    )


def _subjects(table: Table, county: str, reading: Reading) -> tuple[Subject, ...]:
    labels = [label.rsplit("/", 1) for label in table.members.get("score", ())]
    subjects = tuple(Subject(name, exact_number(Decimal(full))) for name, full in labels)
    names = tuple(subject.name for subject in subjects)
    faults = reading.findings.faults
    for name in sorted({name for name in names if names.count(name) > 1}):
        rule = Words(f"“{name}”有两列", f'there are two columns for "{name}"')
        faults.append(_of_sheet(table, rule, Words("请只保留一列", "keep one of them")))
    needed = {subject for key in reading.expected.tie_keys.get(county, ()) for subject in key}
    for name in sorted(needed - set(names)):
        faults.append(_of_sheet(table, *unknown_subject(name, tuple(one.heading for one in subjects))))
    if not subjects and not table.members.get("total") and not faults:
        rule = Words("没有成绩列，也没有总分列", "there is neither a score column nor a total")
        faults.append(_of_sheet(table, rule, Words("请加上，如 语文/150", "add them, as 语文/150")))
    full = reading.expected.full_marks.get(county)
    total = sum((one.full for one in subjects), Decimal(0))
    if full is not None and subjects and total != full:
        rule = Words(
            f"各科满分之和 {total:f}，与计划所写总分满分 {full:f} 不同",
            f"the full marks sum to {total:f}, the plan states {full:f}",
        )
        mend = Words("请补上缺少的科目列，或更正计划", "add the missing subject, or correct the plan")
        faults.append(_of_sheet(table, rule, mend))
    return subjects


def _of_sheet(table: Table, rule: Words, mend: Words) -> SheetFault:
    return SheetFault(table.sheet, None, "", "", "", rule, mend)


def _candidate(row: Row, county: str, subjects: tuple[Subject, ...], reading: Reading) -> Candidate | None:
    before = len(reading.findings.faults)
    document = _document(row, reading)
    scores = _scores(row, subjects, reading)
    total = _total(row, scores, reading)
    wishes = _wishes(row, county, reading)
    health = _words(row, "health", {*CONCLUSIONS, *reading.expected.tags}, "体检结论", reading)
    groups = reading.expected.tags | reading.expected.exclusive.get(county, frozenset())
    tags = _words(row, "tags", groups, "类别", reading)
    bonus = row.decimal("bonus") or Decimal(0)
    if bonus and not row.text("bonus_basis") and "bonus_basis" not in row.flawed:
        rule = Words("有加分却没有写加分项目", "there is a bonus, but not what it is for")
        reading.findings.add(row, "bonus", rule, Words("请填写加分项目", "fill in 加分项目"))
    if not health and "health" not in row.values and set(wishes) & reading.expected.health_bound:
        what = Words(
            "没有体检结论，却填报了有体检要求的专业，按没有限制处理",
            "no health conclusion is given, but a wish has health conditions; taken as without limits",
        )
        reading.notes.append(row.note("health", what))
    number, name, sex = row.text("number"), row.text("name"), row.text("sex")
    if document is None or number is None or name is None or sex is None:
        return None
    if row.flawed or len(reading.findings.faults) > before:
        return None
    return Candidate(
        number=number,
        name=name,
        document_kind=document.kind,
        document_number=document.number,
        sex=sex,
        scores=scores,
        wishes=wishes,
        birth_date=document.birth_date or row.date("birth_date"),
        school=row.text("school") or "",
        earlier_leaver={"yes": True, "no": False}.get(row.text("earlier_leaver") or ""),
        hukou=_place(row, "hukou"),
        junior_roll=_place(row, "junior_roll"),
        residence_proof=row.flag("residence_proof"),
        total=total,
        bonus=bonus,
        bonus_basis=row.text("bonus_basis") or "",
        health=tuple(sorted(health)),
        tags=tuple(sorted(tags)),
        adjusts=bool(row.flag("adjusts")),
        boards=row.flag("boards"),
        lottery=row.whole("lottery"),
        row=row.number,
    )


def _place(row: Row, key: str) -> Residence | None:
    word = row.text(key)
    return Residence(word) if word else None


def _document(row: Row, reading: Reading) -> Document | None:
    kind, number = row.text("document_kind"), row.text("document_number")
    if kind is None or number is None:
        return None
    try:
        document = read_document(DocumentKind(kind), number)
    except BadDocument as error:
        rounded = len(number) > 15 and not number[15:].strip("0")
        hint = Words(
            "末三位是 0，可能被表格软件改过；请把列设为文本格式，从原始名册重填",
            "it ends in 000 and may have been rounded; format the column as text and fill it in again",
        )
        check = Words("请对照证件更正", "correct it from the document")
        reading.findings.add(row, "document_number", error.words, hint if rounded else check)
        return None
    stated = row.date("birth_date")
    if stated is not None and document.birth_date is not None and stated != document.birth_date:
        rule = Words("与证件号码中的出生日期不同", "differs from the birth date in the document number")
        reading.findings.add(row, "birth_date", rule, Words("请核对更正", "check and correct it"), value="")
    said = [repair.words for repair in document.repairs] + [flag.words for flag in document.flags]
    conflict = sex_conflict(document, _SEXES[row.text("sex") or "M"]) if row.text("sex") else None
    reading.notes += [row.note("document_number", words) for words in said]
    if conflict is not None:
        reading.notes.append(row.note("sex", conflict))
    return document


def _scores(row: Row, subjects: tuple[Subject, ...], reading: Reading) -> tuple[Decimal | None, ...]:
    scores: list[Decimal | None] = []
    for subject, (label, value) in zip(subjects, row.family("score"), strict=True):
        score = value if isinstance(value, Decimal) else None
        if score is not None and score > subject.full:
            rule = Words(f"高于满分 {subject.full:f}", f"above the full mark {subject.full:f}")
            mend = Words("请核对分数，或更正列名中的满分", "check the score, or the full mark in the heading")
            reading.findings.add(row, f"score:{label}", rule, mend, value=f"{score:f}")
        scores.append(score)
    return tuple(scores)


def _total(row: Row, scores: tuple[Decimal | None, ...], reading: Reading) -> Decimal | None:
    for label, value in row.family("total"):
        if not isinstance(value, Decimal):
            return None
        given = [score for score in scores if score is not None]
        complete = bool(scores) and len(given) == len(scores)
        if complete and sum(given) != value:
            rule = Words(
                f"总分与各科之和 {sum(given):f} 不同", f"differs from the sum of the subjects, {sum(given):f}"
            )
            key = f"total:{label}"
            reading.findings.add(row, key, rule, Words("请核对更正", "check and correct it"), value=f"{value:f}")
        return value
    return None


def _wishes(row: Row, county: str, reading: Reading) -> tuple[str, ...]:
    wishes: list[str] = []
    gap = False
    for label, value in sorted(row.family("wish"), key=lambda one: int(one[0])):
        if not isinstance(value, str):
            gap = True
            continue
        key = f"wish:{label}"
        if gap:
            what = Words("前面的志愿是空的，已按顺序前移", "an earlier wish is blank; this one moves up")
            reading.notes.append(row.note(key, what))
            gap = False
        if value in wishes:
            what = Words("与前面的志愿相同，不计", "the same as an earlier wish, it does not count")
            reading.notes.append(row.note(key, what))
        if _wish_is_open(row, key, value, county, reading):
            wishes.append(value)
    return tuple(wishes)


def _wish_is_open(row: Row, key: str, code: str, county: str, reading: Reading) -> bool:
    expected = reading.expected
    if code not in expected.programmes:
        rule = Words("没有这个招生代码", "there is no such programme code")
        reading.findings.add(row, key, rule, _nearest_programme(code, expected), value=code)
        return False
    if (code, county) in expected.shut:
        where = expected.counties[county]
        rule = Words(
            f"{code} 对{where}的计划数是 0，{where}考生不能填报",
            f"{code} has no places for {where}; its candidates cannot choose it",
        )
        mend = Words("请与考生核实后改填或清空", "ask the candidate and change or clear it")
        reading.findings.add(row, key, rule, mend, value=code)
        return False
    return True


def _nearest_programme(word: str, expected: Expected) -> Words:
    """The programmes whose code, else whose name, comes nearest to `word`, each with its name."""
    codes = close_to(word, expected.programmes, cutoff=0.5)
    names = close_to(word, expected.programmes.values(), cutoff=0.5)
    found = codes or [code for code, name in expected.programmes.items() if name in names]
    if not found:
        return nearest(word, expected.programmes)
    return did_you_mean(f"{code} {expected.programmes[code]}" for code in found)


def _words(row: Row, key: str, known: set[str] | frozenset[str], zh: str, reading: Reading) -> tuple[str, ...]:
    for word in row.items(key):
        if word not in known:
            rule = Words(f"计划中没有用到这个{zh}", "the plan knows no such word")
            reading.findings.add(row, key, rule, nearest(word, sorted(known)), value=word)
    return row.items(key)
