"""Who may apply in a county: its eligibility table and its exclusive wishes, read for one person. Pure.

The first line of the table that fits decides. A fact nobody has recorded decides nothing: if a line could fit
or not, depending on it, the answer stays open and the county's list vouches for the pupil.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from core.policy.filing import EligibilityRow, ExclusiveWish, FilingRules, Graduate, Residence
from core.policy.items import Key, Label, Strict
from core.words import Words


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the rules look at. None: not on record. ``wishes`` are the kinds of wish filed elsewhere."""

    hukou: Residence | None = None
    junior_roll: Residence | None = None
    graduate: Graduate | None = None
    residence_proof: bool | None = None
    wishes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """Whether the person may apply, the text of the rule that decided, and its line (0: an exclusive wish)."""

    may_apply: bool
    text: Words
    line: int


class Expected(StrEnum):
    """What a test case expects: may apply, may not, or nothing decided because a fact is missing."""

    MAY = "may"
    MAY_NOT = "may_not"
    OPEN = "open"


class EntryCase(Strict):
    """A test case: the facts of an invented pupil and the answer the rules must give."""

    name: Label
    hukou: Residence | None
    junior_roll: Residence | None
    graduate: Graduate | None
    residence_proof: bool | None
    wishes: tuple[Key, ...]
    expected: Expected

    @model_validator(mode="after")
    def _facts_are_facts(self) -> Self:
        if Residence.ANY in (self.hukou, self.junior_roll) or self.graduate is Graduate.ANY:
            raise ValueError("a pupil has one residence and one year; leave out what is not known")
        return self

    @property
    def facts(self) -> EntryFacts:
        """The facts as the rules read them."""
        wishes = frozenset(self.wishes)
        return EntryFacts(self.hukou, self.junior_roll, self.graduate, self.residence_proof, wishes)


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A test case and what the rules answered."""

    case: EntryCase
    answer: EntryAnswer | None

    @property
    def given(self) -> Expected:
        """The answer in the terms of the case."""
        if self.answer is None:
            return Expected.OPEN
        return Expected.MAY if self.answer.may_apply else Expected.MAY_NOT

    @property
    def holds(self) -> bool:
        """Whether the rules answered as expected."""
        return self.given is self.case.expected


def judge(rows: Sequence[EligibilityRow], wishes: Sequence[ExclusiveWish], facts: EntryFacts) -> EntryAnswer | None:
    """The answer of the rules for a person; None where a fact is missing that would decide, or no line fits."""
    for wish in wishes:
        if wish.wish_type in facts.wishes:
            return EntryAnswer(False, wish.text.words, 0)
    for number, row in enumerate(rows, start=1):
        fits = _fits(row, facts)
        if fits is None:
            return None
        if fits:
            return EntryAnswer(row.may_apply, row.text.words, number)
    return None


def run_cases(rules: FilingRules, cases: Collection[EntryCase]) -> tuple[CaseOutcome, ...]:
    """Every test case with the answer of these rules, in their order."""
    rows, wishes = rules.eligibility.value, rules.exclusive_wishes.value
    return tuple(CaseOutcome(case, judge(rows, wishes, case.facts)) for case in cases)


def untried_lines(rules: FilingRules, cases: Collection[EntryCase]) -> tuple[int, ...]:
    """The lines of the eligibility table that decide no test case, by number from 1."""
    tried = {one.answer.line for one in run_cases(rules, cases) if one.answer is not None}
    return tuple(number for number in range(1, len(rules.eligibility.value) + 1) if number not in tried)


def _fits(row: EligibilityRow, facts: EntryFacts) -> bool | None:
    """Whether a line fits; None if that hangs on a fact nobody has recorded."""
    answers = [
        _same(row.hukou, facts.hukou, Residence.ANY),
        _same(row.junior_roll, facts.junior_roll, Residence.ANY),
        _same(row.graduate, facts.graduate, Graduate.ANY),
        facts.residence_proof if row.needs_residence_proof else True,
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _same(wanted: StrEnum, known: StrEnum | None, anything: StrEnum) -> bool | None:
    if wanted is anything:
        return True
    return None if known is None else wanted is known
