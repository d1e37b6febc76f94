"""Limits that the solver divides between counties: which they are, and what a division means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from allocation.faults import BadInstance, Fault
from allocation.instance import Counts, Instance
from allocation.limits import NamedLimit
from allocation.wishes import Wish

Shares = tuple[tuple[int, ...], ...]
"""The shares of every divided limit, in the order of its counties."""


@dataclass(frozen=True, slots=True)
class Division:
    """One limit to be divided: its ``counties`` in order, how many of each want it, and their floors.

    ``parts`` are the limits of the round that stand for the counties' shares.
    """

    name: str
    cap: int
    counties: tuple[str, ...]
    demand: tuple[int, ...]
    floors: tuple[int, ...]
    parts: tuple[int, ...] = ()

    def distance(self, shares: Sequence[int]) -> Fraction:
        """How far the shares are from being in proportion to demand (nothing if nobody lists it)."""
        total = sum(self.demand)
        if not total:
            return Fraction(0)
        apart = sum(abs(share * total - self.cap * count) for share, count in zip(shares, self.demand, strict=True))
        return Fraction(apart, total)


def distance(divisions: Sequence[Division], shares: Shares) -> Fraction:
    """The distance of all shares together."""
    return sum((one.distance(row) for one, row in zip(divisions, shares, strict=True)), Fraction(0))


def divisions(
    instance: Instance,
    contested: Mapping[NamedLimit, Iterable[str]],
    wishes: Sequence[Sequence[Wish]],
    number: Mapping[str, int],
) -> tuple[Division, ...]:
    """What must be divided, by name; ``number`` gives the index of a limit in the wishes' counts.

    Raises :class:`BadInstance` where reserved places would not say whose share they come from.
    """
    faults = []
    found = []
    for limit in sorted(contested, key=lambda one: one.name):
        counties = tuple(sorted(contested[limit]))
        wanted = dict.fromkeys(counties, 0)
        for applicant, row in zip(instance.applicants, wishes, strict=True):
            if any(number[limit.name] in wish.counts for wish in row):
                wanted[applicant.county] += 1
        floors: Counts = {}
        for at, programme in enumerate(instance.programmes):
            if limit.name == f"cap/{programme.id}" and limit.kind == "cap":
                floors = programme.floors
                if programme.reserved:
                    faults.append(_whose(at, programme.id))
        least = tuple(floors.get(county, 0) for county in counties)
        found.append(Division(limit.name, limit.cap, counties, tuple(wanted.values()), least))
    if faults:
        raise BadInstance(tuple(faults))
    return tuple(found)


def _whose(at: int, programme: str) -> Fault:
    return Fault(
        f"programmes[{at}].reserved",
        programme,
        "总数由求解器按县划分,预留名额不知出自哪县 / the solver divides the total by county and nothing says whose "
        "share the reserved places come from",
        "用 ceilings 按县分开预留名额,或给出各县份额 / divide the reserved places by county with ceilings, or state "
        "cells that settle the total",
    )


def stated(instance: Instance, found: Sequence[Division]) -> Instance:
    """The instance with the whole cap as every county's share: a round in which nothing is divided yet."""
    open_ = {one.name: dict.fromkeys(one.counties, one.cap) for one in found}

    def shared(shares: Mapping[str, Counts], names: Mapping[str, str]) -> dict[str, Counts]:
        return {**shares, **{key: open_[name] for key, name in names.items() if name in open_}}

    return replace(
        instance,
        programmes=tuple(
            replace(one, shares=shared(one.shares, {"capacity": f"cap/{one.id}"})) for one in instance.programmes
        ),
        schools=tuple(
            replace(
                one,
                shares=shared(
                    one.shares,
                    {"capacity": f"school/{one.id}", "M": f"dorm/{one.id}/M", "F": f"dorm/{one.id}/F"},
                ),
            )
            for one in instance.schools
        ),
        limits=tuple(
            replace(one, shares=next((open_[name] for name in _names(one.name) if name in open_), one.shares))
            for one in instance.limits
        ),
    )


def _names(limit: str) -> tuple[str, ...]:
    """How a stated limit may be named in the round."""
    return tuple(f"{kind}/{limit}" for kind in ("host", "zone", "limit"))
