"""What if: the price of each floor and each reserved group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocation.canonical import Json
from allocation.changes import without
from allocation.faults import Inadmissible
from allocation.free import Clock
from allocation.instance import Instance
from allocation.naming import Namer
from allocation.trial import Bench, Trial
from allocation.wording import Lang


@dataclass(frozen=True, slots=True)
class Price:
    """What one guarantee (or all together) changes, with it against without it.

    ``placed`` and ``rank_sum`` are (without, with); ``gains`` have a better place with it, ``loses`` a worse one.
    """

    names: tuple[str, ...]
    placed: tuple[int, int]
    rank_sum: tuple[int, int]
    gains: tuple[str, ...]
    loses: tuple[str, ...]

    def table(self) -> dict[str, Json]:
        """The price as JSON."""
        return {
            "guarantees": [*self.names],
            "placed": [*self.placed],
            "rank_sum": [*self.rank_sum],
            "gains": [*self.gains],
            "loses": [*self.loses],
        }


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of every guarantee alone, then of all together where there are several."""

    prices: tuple[Price, ...]
    proven: bool
    words: Namer

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {"ask": "floors", "prices": [one.table() for one in self.prices], "proven": self.proven}

    def sentences(self, lang: Lang) -> Iterator[str]:
        """The answer in words, one sentence a guarantee."""
        zh = lang == "zh"
        if not self.prices:
            yield "计划中没有保底或预留。" if zh else "The plan has no floors and no reserved places."
        for one in self.prices:
            said = self.words.join(one.names, lang)
            placed, ranks = one.placed[1] - one.placed[0], one.rank_sum[1] - one.rank_sum[0]
            gains = "、".join(one.gains) or ("无" if zh else "nobody")
            loses = "、".join(one.loses) or ("无" if zh else "nobody")
            yield (
                f"{said}:录取人数 {placed:+d},志愿顺序之和 {ranks:+d};受益 {gains};受损 {loses}。"
                if zh
                else f"{said}: placed {placed:+d}, sum of ranks {ranks:+d}; gain: {gains}; lose: {loses}."
            )


def prices(instance: Instance, *, time_limit_s: float | None = None) -> Prices:
    """The price of each guarantee; raises :class:`Inadmissible` if the plan has no outcome as it is.

    Guarantees without which the rule leads to no outcome have no price and are left out; so are those the
    time limit did not reach, and then the answer is told as not proven.
    """
    clock = Clock.of(time_limit_s)
    bench = Bench(instance)
    base = bench.trial(instance)
    if base is None:
        raise Inadmissible("计划本身没有结果,先求解 / the plan itself has no outcome: solve it first")
    names = [
        name
        for one in instance.programmes
        for name in (
            *(f"floor/{one.id}/{county}" for county, seats in sorted(one.floors.items()) if seats),
            *(f"held/{one.id}/{kept.tag}" for kept in one.reserved if kept.seats),
        )
    ]
    asked = [(name,) for name in names] + ([tuple(names)] if len(names) > 1 else [])
    found: list[Price] = []
    proven = base.proven
    for some in asked:
        if clock.over:
            proven = False
            break
        trial = bench.trial(without(instance, some))
        if trial is not None:
            proven &= trial.proven
            found.append(_price(some, trial, base))
    return Prices(tuple(found), proven, Namer(instance))


def _price(names: tuple[str, ...], off: Trial, on: Trial) -> Price:
    return Price(
        names,
        (off.placed, on.placed),
        (off.rank_sum, on.rank_sum),
        on.better_for(off),
        off.better_for(on),
    )
