import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.divisions import province_of, zone_counties
from core.policy import (
    BadSheet,
    FilingSheet,
    SheetKind,
    StatusSheet,
    TermPoint,
    Unit,
    YearlyDay,
    load_shipped,
    read_sheet,
    sheet_text,
)
from core.policy.filing import LastTieStep, PriorityFlag, SubjectSum
from core.policy.status import OutsideFirstYear, Overdue, UpperStage

SHIPPED = load_shipped()
Json = dict[str, object]


def shipped(kind: SheetKind, scope: str) -> FilingSheet | StatusSheet:
    return [s for s in SHIPPED if s.kind is kind and s.scope == scope][-1]


def filing(scope: str) -> FilingSheet:
    sheet = shipped(SheetKind.FILING, scope)
    assert isinstance(sheet, FilingSheet)
    return sheet


def status(scope: str) -> StatusSheet:
    sheet = shipped(SheetKind.STATUS, scope)
    assert isinstance(sheet, StatusSheet)
    return sheet


def changed(sheet: FilingSheet | StatusSheet, change: Callable[[Json, Json], None]) -> str:
    content = json.loads(sheet_text(sheet))
    change(content, content["rules"])
    return json.dumps(content)


def problems(text: str) -> str:
    with pytest.raises(BadSheet) as caught:
        read_sheet(text)
    assert caught.value.problems
    return "\n".join(caught.value.problems)


# --- what is shipped ------------------------------------------------------------------------------


def test_every_county_of_the_zone_and_its_province_has_sheets_today() -> None:
    for county in zone_counties():
        assert filing(county.code).covers(date(2026, 6, 20))
        assert status(province_of(county.code)).covers(date(2026, 6, 20))
    assert len(SHIPPED) == 7


@pytest.mark.parametrize(("scope", "total", "subjects"), [("310118", 750, 7), ("320509", 740, 8), ("330421", 660, 6)])
def test_score_scales(scope: str, total: int, subjects: int) -> None:
    scores = filing(scope).rules.scores.value
    assert scores.total == Decimal(total)
    assert len(scores.subjects) == subjects
    assert scores.subject("chinese").name.zh == "语文"
    with pytest.raises(KeyError):
        scores.subject("alchemy")


def test_tie_rules_per_county() -> None:
    assert filing("330421").rules.tie_keys.value == (
        SubjectSum(sum_of=("chinese", "mathematics", "foreign")),
        SubjectSum(sum_of=("chinese", "mathematics")),
    )
    assert filing("330421").rules.tie_last_step.value is LastTieStep.ADMIT_ALL
    assert filing("310118").rules.tie_last_step.value is LastTieStep.BUREAU_DECIDES
    assert filing("320509").rules.tie_last_step.value is LastTieStep.BUREAU_DECIDES
    assert filing("310118").rules.tie_keys.value[0] == PriorityFlag(flag="policy_priority")


def test_provinces_differ_where_their_rules_do() -> None:
    shanghai, jiangsu, zhejiang = status("310000").rules, status("320000").rules, status("330000").rules
    assert shanghai.term_overdue.value is Overdue.PROPOSE_WITHDRAWAL
    assert zhejiang.term_overdue.value is Overdue.REMIND
    assert (shanghai.term_grace.value, shanghai.term_grace.unit) == (2, Unit.WEEKS)
    assert shanghai.repeat_rule.value.failed_courses == 3
    assert zhejiang.repeat_rule.value.failed_courses is None
    assert jiangsu.roster_freeze.value == YearlyDay(month=11, day=30)
    assert zhejiang.roster_freeze.value == YearlyDay(month=12, day=5)
    assert jiangsu.entry_recheck.value.months == 3
    assert shanghai.outside_first_year.value is OutsideFirstYear.PREPARATORY
    assert jiangsu.upper_stage.value is UpperStage.COLLEGE_FROM_YEAR_1
    assert zhejiang.enlistment.value.early_graduation
    assert not shanghai.enlistment.value.early_graduation
    assert zhejiang.general_to_vocational.value == (
        TermPoint(year=1, term=2),
        TermPoint(year=2, term=1),
        TermPoint(year=2, term=2),
    )


def test_common_terms() -> None:
    for scope in ("310000", "320000", "330000"):
        rules = status(scope).rules
        assert (rules.registration_term.value, rules.registration_term.unit) == (20, Unit.WORKING_DAYS)
        assert (rules.transfer_step.value, rules.transfer_step.unit) == (10, Unit.WORKING_DAYS)
        closing = {c.intake.value: c.day for c in rules.registration_closing.value}
        assert closing == {"autumn": YearlyDay(month=11, day=20), "spring": YearlyDay(month=4, day=20)}
        assert rules.suspension_single.value == 12
        assert rules.graduation_lead.value == 20
        assert len(rules.transfer_across.value) == len(rules.transfer_within.value) + 2


@pytest.mark.parametrize("sheet", SHIPPED, ids=lambda s: f"{s.kind}-{s.scope}-{s.version}")
def test_every_rule_has_words_and_a_basis_and_examples_say_so(sheet: FilingSheet | StatusSheet) -> None:
    for line in sheet.lines():
        assert line.words.zh
        assert line.words.en
        assert line.basis
        if line.example:
            assert "确认" in line.basis, line.id
        else:
            assert "示例" not in line.basis, line.id
    assert sheet.has_examples


@pytest.mark.parametrize("sheet", SHIPPED, ids=lambda s: f"{s.kind}-{s.scope}-{s.version}")
def test_sheets_survive_writing_and_reading(sheet: FilingSheet | StatusSheet) -> None:
    again = read_sheet(sheet_text(sheet))
    assert again == sheet
    assert again.digest == sheet.digest


