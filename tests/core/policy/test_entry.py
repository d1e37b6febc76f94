"""Who may apply: the table read line by line, missing facts, exclusive wishes, and the shipped test cases."""

import json

import pytest

from core.policy import BadSheet, FilingSheet, load_shipped, read_sheet, sheet_text
from core.policy.entry import EntryFacts, Expected, judge, run_cases, untried_lines
from core.policy.filing import Graduate, Residence

FILING = [sheet for sheet in load_shipped() if isinstance(sheet, FilingSheet)]
LOCAL, OUTSIDE = Residence.LOCAL, Residence.OUTSIDE


def sheet(scope: str) -> FilingSheet:
    return [one for one in FILING if one.scope == scope][-1]


@pytest.mark.parametrize("one", FILING, ids=lambda one: f"{one.scope} {one.version}")
def test_every_shipped_sheet_answers_its_cases_and_tries_every_line(one: FilingSheet) -> None:
    assert one.cases
    assert all(outcome.holds for outcome in run_cases(one.rules, one.cases))
    assert untried_lines(one.rules, one.cases) == ()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EntryFacts(hukou=LOCAL), (True, 1)),
        (EntryFacts(OUTSIDE, LOCAL, Graduate.THIS_YEAR, True), (True, 2)),
        (EntryFacts(OUTSIDE, LOCAL, Graduate.THIS_YEAR, False), (False, 3)),
        (EntryFacts(OUTSIDE, LOCAL, Graduate.THIS_YEAR), None),
        (EntryFacts(OUTSIDE, OUTSIDE), (False, 3)),
        (EntryFacts(), None),
        (EntryFacts(hukou=LOCAL, wishes=frozenset({"bachelor_through_train"})), (False, 0)),
    ],
)
def test_the_first_line_that_fits_decides(facts: EntryFacts, expected: tuple[bool, int] | None) -> None:
    rules = sheet("330421").rules
    answer = judge(rules.eligibility.value, rules.exclusive_wishes.value, facts)
    assert (answer and (answer.may_apply, answer.line)) == expected


def test_a_case_that_is_answered_otherwise_does_not_hold() -> None:
    one = sheet("330421")
    wrong = one.cases[0].model_copy(update={"expected": Expected.MAY_NOT})
    assert [outcome.holds for outcome in run_cases(one.rules, [wrong])] == [False]


def test_a_pupil_has_one_residence() -> None:
    body = json.loads(sheet_text(sheet("330421")))
    body["cases"][0]["hukou"] = "any"
    with pytest.raises(BadSheet):
        read_sheet(json.dumps(body))
