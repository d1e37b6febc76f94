"""The wishes of a round: which choices count, which limits each would count to, who is guaranteed what."""

from __future__ import annotations

from dataclasses import dataclass

from allocation.eligibility import Strike, strike
from allocation.instance import Applicant, Instance, Programme
from allocation.limits import NamedLimit, boards


@dataclass(frozen=True, slots=True)
class Wish:
    """One choice that counts.

    ``programme`` is an index; ``choice`` its place in the list as filed (1 = first, 0 = adjustment);
    ``rank`` its place among the choices that count; ``counts`` every limit a placement counts to and
    ``checks`` those an engine must look at; ``holds`` the guarantees whose group the applicant is in;
    ``returned`` tells that the file would be sent and returned (退档) on health grounds; ``floor`` is
    the resting floor a real placement counts to, or -1.
    """

    programme: int
    choice: int
    rank: int
    counts: tuple[int, ...]
    checks: tuple[int, ...]
    holds: tuple[int, ...]
    returned: bool = False
    floor: int = -1


@dataclass(frozen=True, slots=True)
class Hold:
    """A guarantee: ``seats`` of a programme kept for a group while it wants them."""

    name: str
    programme: int
    seats: int
    release: bool
    county: str | None
    tag: str | None

    def includes(self, applicant: Applicant) -> bool:
        """Whether the applicant belongs to the group."""
        return applicant.county == self.county if self.tag is None else self.tag in applicant.tags


def _floors(programme: Programme, at: int) -> list[Hold]:
    return [
        Hold(f"floor/{programme.id}/{county}", at, seats, True, county, None)
        for county, seats in sorted(programme.floors.items())
        if seats
    ]


def _reserved(programme: Programme, at: int) -> list[Hold]:
    return [
        Hold(f"held/{programme.id}/{kept.tag}", at, kept.seats, kept.release, None, kept.tag)
        for kept in programme.reserved
        if kept.seats
    ]


def _rests(instance: Instance, programme: Programme) -> bool:
    """Whether floors hold nothing back: they are orders, or the county's own share keeps them."""
    rules = instance.rules
    return rules.floors == "hard" or bool(programme.shares.get("capacity"))


def guarantees(instance: Instance) -> tuple[Hold, ...]:
    """The guarantees that hold places back, by programme: floors by county, then reserved by tag."""
    found: list[Hold] = []
    for at, programme in enumerate(instance.programmes):
        if not _rests(instance, programme):
            found += _floors(programme, at)
        found += _reserved(programme, at)
    return tuple(found)


def resting_floors(instance: Instance) -> tuple[Hold, ...]:
    """The floors that hold nothing back, by programme and county."""
    found: list[Hold] = []
    for at, programme in enumerate(instance.programmes):
        if _rests(instance, programme):
            found += _floors(programme, at)
    return tuple(found)


class WishBook:
    """Prepares the wishes of one applicant after another; limits are looked up once per kind of person."""

    def __init__(self, instance: Instance, limits: tuple[NamedLimit, ...]) -> None:
        self.instance = instance
        self.limits = limits
        self.holds = guarantees(instance)
        self.floors = {(one.programme, one.county): at for at, one in enumerate(resting_floors(instance))}
        self.holds_of = tuple(
            tuple(at for at, hold in enumerate(self.holds) if hold.programme == index)
            for index in range(len(instance.programmes))
        )
        self.index = {one.id: at for at, one in enumerate(instance.programmes)}
        self.schools = {one.id: one for one in instance.schools}
        self.of_programme = [
            [at for at, limit in enumerate(limits) if limit.programmes is None or one.id in limit.programmes]
            for one in instance.programmes
        ]
        self.offers: dict[tuple[str | None, ...], list[str]] = {}
        self.known: dict[tuple[int, str, str | None, bool], tuple[int, ...]] = {}

    def counts(self, applicant: Applicant, at: int) -> tuple[int, ...]:
        """The limits a placement of the applicant in programme ``at`` counts to."""
        programme = self.instance.programmes[at]
        bed = boards(applicant, self.schools.get(programme.school or ""))
        key = (at, applicant.county, applicant.sex, bed)
        if key not in self.known:
            self.known[key] = tuple(
                one for one in self.of_programme[at] if self.limits[one].matches(programme.id, *key[1:])
            )
        return self.known[key]

    def wish(self, applicant: Applicant, at: int, choice: int, rank: int, returned: bool = False) -> Wish:
        """A wish that counts; all its limits are checked until the round says otherwise."""
        counts = self.counts(applicant, at)
        member = tuple(one for one in self.holds_of[at] if self.holds[one].includes(applicant))
        floor = -1 if returned else self.floors.get((at, applicant.county), -1)
        return Wish(at, choice, rank, counts, counts, member, returned, floor)

    def listed(self, applicant: Applicant) -> tuple[tuple[Wish, ...], tuple[tuple[int, Strike], ...]]:
        """The choices that count, and those struck with their reason."""
        kept: list[Wish] = []
        struck: list[tuple[int, Strike]] = []
        seen: set[str] = set()
        for choice, name in enumerate(applicant.choices, start=1):
            at = self.index[name]
            why = self._why(applicant, at, name in seen)
            seen.add(name)
            returned = why == "health" and self.instance.rules.checks == "after"
            if why is None or returned:
                kept.append(self.wish(applicant, at, choice, len(kept) + 1, returned))
            else:
                struck.append((choice, why))
        return tuple(kept), tuple(struck)

    def _why(self, applicant: Applicant, at: int, again: bool) -> Strike | None:
        if applicant.id in self.instance.taken:
            return "taken"
        return "duplicate" if again else strike(applicant, self.instance.programmes[at])

    def adjusted(self, applicant: Applicant, rank: int) -> tuple[Wish, ...]:
        """Where 服从调剂 may place the applicant, in order."""
        rule = self.instance.rules.adjustment
        if rule == "off" or not applicant.adjust or applicant.id in self.instance.taken:
            return ()
        listed = set(applicant.choices)
        offered = self.instance.adjust_order if rule == "anywhere" else self._same_school(applicant)
        return tuple(
            self.wish(applicant, self.index[name], 0, rank)
            for name in offered
            if name not in listed and strike(applicant, self.instance.programmes[self.index[name]]) is None
        )

    def _same_school(self, applicant: Applicant) -> list[str]:
        """The programmes of the schools in the applicant's list, as listed (``adjust_order``, then id)."""
        programmes = self.instance.programmes
        schools = tuple(dict.fromkeys(programmes[self.index[name]].school for name in applicant.choices))
        if schools not in self.offers:
            self.offers[schools] = self._offer(schools)
        return self.offers[schools]

    def _offer(self, schools: tuple[str | None, ...]) -> list[str]:
        programmes = self.instance.programmes
        listing = {name: at for at, name in enumerate(self.instance.adjust_order)}
        ordered = sorted(programmes, key=lambda one: (listing.get(one.id, len(listing)), one.id))
        return [one.id for school in schools if school for one in ordered if one.school == school]
