"""Every stored state has a word, and red is for problems."""

import enum

import pytest
from flask import Flask

from core.accounts.models import AccountState
from core.documents.models import DocumentState
from core.i18n import say
from core.jobs.models import JobState
from core.notices.models import DeliveryState
from core.web.status_words import TONES, all_status_words, status_word
from enrolment.applications.models import ApplicationState, PaperState, VersionState
from enrolment.confirmations.models import ConfirmationState
from enrolment.cycles.models import RoundState
from enrolment.plans.models import PlanState, SeatKind
from enrolment.results.models import PublicationState
from enrolment.reviews.models import Verdict
from enrolment.rounds.models import RunState
from registry.students.models import IdentityState, Status

STATES: dict[str, type[enum.StrEnum]] = {
    "application": ApplicationState,
    "version": VersionState,
    "paper": PaperState,
    "verdict": Verdict,
    "plan": PlanState,
    "round": RoundState,
    "run": RunState,
    "job": JobState,
    "publication": PublicationState,
    "confirmation": ConfirmationState,
    "seat_entry": SeatKind,
    "student": Status,
    "identity": IdentityState,
    "document": DocumentState,
    "delivery": DeliveryState,
    "account": AccountState,
}


@pytest.mark.parametrize("kind", STATES)
def test_every_state_has_a_word(context: Flask, kind: str) -> None:
    for state in STATES[kind]:
        word = status_word(kind, state)
        assert say(word.word)
        assert word.tone in TONES


def test_unknown_states_are_a_fault() -> None:
    with pytest.raises(KeyError):
        status_word("application", "flying")


def test_words_of_one_kind_differ_unless_the_public_must_not_tell_them_apart(context: Flask) -> None:
    for kind, words in all_status_words().items():
        said = [say(word.word) for state, word in words.items() if (kind, state) != ("student", "P5")]
        assert len(said) == len(set(said)), kind
