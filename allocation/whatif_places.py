"""What if: the best use of k more places."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.canonical import Json
from allocation.changes import changed
from allocation.faults import Inadmissible
from allocation.finishing import Goal, exclude, finished
from allocation.flexible import Flexible
from allocation.free import Clock, OutOfTime
from allocation.instance import Instance
from allocation.naming import Namer
from allocation.round import prepare
from allocation.trial import Bench, Trial, plain
from allocation.wording import Lang

Key = tuple[int, ...]
Spread = tuple[int, ...]
"""How many of the new places each unit gets, in listed order."""

EVERY = 20_000
"""Up to this many ways to spread the places each one is tried, if the time allows it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Where a new place can go: a programme, or its cell for one county; the limits it raises together."""

    programme: str
    county: str | None
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The best use of up to ``k`` more places: most placed, then least sum of ranks, fewest, listed order.

    ``gained`` are those who get a place, or a better one; ``lost`` those who get a worse one or none
    (possible only where classes close or limits cross).  ``bound`` on the placed holds for every spread.
    """

    k: int
    given: tuple[tuple[Unit, int], ...]
    placed: tuple[int, int]
    rank_sum: tuple[int, int]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    proven: bool
    bound: int
    tried: int
    words: Namer

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {
            "ask": "places",
            "k": self.k,
            "given": [
                {"programme": unit.programme, "county": unit.county, "places": count, "raises": [*unit.limits]}
                for unit, count in self.given
            ],
            "placed": [*self.placed],
            "rank_sum": [*self.rank_sum],
            "gained": [*self.gained],
            "lost": [*self.lost],
            "proven": self.proven,
            "bound": self.bound,
            "tried": self.tried,
        }

    def sentences(self, lang: Lang) -> Iterator[str]:
        """The answer in words."""
        zh = lang == "zh"
        if not self.given:
            yield (
                f"再多 {self.k} 个名额也不能改善结果。"
                if zh
                else f"{self.k} more places would not improve the result."
            )
        for unit, count in self.given:
            named = self.words.join(unit.limits, lang)
            yield f"{named}:增加 {count} 个。" if zh else f"Raise {named} by {count}."
        (before, now), (ranks, ranks_now) = self.placed, self.rank_sum
        yield (
            f"录取 {before} 人变为 {now} 人,志愿顺序之和 {ranks} 变为 {ranks_now};"
            f"{len(self.gained)} 人变好,{len(self.lost)} 人变差。"
            if zh
            else f"{before} placed become {now}, the sum of ranks {ranks} becomes {ranks_now}; "
            f"{len(self.gained)} gain and {len(self.lost)} lose."
        )
        yield proof(self.proven, lang)


def proof(proven: bool, lang: Lang) -> str:
    """Whether the answer is proven, in words."""
    if lang == "zh":
        return "已证明是最好的。" if proven else "时限内没有证明是最好的。"
    return "Proven to be the best." if proven else "Not proven to be the best within the time limit."


def units(instance: Instance) -> tuple[Unit, ...]:
    """Every place a new seat can go to, in listed order; a county that a programme is shut to gets none."""
    found: list[Unit] = []
    for one in instance.programmes:
        shares = one.shares.get("capacity", {})
        total = f"cap/{one.id}"
        counties = sorted(county for county in {*one.ceilings, *shares} if one.ceilings.get(county, 1))
        for county in counties:
            cell = [f"cell/{one.id}/{county}"] if county in one.ceilings else []
            if not shares:
                whole = [total] if one.capacity is not None else []
            else:
                whole = [f"{total}/{county}"] if county in shares else []
            if cell or whole:
                found.append(Unit(one.id, county, (*cell, *whole)))
        if not counties and one.capacity is not None:
            found.append(Unit(one.id, None, (total,)))
    return tuple(found)


def raises_of(places: Sequence[Unit], spread: Spread) -> dict[str, int]:
    """What a spread adds to each named limit."""
    added: Counter[str] = Counter()
    for unit, count in zip(places, spread, strict=True):
        for name in unit.limits:
            added[name] += count
    return {name: count for name, count in added.items() if count}


