"""A round made ready for the engines: who is walked in which order, past which doors, under which caps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from allocation.dividing import Division, Shares, divisions, stated
from allocation.eligibility import Strike
from allocation.faults import BadInstance
from allocation.instance import Instance
from allocation.limits import BENDS, NamedLimit, named_limits
from allocation.order import Order, merit_order
from allocation.ranking import Stand, Standing, standings
from allocation.sharing import idle_limits, unsettled
from allocation.wishes import Hold, Wish, WishBook, resting_floors

Bed = tuple[int, int]
"""A guarantee and a bed limit under which it may hold beds."""


@dataclass(frozen=True, slots=True)
class Round:
    """Everything an engine reads; indexes follow the ids of the instance in order.

    ``cap_of`` is the index of a programme's own undivided total where an engine checks it, else -1;
    ``needs`` the pupils still needed to open (0: the class opens in any case).  ``holds`` are the
    guarantees that keep places back, ``floors`` those that do not: orders, or kept by a county's share.
    ``beds`` names the beds guarantees may hold (none unless the rules say so), by bed limit.
    ``divisions`` are the limits the solver still has to divide between counties.
    ``standings`` is the order of each programme where any ranks applicants itself, else empty.
    """

    instance: Instance
    order: Order
    limits: tuple[NamedLimit, ...]
    bends: tuple[bool, ...]
    wishes: tuple[tuple[Wish, ...], ...]
    adjust: tuple[tuple[Wish, ...], ...]
    struck: tuple[tuple[tuple[int, Strike], ...], ...]
    holds: tuple[Hold, ...]
    holds_of: tuple[tuple[int, ...], ...]
    cap_of: tuple[int, ...]
    needs: tuple[int, ...]
    floors: tuple[Hold, ...] = ()
    standings: tuple[Standing, ...] = ()
    beds: tuple[Bed, ...] = ()
    divisions: tuple[Division, ...] = ()

    def bed(self, wish: Wish) -> int:
        """The bed limit of a wish where guarantees may bring a bed, else -1."""
        if not self.beds:
            return -1
        return next((one for one in wish.checks if self.limits[one].kind == "dorm"), -1)

    def owing(self, limit: int) -> tuple[int, ...]:
        """The guarantees that may hold beds of this limit."""
        return tuple(hold for hold, one in self.beds if one == limit)

    def programme_of(self, limit: NamedLimit) -> int | None:
        """The programme whose own order the limit follows; ``None`` where the order of the round does."""
        if not self.standings or limit.programmes is None or len(limit.programmes) != 1:
            return None
        (name,) = limit.programmes
        return next(at for at, one in enumerate(self.instance.programmes) if one.id == name)

    def stand(self, applicant: int, programme: int | None) -> Stand:
        """Position and score of an applicant, or place and priority where the programme ranks itself."""
        own = self.standings[programme] if self.standings and programme is not None else None
        who = self.instance.applicants[applicant]
        if own is None or programme is None or not own.own:
            return Stand(self.order.positions[applicant], who.score)
        ranking = self.instance.programmes[programme].ranking or {}
        return Stand(own.places[applicant] + 1, ranking[who.id])

    @property
    def hard(self) -> bool:
        """Whether floors are orders that the pass looks ahead to."""
        return self.instance.rules.floors == "hard"


Listed = list[tuple[tuple[Wish, ...], tuple[tuple[int, Strike], ...]]]


def prepare(instance: Instance) -> Round:
    """Make a round ready; raises :class:`BadInstance` if the order or a shared limit is not settled.

    Where the solver divides limits, every county's part of them has the whole cap until it does.
    """
    limits = named_limits(instance)
    book, listed, adjust = _rows(instance, limits)
    wishes = [kept for kept, _ in listed]
    idle, contested = idle_limits(instance, limits, book.holds, wishes, adjust)
    if contested and instance.rules.across != "optimised_shares":
        raise BadInstance(tuple(unsettled(limit, counties) for limit, counties in contested.items()))
    out = frozenset(limits[at].name for at in idle)
    found = divisions(instance, contested, wishes, {limit.name: at for at, limit in enumerate(limits)})
    whole = stated(instance, found) if found else instance
    if found:
        limits = named_limits(whole)
        book, listed, adjust = _rows(whole, limits)
        number = {limit.name: at for at, limit in enumerate(limits)}
        found = tuple(
            replace(one, parts=tuple(number[f"{one.name}/{county}"] for county in one.counties)) for one in found
        )
    idle = frozenset(at for at, limit in enumerate(limits) if limit.name in out)
    own = {limit.programmes: at for at, limit in enumerate(limits) if limit.kind == "cap" and limit.counties is None}
    caps = [own.get(frozenset({one.id}), -1) for one in instance.programmes]
    order = merit_order(instance)
    may_bend = instance.rules.ties == "admit_all"
    return Round(
        instance=instance,
        order=order,
        limits=limits,
        bends=tuple(may_bend and limit.kind in BENDS for limit in limits),
        wishes=_trimmed((kept for kept, _ in listed), idle),
        adjust=_trimmed(adjust, idle),
        struck=tuple(struck for _, struck in listed),
        holds=book.holds,
        holds_of=book.holds_of,
        cap_of=tuple(-1 if cap in idle else cap for cap in caps),
        needs=tuple(max(0, one.min_open - one.local_enrolled) for one in instance.programmes),
        floors=resting_floors(whole),
        standings=standings(instance, order),
        beds=_beds(instance, limits, book.holds),
        divisions=found,
    )


def _rows(instance: Instance, limits: tuple[NamedLimit, ...]) -> tuple[WishBook, Listed, list[tuple[Wish, ...]]]:
    """The wishes of everybody, listed and by adjustment."""
    book = WishBook(instance, limits)
    listed = [book.listed(applicant) for applicant in instance.applicants]
    adjust = [
        book.adjusted(applicant, len(kept) + 1)
        for applicant, (kept, _) in zip(instance.applicants, listed, strict=True)
    ]
    return book, listed, adjust


def _trimmed(rows: Iterable[tuple[Wish, ...]], idle: frozenset[int]) -> tuple[tuple[Wish, ...], ...]:
    """The wishes with idle limits left out of what an engine checks."""
    checks: dict[tuple[int, ...], tuple[int, ...]] = {}

    def trimmed(row: tuple[Wish, ...]) -> tuple[Wish, ...]:
        for one in row:
            if one.counts not in checks:
                checks[one.counts] = tuple(at for at in one.counts if at not in idle)
        return tuple(replace(one, checks=checks[one.counts]) for one in row)

    return tuple(trimmed(row) for row in rows)


def divided(round_: Round, shares: Shares) -> Round:
    """The round once its divided limits have these shares."""
    caps = {
        part: share
        for one, row in zip(round_.divisions, shares, strict=True)
        for part, share in zip(one.parts, row, strict=True)
    }
    limits = tuple(replace(one, cap=caps.get(at, one.cap)) for at, one in enumerate(round_.limits))
    return replace(round_, limits=limits)


def _beds(instance: Instance, limits: tuple[NamedLimit, ...], holds: tuple[Hold, ...]) -> tuple[Bed, ...]:
    if not instance.rules.bed_with_guarantee:
        return ()
    names = [one.id for one in instance.programmes]
    return tuple(
        (at, number)
        for number, limit in enumerate(limits)
        if limit.kind == "dorm"
        for at, hold in enumerate(holds)
        if names[hold.programme] in (limit.programmes or ())
    )


def strict(round_: Round) -> bool:
    """Whether one strict order decides: no rankings, no orders to look ahead to, no full ties sent together."""
    return not round_.standings and not round_.hard and all(len(group) == 1 for group in round_.order.groups)


def sharable(round_: Round) -> bool:
    """Whether all variants of the round can walk together: strict order, no guarantees, no hard floors."""
    return not round_.holds and strict(round_)


def holdable(round_: Round) -> bool:
    """Whether opening sets with guarantees can walk together: strict order, and a guarantee brings no bed."""
    return bool(round_.holds) and not round_.beds and strict(round_)
