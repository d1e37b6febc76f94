"""Checks from the assignment alone: nobody twice, nobody ineligible, no limit broken, no claim unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from allocation.verify.deferred import DeferredReplay
from allocation.verify.facts import Cap, Facts, Person
from allocation.verify.keeping import Kept
from allocation.verify.replay import Replay, Scene
from allocation.verify.report import Check


@dataclass(slots=True)
class Case:
    """An assignment to be judged; ``returned`` and ``adjusted`` map applicants to programmes."""

    facts: Facts
    replay: Replay
    assignment: Mapping[str, str | None]
    returned: Mapping[str, str] = field(default_factory=dict)
    adjusted: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    scene: Scene = field(default_factory=Scene)
    seats: dict[str | None, list[Person]] = field(default_factory=dict)

    def holders(self, programme: str) -> list[Person]:
        """Who sits in a programme in the pass; everybody is looked at once."""
        if not self.seats:
            for one in self.facts.people.values():
                self.seats.setdefault(self.seat(one), []).append(one)
        return self.seats.get(programme, [])

    def due(self, row: Kept) -> int:
        """The places of a guarantee that can be kept (fewer only where crossing limits forbid it)."""
        return self.scene.most.get(row.name, row.seats)

    def later(self, row: Kept, programme: str) -> int:
        """How many of a group come into the programme by adjustment, after everybody's turn."""
        people = self.facts.people
        moved = (people[who] for who, at in self.adjusted.items() if at == programme and who in people)
        return sum(row.covers(one) for one in moved)

    def seat(self, person: Person) -> str | None:
        """Where the person sits in the pass: placed by choice, or returned."""
        if person.id in self.adjusted:
            return None
        return self.returned.get(person.id) or self.assignment.get(person.id)

    def best(self, person: Person) -> int:
        """How many of the choices that count stand before the person's own seat (all, if none)."""
        seat = self.seat(person)
        listed = [programme for _, programme in person.open_to]
        return listed.index(seat) if seat in listed else len(listed)


def people_check(case: Case) -> Check:
    """Everybody appears exactly once; every place exists, was listed or adjusted, and is open."""
    found: list[str] = []
    everybody = case.facts.people
    found += [f"{who} is missing" for who in everybody if who not in case.assignment]
    found += [f"{who} is no applicant" for who in case.assignment if who not in everybody]
    for who, programme in case.assignment.items():
        if programme is None or who not in everybody:
            continue
        if programme not in case.facts.programmes:
            found.append(f"{who}: no programme {programme}")
        elif programme in case.closed:
            found.append(f"{who}: {programme} is closed")
        else:
            found += _unlisted(case, everybody[who], programme)
    found += [f"{who} is returned and placed" for who in case.returned if case.assignment.get(who)]
    return Check("people", len(case.assignment), tuple(found))


def _unlisted(case: Case, person: Person, programme: str) -> list[str]:
    listed = [name for _, name in person.open_to]
    if person.id in case.adjusted:
        if case.adjusted[person.id] != programme:
            return [f"{person.id}: adjusted to {case.adjusted[person.id]}, placed in {programme}"]
        if programme not in case.replay.adjustable(person):
            return [f"{person.id}: no adjustment to {programme}"]
        return []
    if programme not in listed or programme in person.returned_at:
        return [f"{person.id}: {programme} is not an open choice"]
    return []


def _counting(case: Case) -> dict[str, tuple[Cap, list[Person]]]:
    members: dict[str, tuple[Cap, list[Person]]] = {cap.name: (cap, []) for cap in case.facts.caps}
    for person in case.facts.people.values():
        programme = case.adjusted.get(person.id) or case.seat(person)
        if programme in case.facts.programmes:
            for cap in case.facts.caps_of(person, programme):
                members[cap.name][1].append(person)
    return members


def over_full(case: Case) -> list[tuple[str, int, int]]:
    """Limits with more members than their cap that no full tie excuses: name, cap, members."""
    bends = case.facts.rule("ties", "lottery") == "admit_all"
    return [
        (cap.name, cap.cap, len(members))
        for cap, members in _counting(case).values()
        if len(members) > cap.cap and not (bends and _excused(cap, members))
    ]


def _excused(cap: Cap, members: list[Person]) -> bool:
    """A cell or total may be exceeded by full ties: each by at most all of the tie but one."""
    slots = Counter(person.slot for person in members)
    swollen = sum(count - 1 for count in slots.values())
    return cap.kind in ("cap", "cell") and len(members) - cap.cap <= swollen


def limits_check(case: Case) -> Check:
    """No limit is over-full, save a cell or total by a full tie."""
    found = [f"{name}: {used} > {cap}" for name, cap, used in over_full(case)]
    return Check("limits", len(case.facts.caps), tuple(found))


