"""An instance with some named limits raised, minima lowered or guarantees taken away; nothing else changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from allocation.instance import Counts, Instance, Limit, Programme, School


def _more(counts: Counts, raises: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {key: count + raises.get(f"{prefix}/{key}", 0) for key, count in counts.items()}


def _cap(cap: int | None, shares: Counts, raises: Mapping[str, int], name: str) -> int | None:
    """A cap with what was added to it or to its county shares."""
    if cap is None:
        return None
    return cap + raises.get(name, 0) + sum(raises.get(f"{name}/{county}", 0) for county in shares)


def _programme(one: Programme, raises: Mapping[str, int], lowers: Mapping[str, int]) -> Programme:
    name = f"cap/{one.id}"
    shares = one.shares.get("capacity", {})
    return replace(
        one,
        capacity=_cap(one.capacity, shares, raises, name),
        shares={"capacity": _more(shares, raises, name)} if shares else one.shares,
        ceilings=_more(one.ceilings, raises, f"cell/{one.id}"),
        min_open=one.min_open - lowers.get(one.id, 0),
    )


def _school(one: School, raises: Mapping[str, int]) -> School:
    names = {"capacity": f"school/{one.id}", **{sex: f"dorm/{one.id}/{sex}" for sex in one.dorm}}
    return replace(
        one,
        capacity=_cap(one.capacity, one.shares.get("capacity", {}), raises, names["capacity"]),
        dorm={sex: _cap(beds, one.shares.get(sex, {}), raises, names[sex]) or 0 for sex, beds in one.dorm.items()},
        shares={key: _more(shares, raises, names[key]) for key, shares in one.shares.items()},
    )


def _limit(one: Limit, raises: Mapping[str, int]) -> Limit:
    for kind in ("zone", "host", "limit"):
        name = f"{kind}/{one.name}"
        more = _cap(one.cap, one.shares, raises, name) or 0
        if more != one.cap:
            return replace(one, cap=more, shares=_more(one.shares, raises, name))
    return one


def changed(instance: Instance, raises: Mapping[str, int], lowers: Mapping[str, int] | None = None) -> Instance:
    """The instance with each named limit raised by so many and the minimum of each programme lowered.

    A county share that is raised raises the cap it divides as well.
    """
    return replace(
        instance,
        schools=tuple(_school(one, raises) for one in instance.schools),
        programmes=tuple(_programme(one, raises, lowers or {}) for one in instance.programmes),
        outflow=_more(instance.outflow, raises, "outflow"),
        limits=tuple(_limit(one, raises) for one in instance.limits),
    )


def without(instance: Instance, guarantees: Collection[str]) -> Instance:
    """The instance without these guarantees (``floor/P/C``, ``held/P/T``)."""

    def freed(one: Programme) -> Programme:
        floors = {key: count for key, count in one.floors.items() if f"floor/{one.id}/{key}" not in guarantees}
        reserved = tuple(kept for kept in one.reserved if f"held/{one.id}/{kept.tag}" not in guarantees)
        return replace(one, floors=floors, reserved=reserved)

    return replace(instance, programmes=tuple(freed(one) for one in instance.programmes))
