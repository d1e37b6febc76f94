"""Each automatic check by itself, and the sentence it says."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask

from core.identity import check_character
from enrolment.applications.states import PaperKind, PaperState
from enrolment.reviews.listing import flags_of
from enrolment.reviews.precheck import CaseFacts, Check, Finding, precheck
from enrolment.reviews.words import FLAGS, finding_text

_BODY = "32058420110505000"
_GIVEN_ORDER = "32058420110505002"  # the order 000 contradicts no sex
GREEN = CaseFacts(
    document_type="1",
    document_number=_BODY + check_character(_BODY),
    sex="2",
    birth_date=dt.date(2011, 5, 5),
    on=dt.date(2026, 9, 1),
    papers_needed=(PaperKind.IDENTITY, PaperKind.HOUSEHOLD),
    papers={PaperKind.IDENTITY: PaperState.UPLOADED, PaperKind.HOUSEHOLD: PaperState.ACCEPTED},
)


def test_a_usual_case_is_green() -> None:
    assert precheck(GREEN) == ()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"document_number": "320584201105050001"}, [Finding(Check.IDENTITY_UNREADABLE)]),
        ({"document_type": "??"}, [Finding(Check.IDENTITY_UNREADABLE)]),
        ({"sex": "1"}, []),
        (
            {"sex": "1", "document_number": _GIVEN_ORDER + check_character(_GIVEN_ORDER)},
            [Finding(Check.SEX_DIFFERS)],
        ),
        ({"birth_date": dt.date(2011, 5, 6)}, [Finding(Check.BIRTH_DIFFERS, "2011-05-05")]),
        ({"on": dt.date(2030, 9, 1)}, [Finding(Check.AGE_UNUSUAL, "19")]),
        ({"on": dt.date(2025, 5, 4)}, [Finding(Check.AGE_UNUSUAL, "13")]),
        ({"namesakes": 2}, [Finding(Check.NAMESAKE, "2")]),
        ({"papers": None}, [Finding(Check.PAPER_MISSING, "identity"), Finding(Check.PAPER_MISSING, "household")]),
        (
            {"papers": {PaperKind.IDENTITY: PaperState.RETURNED, PaperKind.HOUSEHOLD: PaperState.UPLOADED}},
            [Finding(Check.PAPER_MISSING, "identity")],
        ),
        ({"choices": 0}, [Finding(Check.NO_CHOICE)]),
        ({"shut": (2,), "barred": (1,)}, [Finding(Check.CHOICE_SHUT, "2"), Finding(Check.CHOICE_BARRED, "1")]),
        ({"taken_elsewhere": True}, [Finding(Check.TAKEN_ELSEWHERE)]),
        ({"enrolled": True}, [Finding(Check.ALREADY_ENROLLED)]),
        ({"shared_papers": (PaperKind.HOUSEHOLD,)}, [Finding(Check.PAPER_SHARED, "household")]),
        ({"guardians": 0}, [Finding(Check.NO_GUARDIAN)]),
        ({"shared_phone": True}, [Finding(Check.SHARED_PHONE)]),
    ],
)
def test_each_check(change: dict[str, object], found: list[Finding]) -> None:
    assert list(precheck(replace(GREEN, **change))) == found


def test_every_check_has_a_flag_and_a_sentence(context: Flask) -> None:
    facts = {Check.PAPER_MISSING: "identity", Check.PAPER_SHARED: "identity"}
    for check in Check:
        assert str(finding_text(Finding(check, facts.get(check, "1")))).endswith("。")
        assert FLAGS[check]
    assert (
        flags_of([Finding(Check.NAMESAKE), Finding(Check.CHOICE_SHUT), Finding(Check.CHOICE_SHUT)]).count("、") == 1
    )