def answered(case: Case, person: Person, programme: str, seats: Mapping[str, list[Person]]) -> bool:
    """Whether some full limit, whose members all stand above, answers the person's claim.

    A programme with its own ranking answers by whom it would hold; a hard floor by the walk that was checked.
    """
    if programme in case.closed:
        return True
    if isinstance(case.replay, DeferredReplay):
        return not case.replay.takes(person, programme, case.holders(programme))
    if case.facts.hard and _kept_empty(case, person, programme):
        return True
    return any(
        _full(case, person, programme, cap, seats.get(cap.name, ()))
        for cap in case.facts.caps_of(person, programme)
        if cap.name not in case.replay.mixed
    )


def _kept_empty(case: Case, person: Person, programme: str) -> bool:
    """Whether the look-ahead pass found that a hard floor or a minimum needs the place empty."""
    choice = next((number for number, name in person.open_to if name == programme), 0)
    return case.scene.refused.get((person.id, choice), "").startswith("hard/")


def _full(case: Case, person: Person, programme: str, cap: Cap, inside: Sequence[Person]) -> bool:
    """Whether a limit is full of people above, counting what it owes to guarantees."""
    above = sum(one.slot < person.slot for one in inside)
    if cap.kind == "cap" and case.replay.kept[programme]:
        kept = _owed(case, person, programme, inside)
        return not _entitled(case, person, programme, inside) and cap.cap <= above + kept
    if cap.kind == "dorm" and case.replay.with_beds:
        above += _owed_beds(case, person, cap, inside)
    return above >= cap.cap


def _owed_beds(case: Case, person: Person, cap: Cap, inside: Sequence[Person]) -> int:
    """Beds that members of guarantees take after the person's turn."""
    owed = 0
    for name in cap.programmes:
        for row in case.replay.kept[name]:
            group = [one for one in inside if row.covers(one) and case.seat(one) == name]
            due = case.scene.most_beds.get((row.name, cap.name), row.seats)
            held = min(due, len(group) + case.later(row, name))
            owed += max(0, held - sum(one.slot < person.slot for one in group))
    return owed


def _entitled(case: Case, person: Person, programme: str, inside: Sequence[Person]) -> bool:
    """Whether a guarantee of the person's group still has a place at the person's turn."""
    return any(
        sum(row.covers(one) and one.slot < person.slot for one in inside) < case.due(row)
        for row in case.replay.kept[programme]
        if row.covers(person)
    )


def _owed(case: Case, person: Person, programme: str, inside: Sequence[Person]) -> int:
    """Places kept from the person: those a group fills after the person's turn, or kept for good."""
    owed = 0
    for row in case.replay.kept[programme]:
        group = [one for one in inside if row.covers(one)]
        held = min(case.due(row), len(group) + case.later(row, programme)) if row.release else row.seats
        owed += max(0, held - sum(one.slot < person.slot for one in group))
    return owed


def seated(case: Case) -> dict[str, list[Person]]:
    """Members of each limit by choice or return."""
    seats: dict[str, list[Person]] = {}
    for person in case.facts.people.values():
        programme = case.seat(person)
        if programme in case.facts.programmes:
            for cap in case.facts.caps_of(person, programme):
                seats.setdefault(cap.name, []).append(person)
    return seats


def unanswered(case: Case) -> tuple[int, list[tuple[str, str]]]:
    """Refused choices looked at, and those no full limit answers."""
    seats = seated(case)
    looked = 0
    found: list[tuple[str, str]] = []
    for person in case.facts.people.values():
        for _, programme in person.open_to[: case.best(person)]:
            looked += 1
            if not answered(case, person, programme, seats):
                found.append((person.id, programme))
    return looked, found


def claims_check(case: Case) -> Check:
    """Every refused choice is answered by a full limit whose members all stand above the refused."""
    looked, found = unanswered(case)
    return Check("claims", looked, tuple(f"{who}: nothing refuses {programme}" for who, programme in found))


def minima_check(case: Case) -> Check:
    """Every open class has its minimum, local pupils counted in."""
    pupils = Counter(programme for programme in case.assignment.values() if programme is not None)
    found = []
    looked = 0
    for name, raw in case.facts.programmes.items():
        need = case.replay.need(raw)
        looked += need > 0
        if name not in case.closed and pupils[name] < need:
            found.append(f"{name}: {pupils[name]} of {need} besides local pupils")
    return Check("minima", looked, tuple(found))


def as_map(rows: Any) -> dict[str, str]:
    """A list of {applicant, programme} as a mapping."""
    return {str(row["applicant"]): str(row["programme"]) for row in rows or ()}
