"""Which programmes a pupil may choose, and why not the others. Pure.

The same bars strike a choice before the round (`allocation.eligibility`); here they are told while the
family can still choose differently. Only a county's own seats count: a programme without seats for the
pupil's county is not on offer. A sex limit always comes with its legal basis.
"""

import enum
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.policy.entry import EntryFacts, judge
from core.policy.filing import EligibilityRow
from core.words import Words


class Bar(enum.StrEnum):
    """Why a programme cannot be chosen, or a list cannot be sent."""

    TAKEN = "taken"
    EXCLUSIVE_WISH = "exclusive_wish"
    NOT_ELIGIBLE = "not_eligible"
    NOT_OFFERED = "not_offered"
    NO_SEATS = "no_seats"
    SEX = "sex"
    REQUIRED = "required"
    NOT_ON_LIST = "not_on_list"
    NO_LIST_YET = "no_list_yet"
    HEALTH = "health"
    TOO_MANY = "too_many"
    DUPLICATE = "duplicate"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A bar with what it rests on: the missing or excluding tag, the legal basis, the rule's own text."""

    bar: Bar
    fact: str | Words = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class PassRule:
    """A list that a programme asks for: its name, whether it bars the choice, who is on it (None: not loaded).

    Where it does not bar, the choice of a pupil who is not on it is skipped in the round.
    """

    name: str
    bars: bool
    passed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Pupil:
    """What eligibility looks at. ``sex`` is M or F; ``tags`` are groups and health conclusions.

    ``entry`` are the facts that the county's table of entry looks at, as far as its list states them; ``number``
    is the candidate number by which pass lists name pupils.
    """

    county: str
    sex: str
    tags: frozenset[str] = frozenset()
    taken_elsewhere: bool = False
    entry: EntryFacts = EntryFacts()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme as the round's plan offers it to one county (``seats``; 0 shuts it)."""

    programme_id: uuid.UUID
    seats: int
    sexes: str = ""
    legal_basis: str = ""
    requires: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    lists: tuple[PassRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRules:
    """The county's rules about a list, from its policy sheet.

    ``exclusive`` maps a kind of wish, as the county's list names it, to the rule's text; ``entry`` is the table
    of who may apply; ``health_after`` leaves health to the school after sending, so that it only warns here.
    """

    most: int
    exclusive: Mapping[str, Words]
    health_after: bool = False
    entry: tuple[EligibilityRow, ...] = ()


def bar_to_all(pupil: Pupil, rules: ListRules) -> Refusal | None:
    """What keeps the pupil from every programme: taken by an earlier batch, not eligible, an exclusive wish."""
    if pupil.taken_elsewhere:
        return Refusal(Bar.TAKEN)
    answer = judge(rules.entry, (), pupil.entry)
    if answer is not None and not answer.may_apply:
        return Refusal(Bar.NOT_ELIGIBLE, answer.text)
    for wish in sorted(rules.exclusive):
        if wish in pupil.tags:
            return Refusal(Bar.EXCLUSIVE_WISH, rules.exclusive[wish])
    return None


def bar_to(pupil: Pupil, offer: Offer | None, rules: ListRules) -> Refusal | None:
    """Why this pupil may not choose this programme; None if they may."""
    everywhere = bar_to_all(pupil, rules)
    if everywhere is not None:
        return everywhere
    if offer is None:
        return Refusal(Bar.NOT_OFFERED)
    return _bar_of_offer(pupil, offer, rules)


def _bar_of_offer(pupil: Pupil, offer: Offer, rules: ListRules) -> Refusal | None:
    if offer.seats <= 0:
        return Refusal(Bar.NO_SEATS)
    if offer.sexes and pupil.sex not in offer.sexes:
        return Refusal(Bar.SEX, offer.legal_basis)
    missing = sorted(offer.requires - pupil.tags)
    if missing:
        return Refusal(Bar.REQUIRED, missing[0])
    shut = sorted(offer.excludes & pupil.tags)
    if shut and not rules.health_after:
        return Refusal(Bar.HEALTH, shut[0])
    return _bar_of_lists(pupil, offer)


def _bar_of_lists(pupil: Pupil, offer: Offer) -> Refusal | None:
    for one in offer.lists:
        if one.bars and one.passed is None:
            return Refusal(Bar.NO_LIST_YET, one.name)
        if one.bars and one.passed is not None and pupil.number not in one.passed:
            return Refusal(Bar.NOT_ON_LIST, one.name)
    return None


def skipped_by(pupil: Pupil, offer: Offer) -> PassRule | None:
    """The list for which the choice is skipped in the round unless the pupil comes onto it; None without one."""
    return next((one for one in offer.lists if not one.bars and pupil.number not in (one.passed or ())), None)


def advice_on(pupil: Pupil, offer: Offer, rules: ListRules) -> str | None:
    """The health conclusion for which the school may return the file after sending; None without one."""
    shut = sorted(offer.excludes & pupil.tags)
    return shut[0] if shut and rules.health_after else None


def faults_of_list(
    pupil: Pupil, chosen: Sequence[uuid.UUID], offers: Mapping[uuid.UUID, Offer], rules: ListRules
) -> tuple[tuple[int, Refusal], ...]:
    """Every fault of a list as (rank, refusal); rank 0 for the list as a whole."""
    faults: list[tuple[int, Refusal]] = []
    if not chosen:
        faults.append((0, Refusal(Bar.EMPTY)))
    if len(chosen) > rules.most:
        faults.append((0, Refusal(Bar.TOO_MANY, most=rules.most)))
    times = Counter(chosen)
    seen: set[uuid.UUID] = set()
    for rank, programme_id in enumerate(chosen, start=1):
        refusal = bar_to(pupil, offers.get(programme_id), rules)
        if refusal is not None:
            faults.append((rank, refusal))
        if times[programme_id] > 1 and programme_id in seen:
            faults.append((rank, Refusal(Bar.DUPLICATE)))
        seen.add(programme_id)
    return tuple(faults)


def bar_to_adding(
    pupil: Pupil,
    chosen: Sequence[uuid.UUID],
    programme_id: uuid.UUID,
    offer: Offer | None,
    rules: ListRules,
) -> Refusal | None:
    """Why a programme cannot be added at the end of the list; None if it can."""
    if programme_id in chosen:
        return Refusal(Bar.DUPLICATE)
    refusal = bar_to(pupil, offer, rules)
    if refusal is None and len(chosen) >= rules.most:
        return Refusal(Bar.TOO_MANY, most=rules.most)
    return refusal
