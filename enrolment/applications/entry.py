"""Who may open an application in a round: the rules of this room, and those that later rooms add."""

from collections.abc import Callable

from core.errors import Refused
from core.policy.entry import judge
from enrolment.applications.catalogue import pupil_of
from enrolment.applications.eligibility import Bar, Refusal
from enrolment.applications.models import Applicant
from enrolment.applications.words import bar_text
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheet

EntryRule = Callable[[Applicant, Round], object | None]
"""Answers the sentence why a pupil may not take part in a round, or None."""

_RULES: list[EntryRule] = []


def add_entry_rule(rule: EntryRule) -> None:
    """Register a rule of a later room: a supplementary round is for those without a place (idempotent)."""
    if rule not in _RULES:
        _RULES.append(rule)


def demand_entry(applicant: Applicant, in_round: Round) -> None:
    """Raise Refused with the first reason why the pupil may not take part in the round."""
    if applicant.taken_elsewhere:
        raise Refused(bar_text(Refusal(Bar.TAKEN)))
    answer = judge(filing_sheet(in_round, applicant.county).rules.eligibility.value, (), pupil_of(applicant).entry)
    if answer is not None and not answer.may_apply:
        raise Refused(bar_text(Refusal(Bar.NOT_ELIGIBLE, answer.text)))
    for rule in _RULES:
        sentence = rule(applicant, in_round)
        if sentence is not None:
            raise Refused(sentence)
