"""开班: which classes open when some do not reach their minimum, by the rule the round published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from allocation.dividing import Shares
from allocation.faults import Inadmissible
from allocation.instance import Applicant
from allocation.round import Round
from allocation.wishes import Hold, Wish

Placed = Sequence[Wish | None]
Value = tuple[int, int, int]
"""Placed (more is better), sum of ranks (less), open classes among the undecided (more)."""

Rated = tuple[tuple[int, ...], Value, frozenset[int]]
"""An opening set that was looked at: what sorts it (:func:`better`), its figures, its closed classes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One cancellation: in pass ``number`` the programme had ``reached`` of its ``needed`` pupils."""

    number: int
    programme: int
    reached: int
    needed: int


@dataclass(frozen=True, slots=True)
class Found:
    """The best opening set an engine found, with the shares of divided limits.

    ``tried`` sets were looked at, ``proven`` tells if all count.
    """

    shut: frozenset[int]
    proven: bool
    tried: int
    runner_up: Value | None = None
    shares: Shares = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The decision about the classes and its proof; ``steps`` is the log of cancellations."""

    shut: frozenset[int]
    undecided: tuple[int, ...]
    proven: bool
    best: Value
    tried: int
    runner_up: Value | None
    steps: tuple[Step, ...]
    shares: Shares = ()


class Engine(Protocol):
    """What both engines can do with a round."""

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set, whether its classes reach their minima or not."""

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set (hard floors look ahead to its minima)."""

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """The best admissible way to shut some of the undecided classes; ``None`` if there is none."""


def heads(round_: Round, placed: Placed) -> list[int]:
    """How many pupils each programme really gets: a returned file leaves its seat empty."""
    counts = [0] * len(round_.needs)
    for wish in placed:
        if wish is not None and not wish.returned:
            counts[wish.programme] += 1
    return counts


def short(round_: Round, placed: Placed, shut: frozenset[int]) -> tuple[int, ...]:
    """Open classes that do not reach their minimum."""
    counts = heads(round_, placed)
    return tuple(at for at, need in enumerate(round_.needs) if counts[at] < need and at not in shut)


def filled(round_: Round, placed: Placed, holds: Iterable[Hold]) -> list[int]:
    """How many places of each guarantee or floor its group really holds."""
    people: dict[int, list[Applicant]] = defaultdict(list)
    for applicant, wish in zip(round_.instance.applicants, placed, strict=True):
        if wish is not None and not wish.returned:
            people[wish.programme].append(applicant)
    return [sum(map(hold.includes, people[hold.programme])) for hold in holds]


def shortfall(round_: Round, placed: Placed, shut: frozenset[int]) -> int:
    """What is missing of the floors of open programmes."""
    counts = filled(round_, placed, round_.floors)
    return sum(
        max(0, floor.seats - count)
        for floor, count in zip(round_.floors, counts, strict=True)
        if floor.programme not in shut
    )


def lacking(round_: Round, placed: Placed, shut: frozenset[int]) -> tuple[int, ...]:
    """Open classes with pupils still needed that stay below their minimum or short of a floor."""
    counts = filled(round_, placed, round_.floors)
    missed = {floor.programme for floor, count in zip(round_.floors, counts, strict=True) if count < floor.seats}
    below = short(round_, placed, shut)
    return tuple(
        at for at, need in enumerate(round_.needs) if need and at not in shut and (at in below or at in missed)
    )


def weak(round_: Round, placed: Placed, shut: frozenset[int]) -> tuple[int, ...]:
    """The open classes whose closing the rule asks about."""
    return lacking(round_, placed, shut) if round_.hard else short(round_, placed, shut)


def value(placed: Placed, undecided: Sequence[int], shut: frozenset[int]) -> Value:
    """The figures by which opening sets are compared."""
    really = [wish for wish in placed if wish is not None and not wish.returned]
    return len(really), sum(wish.rank for wish in really), sum(at not in shut for at in undecided)


def better(undecided: Sequence[int], figures: Value, shut: frozenset[int]) -> tuple[int, ...]:
    """Sorts opening sets, largest first: placed, ranks, open classes, then earlier classes open."""
    most, ranks, opened = figures
    return (most, -ranks, opened, *(int(at not in shut) for at in undecided))


def two_best(rated: Iterable[Rated]) -> list[Rated]:
    """The best of them and the runner-up."""
    return sorted(rated, key=lambda one: one[0], reverse=True)[:2]


def bits(undecided: Sequence[int], number: int) -> frozenset[int]:
    """The opening set with this number: bit k shuts the k-th undecided class."""
    return frozenset(at for row, at in enumerate(undecided) if number >> row & 1)


def decide(round_: Round, engine: Engine) -> Opening:
    """Decide which classes open; raises :class:`Inadmissible` if no set satisfies every minimum."""
    placed = engine.place(frozenset())
    undecided = weak(round_, placed, frozenset())
    if not undecided and not round_.divisions:
        return Opening(frozenset(), (), True, value(placed, (), frozenset()), 1, None, ())
    if round_.instance.rules.opening != "optimal":
        return _cancel(round_, engine, undecided)
    found = engine.optimum(undecided)
    if found is None:
        named = undecided or [at for at, need in enumerate(round_.needs) if need]
        names = "、".join(round_.instance.programmes[at].id for at in named)
        raise Inadmissible(
            f"开班下限互相矛盾:{names} 无论如何取舍都有班级不足 / minima contradict each other: "
            f"whichever of {names} are closed, some open class stays below its minimum → "
            f"改用 rules.opening: smallest_first 或公布撤销顺序 / use smallest_first or a published order"
        )
    counts = heads(round_, placed)
    steps = tuple(_step(round_, 1, at, counts) for at in sorted(found.shut))
    best = value(engine.opened(found.shut), undecided, found.shut)
    return Opening(found.shut, undecided, found.proven, best, found.tried, found.runner_up, steps, found.shares)


def _step(round_: Round, number: int, at: int, counts: Sequence[int]) -> Step:
    programme = round_.instance.programmes[at]
    return Step(number, at, counts[at] + programme.local_enrolled, programme.min_open)


def _cancel(round_: Round, engine: Engine, undecided: tuple[int, ...]) -> Opening:
    shut, steps = cancelled(round_, engine.place)
    best = value(engine.place(shut), undecided, shut)
    return Opening(shut, undecided, True, best, len(steps) + 1, None, tuple(steps))


def cancelled(round_: Round, place: Callable[[frozenset[int]], Placed]) -> tuple[frozenset[int], list[Step]]:
    """Cancel one class after another and place everybody again from scratch each time.

    By the published order of cancellation, else the smallest part of its minimum first, then the id.
    """
    order = round_.instance.rules.opening
    listed = {name: at for at, name in enumerate(order if isinstance(order, tuple) else ())}
    shut: frozenset[int] = frozenset()
    steps: list[Step] = []
    placed = place(shut)
    while failing := weak(round_, placed, shut):
        counts = heads(round_, placed)
        chosen = min(
            (_step(round_, len(steps) + 1, at, counts) for at in failing),
            key=lambda one: (
                listed.get(round_.instance.programmes[one.programme].id, 0),
                Fraction(one.reached, one.needed),
                one.programme,
            ),
        )
        steps.append(chosen)
        shut |= {chosen.programme}
        placed = place(shut)
    return shut, steps