# --- values, words, dates -------------------------------------------------------------------------


def test_values_by_id_and_by_name_are_the_same() -> None:
    sheet = filing("310118")
    assert sheet.value("choices_max") == sheet.rules.choices_max.value == 3
    assert sheet.item("choices_max").unit is Unit.CHOICES
    assert sheet.item("choices_max").unit.words.zh == "个志愿"
    with pytest.raises(KeyError):
        sheet.value("suspension_single")


def test_windows_become_moments_of_a_year() -> None:
    opens, closes = filing("330421").rules.filing_window.value.in_year(2026)
    assert opens == datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
    assert closes == datetime(2026, 7, 4, 9, 0, tzinfo=UTC)
    assert filing("330421").rules.scores_day.value.in_year(2026) == date(2026, 6, 30)


def test_term_points_count_from_entry() -> None:
    assert TermPoint(year=1, term=1).number == 1
    assert TermPoint(year=2, term=1).number == 3


# --- digests --------------------------------------------------------------------------------------


def test_digest_follows_the_content_and_not_its_spelling_or_end() -> None:
    sheet = filing("310118")

    assert read_sheet(changed(sheet, put("bonus_max", "value", "10.0"))).digest == sheet.digest
    assert read_sheet(changed(sheet, top("effective_to", "2026-12-31"))).digest == sheet.digest
    assert read_sheet(changed(sheet, put("bonus_max", "value", "10.5"))).digest != sheet.digest
    assert len({s.digest for s in SHIPPED}) == len(SHIPPED)
    assert len(sheet.digest) == 64


# --- refusals -------------------------------------------------------------------------------------


def put(rule: str, key: str, value: object) -> Callable[[Json, Json], None]:
    def change(content: Json, rules: Json) -> None:
        item = rules[rule]
        assert isinstance(item, dict)
        item[key] = value

    return change


def top(key: str, value: object) -> Callable[[Json, Json], None]:
    def change(content: Json, rules: Json) -> None:
        content[key] = value

    return change


def remove(rule: str) -> Callable[[Json, Json], None]:
    def change(content: Json, rules: Json) -> None:
        del rules[rule]

    return change


def add(rule: str) -> Callable[[Json, Json], None]:
    def change(content: Json, rules: Json) -> None:
        rules[rule] = {"value": 1, "unit": "none", "basis": "x", "example": False}

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (add("luck"), "rules.luck: Extra inputs"),
        (remove("choices_max"), "rules.choices_max: Field required"),
        (put("choices_max", "colour", "red"), "choices_max.colour: Extra inputs"),
        (put("choices_max", "value", 11), "choices_max.value: Input should be less than or equal to 10"),
        (put("choices_max", "value", "3"), "choices_max.value: Input should be a valid integer"),
        (put("choices_max", "unit", "weeks"), "rule choices_max counts choices, not weeks"),
        (put("choices_max", "basis", ""), "choices_max.basis"),
        (put("tie_keys", "value", [{"sum_of": ["filing_time"]}]), "unknown subjects ['filing_time']"),
        (put("tie_last_step", "value", "first_come"), "tie_last_step.value"),
        (
            put("filing_window", "value", {
                "opens": {"month": 7, "day": 2, "hour": 9, "minute": 0},
                "closes": {"month": 7, "day": 2, "hour": 9, "minute": 0},
            }),
            "close after it opens",
        ),
        (put("scores_day", "value", {"month": 2, "day": 29}), "scores_day.value"),
        (put("scores", "value", {
            "subjects": [{"key": "a", "name": {"zh": "甲", "en": "a"}, "full_mark": "100"}],
            "total": "101", "step": "0.5",
        }), "add up to 100, not to 101"),
        (top("scope", "320000"), "no present division"),
        (top("scope", "320584"), "no present division"),
        (top("scope", "999999"), "no present division"),
        (top("effective_to", "2019-12-31"), "ends before it begins"),
        (top("kind", "weather"), "sheet: "),
        (top("note", "hello"), "note: Extra inputs"),
    ],
)  # fmt: skip
def test_faults_of_a_filing_sheet_are_named(change: Callable[[Json, Json], None], said: str) -> None:
    assert said in problems(changed(filing("320509"), change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("registration_term", "unit", "days"), "counts working_days, not days"),
        (put("suspension_single", "value", 36), "single leave cannot be longer"),
        (put("transfer_across", "value", []), "needs steps"),
        (put("transfer_within", "value", ["sending_school", "sending_school"]), "each party takes one"),
        (put("repeat_rule", "value", {
            "basis": "school_plan", "failed_courses": 3, "special_resit": False}), "counting rule"),
        (put("entry_recheck", "value", {"deadline": "months_after_entry", "months": None}), "counted from entry"),
        (put("staged_forms", "value", ["0", "77"]), "staged_training has no ['77']"),
        (put("completion_to_graduation", "value", {"earliest": 25, "latest": 24}), "before the earliest"),
        (top("scope", "330421"), "no present division"),
    ],
)  # fmt: skip
def test_faults_of_a_status_sheet_are_named(change: Callable[[Json, Json], None], said: str) -> None:
    assert said in problems(changed(status("330000"), change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"kind": "filing"}', "\x00"])
def test_no_text_crashes_the_reader(text: str) -> None:
    assert problems(text)


def test_the_handbook_names_every_rule() -> None:
    handbook = Path(__file__).parents[3].joinpath("docs/policy-sheets.md").read_text(encoding="utf-8")
    for sheet in SHIPPED:
        for line in sheet.lines():
            assert f"| `{line.id}` | {line.words.zh} | {line.words.en} |" in handbook