class _Spreads:
    """Spreads tried so far, and the best of them."""

    def __init__(self, instance: Instance, k: int, base: Trial, bench: Bench) -> None:
        self.instance = instance
        self.k = k
        self.bench = bench
        self.units = units(instance)
        none = (0,) * len(self.units)
        self.known: dict[Spread, Trial | None] = {none: base}
        self.best: tuple[Key, Spread, Trial] = (self.key(base, none), none, base)
        self.all_proven = base.proven

    @staticmethod
    def key(trial: Trial, spread: Spread) -> Key:
        """Larger is better: most placed, least ranks, fewest places used, earlier units first."""
        return (trial.placed, -trial.rank_sum, -sum(spread), *spread)

    def try_(self, spread: Spread) -> None:
        """Try one spread by the rule."""
        if spread not in self.known:
            found = self.bench.trial(changed(self.instance, raises_of(self.units, spread)))
            self.known[spread] = found
            if found is not None:
                self.all_proven &= found.proven
                self.best = max(self.best, (self.key(found, spread), spread, found), key=lambda one: one[0])

    def everything(self) -> Iterator[Spread]:
        """Every way to give at most k places."""
        for count in range(1, self.k + 1):
            for chosen in combinations_with_replacement(range(len(self.units)), count):
                yield tuple(chosen.count(at) for at in range(len(self.units)))

    def greedily(self, clock: Clock) -> None:
        """One place after the other where it helps most, among those that somebody would rather have."""
        spread = self.best[1]
        for _ in range(self.k):
            wanted = self.bench.wanted(self.best[2])
            everywhere = {programme for programme, _ in wanted}
            for at, unit in enumerate(self.units):
                if clock.over:
                    return
                asked = (
                    unit.programme in everywhere if unit.county is None else (unit.programme, unit.county) in wanted
                )
                if not asked:
                    continue
                self.try_((*spread[:at], spread[at] + 1, *spread[at + 1 :]))
            if self.best[1] == spread:
                return
            spread = self.best[1]


class _Bound:
    """The relaxation over all spreads at once."""

    def __init__(self, spreads: _Spreads) -> None:
        self.k = spreads.k
        self.model = cp_model.CpModel()
        self.counts = [self.model.new_int_var(0, spreads.k, "") for _ in spreads.units]
        self.model.add(LinearExpr.sum(self.counts) <= spreads.k)
        round_ = prepare(spreads.instance)
        index = {limit.name: at for at, limit in enumerate(round_.limits)}
        raises: dict[int, LinearExpr | int] = {}
        for unit, count in zip(spreads.units, self.counts, strict=True):
            for name in unit.limits:
                raises[index[name]] = raises.get(index[name], 0) + count
        self.pass_ = Flexible(round_, self.model, raises=raises)

    def best(self, clock: Clock) -> tuple[Key, Spread] | None:
        """The best key any spread could have, and the spread that would have it."""
        goals: list[Goal] = [
            (True, self.pass_.placed()),
            (False, self.pass_.ranks()),
            (False, LinearExpr.sum(self.counts)),
        ]
        found = finished(self.model, goals, self.counts, self.k, clock)
        if found is None:
            return None
        (placed, ranks, used), spread = found
        return (placed, -ranks, -used, *spread), tuple(spread)


def best_places(instance: Instance, k: int, *, time_limit_s: float | None = None) -> Places:
    """The best use of up to ``k`` more places; raises :class:`Inadmissible` if the plan has no outcome as it is."""
    clock = Clock.of(time_limit_s)
    bench = Bench(instance)
    start = time.monotonic()
    base = bench.trial(instance)
    if base is None:
        raise Inadmissible("计划本身没有结果,先求解 / the plan itself has no outcome: solve it first")
    spreads = _Spreads(instance, k, base, bench)
    ways = comb(len(spreads.units) + k, k)
    takes = ways * (time.monotonic() - start)
    bound = base.placed + k
    if ways <= EVERY and (clock.ends is None or takes < clock.left / 2):
        for spread in spreads.everything():
            spreads.try_(spread)
        proven = spreads.all_proven
        bound = spreads.best[2].placed if proven else len(instance.applicants)
    else:
        proven, bound = _bounded(spreads, clock)
    _, spread, got = spreads.best
    return Places(
        k=k,
        given=tuple((unit, count) for unit, count in zip(spreads.units, spread, strict=True) if count),
        placed=(base.placed, got.placed),
        rank_sum=(base.rank_sum, got.rank_sum),
        gained=got.better_for(base),
        lost=base.better_for(got),
        proven=proven,
        bound=bound,
        tried=len(spreads.known),
        words=Namer(instance),
    )


def _bounded(spreads: _Spreads, clock: Clock) -> tuple[bool, int]:
    """One place after the other; then the relaxation proposes and the rule disposes, until nothing is better."""
    bound = len(spreads.instance.applicants)
    spreads.greedily(Clock(None if clock.ends is None else clock.ends - clock.left / 2))
    if not plain(spreads.instance):
        return False, bound
    relaxed = _Bound(spreads)
    try:
        while (found := relaxed.best(clock)) is not None:
            key, spread = found
            bound = key[0]
            if key <= spreads.best[0]:
                break
            spreads.try_(spread)
            exclude(relaxed.model, relaxed.counts, spread)
    except OutOfTime:
        return False, bound
    return True, bound
