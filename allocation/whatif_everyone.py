"""What if: the least change of quotas that places everyone who can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

from allocation.canonical import Json
from allocation.changes import changed
from allocation.finishing import Goal, exclude, finished
from allocation.flexible import Amount, Flexible, mixed_limits
from allocation.free import Clock, OutOfTime
from allocation.instance import Instance
from allocation.limits import NamedLimit
from allocation.naming import Namer
from allocation.round import Round, prepare
from allocation.trial import Bench, Trial, plain
from allocation.whatif_places import proof
from allocation.whatif_repair import Change, Repair
from allocation.wording import STRIKES, Lang, pick

Literal = cp_model.IntVar
TRIES = 100
"""So many proposals of the model are tried with the rule before the answer is left unproven."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """The least total by which named caps rise and minima fall so that everyone who can be is placed.

    ``raises`` by limit, ``lowers`` by programme; ``never`` are those no change can place, with each choice
    and what strikes it (``returned``: the file would be sent and returned).  ``placed`` before and after.
    """

    raises: Mapping[str, int]
    lowers: Mapping[str, int]
    placed: tuple[int, int]
    rank_sum: tuple[int, int]
    never: Mapping[str, tuple[tuple[str, str], ...]]
    proven: bool
    words: Namer

    @property
    def total(self) -> int:
        """The sum of all changes."""
        return sum(self.raises.values()) + sum(self.lowers.values())

    def table(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {
            "ask": "everyone",
            "total": self.total,
            "raises": {**self.raises},
            "lowers": {**self.lowers},
            "placed": [*self.placed],
            "rank_sum": [*self.rank_sum],
            "never": {
                who: [{"programme": name, "reason": why} for name, why in rows] for who, rows in self.never.items()
            },
            "proven": self.proven,
        }

    def sentences(self, lang: Lang) -> Iterator[str]:
        """The answer in words."""
        zh = lang == "zh"
        (before, now), total = self.placed, self.total
        yield (
            f"合计调整 {total} 个,录取 {before} 人变为 {now} 人。"
            if zh
            else f"Changes of {total} in all: {before} placed become {now}."
        )
        for name, count in self.raises.items():
            said = self.words.say(name, lang)
            yield f"{said}:增加 {count} 个。" if zh else f"Raise {said} by {count}."
        for programme, count in self.lowers.items():
            said = self.words.say(f"min/{programme}", lang)
            yield f"{said}:降低 {count} 人。" if zh else f"Lower {said} by {count}."
        for who, rows in self.never.items():
            told = "; ".join(f"{name}: {_why(why, lang)}" for name, why in rows)
            if zh:
                yield f"{who} 无论怎样调整名额都不能录取:{told or '没有填报志愿'}。"
            else:
                yield f"{who} cannot be placed by any change of quotas: {told or 'no choices were filed'}."
        yield proof(self.proven, lang)


def _why(reason: str, lang: Lang) -> str:
    if reason == "returned":
        return "体检结论会退档" if lang == "zh" else "the file would be returned on health grounds"
    return pick(STRIKES[reason], lang)


def never_placed(instance: Instance, bench: Bench, round_: Round) -> dict[str, tuple[tuple[str, str], ...]]:
    """Applicants without a single place that could be given, choice by choice; taken ones stand outside."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for at, one in enumerate(instance.applicants):
        wishes = bench.listed[one.id]
        if one.id in instance.taken or round_.adjust[at] or any(not wish.returned for wish in wishes):
            continue
        returned = {wish.choice: "returned" for wish in wishes}
        rows = {**bench.struck_at[one.id], **returned}
        found[one.id] = tuple((one.choices[choice - 1], rows[choice]) for choice in sorted(rows))
    return found


def _inside(limit: NamedLimit, name: str, county: str) -> bool:
    return (limit.programmes is None or name in limit.programmes) and (
        limit.counties is None or county in limit.counties
    )


class _Least:
    """The model: caps may rise to what is wanted, minima may fall to nothing."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.model = cp_model.CpModel()
        wanted = [0] * len(round_.limits)
        for row, more in zip(round_.wishes, round_.adjust, strict=True):
            for one in {one for wish in (*row, *more) for one in wish.counts}:
                wanted[one] += 1
        self.raises = {
            at: self.model.new_int_var(0, wanted[at] - limit.cap, limit.name)
            for at, limit in enumerate(round_.limits)
            if wanted[at] > limit.cap
        }
        self.lowers = {at: self.model.new_int_var(0, need, "") for at, need in enumerate(round_.needs) if need}
        raises: dict[int, Amount] = {**self.raises}
        lowers: dict[int, Amount] = {**self.lowers}
        self.pass_ = Flexible(round_, self.model, raises=raises, lowers=lowers)
        self._settled()
        self.changes = [*self.raises.values(), *self.lowers.values()]
        self.top = max((wanted[at] for at in self.raises), default=0) + max(round_.needs, default=0)

    def _settled(self) -> None:
        """What counties could fill together stays out of their reach: the cells that grow need room above."""
        people = Counter[tuple[str, str]]()
        county_of = [one.county for one in self.round.instance.applicants]
        names = [one.id for one in self.round.instance.programmes]
        for at, (row, more) in enumerate(zip(self.round.wishes, self.round.adjust, strict=True)):
            for programme in {wish.programme for wish in (*row, *more)}:
                people[names[programme], county_of[at]] += 1
        for at in sorted(mixed_limits(self.round)):
            limit = self.round.limits[at]
            inside = [pair for pair in sorted(people) if _inside(limit, *pair)]
            if sum(people[pair] for pair in inside) > limit.cap:
                counties = sorted({county for _, county in inside})
                reach = [self._reach(inside, county, people) for county in counties]
                self.model.add(LinearExpr.sum(reach) <= limit.cap + self.raises.get(at, 0))

    def _reach(self, inside: list[tuple[str, str]], county: str, people: Counter[tuple[str, str]]) -> Literal:
        """The most that one county could put in: by programme those who want it, or its smallest own limit."""
        own = [(name, people[name, county]) for name, its in inside if its == county]
        top = sum(wanting for _, wanting in own)
        parts = [self._least(wanting, self._caps(county, frozenset({name}), exact=True)) for name, wanting in own]
        wider = self._caps(county, frozenset(name for name, _ in inside), exact=False)
        most = self.model.new_int_var(0, top, "")
        self.model.add_min_equality(most, [LinearExpr.sum(parts), *wider])
        return most

    def _least(self, wanting: int, caps: list[Amount]) -> Literal:
        most = self.model.new_int_var(0, wanting, "")
        self.model.add_min_equality(most, [wanting, *caps])
        return most

    def _caps(self, county: str, programmes: frozenset[str], *, exact: bool) -> list[Amount]:
        """The caps on one county alone, over exactly these programmes or over at least these."""
        return [
            limit.cap + self.raises.get(at, 0)
            for at, limit in enumerate(self.round.limits)
            if limit.county == county
            and not limit.sex
            and not limit.boarders
            and (
                limit.programmes == programmes
                if exact
                else limit.programmes is None or programmes <= limit.programmes
            )
        ]

    def best(self, clock: Clock, target: int | None) -> tuple[int, list[int]] | None:
        """Most placed, least change, least ranks, then earlier limits first: how many placed, and the changes.

        ``target`` is how many are placed where that is known beforehand.
        """
        goals: list[Goal] = [(False, LinearExpr.sum(self.changes)), (False, self.pass_.ranks())]
        if target is None:
            goals.insert(0, (True, self.pass_.placed()))
        found = finished(self.model, goals, self.changes, self.top, clock)
        if found is None:
            return None
        return found[0][0] if target is None else target, found[1]

    def start(self, change: Change, target: int) -> None:
        """Nothing worse than a change that is known already."""
        self.model.add(self.pass_.placed() == target)
        self.model.add(LinearExpr.sum(self.changes) <= change.total)
        for at, one in self.raises.items():
            self.model.add_hint(one, change.raises[self.round.limits[at].name])
        for at, one in self.lowers.items():
            self.model.add_hint(one, change.lowers[self.round.instance.programmes[at].id])

    def named(self, values: list[int]) -> tuple[dict[str, int], dict[str, int]]:
        """The changes by name: raised limits and lowered minima."""
        limits = [self.round.limits[at].name for at in self.raises]
        classes = [self.round.instance.programmes[at].id for at in self.lowers]
        raised = zip(limits, values[: len(limits)], strict=True)
        lowered = zip(classes, values[len(limits) :], strict=True)
        return {name: n for name, n in raised if n}, {name: n for name, n in lowered if n}


def everyone(instance: Instance, *, time_limit_s: float | None = None) -> Everyone:
    """The least change that places everyone who can be; raises :class:`OutOfTime` if the model found none.

    Guarantees and ties are tried with the rule itself: a proposal under which the rule places fewer is
    passed over.  Where the rule looks ahead or divides limits itself the answer is told as not proven.
    """
    clock = Clock.of(time_limit_s)
    bench = Bench(instance)
    round_ = prepare(instance)
    never = never_placed(instance, bench, round_)
    base = bench.trial(instance)
    change = Repair(instance, round_, bench, frozenset(never)).built(clock)
    try:
        found = _proven(instance, _Least(round_), bench, change, clock) if plain(instance) else None
    except OutOfTime:
        found = None
    if found is not None:
        raises, lowers, got = found
        return _answer(instance, raises, lowers, (base, got), never, got.proven)
    if change is None or change.trial is None:
        raise OutOfTime
    return _answer(instance, dict(+change.raises), dict(+change.lowers), (base, change.trial), never, False)


def _proven(
    instance: Instance, least: _Least, bench: Bench, change: Change | None, clock: Clock
) -> tuple[dict[str, int], dict[str, int], Trial] | None:
    """The model proposes the least change, the rule tries it; ``None`` if none of its proposals held."""
    target = None
    if change is not None and change.trial is not None:
        target = change.trial.placed
        least.start(change, target)
    for _ in range(TRIES):
        found = least.best(clock, target)
        if found is None:
            return None
        placed, values = found
        raises, lowers = least.named(values)
        got = bench.trial(changed(instance, raises, lowers))
        if got is not None and got.placed >= placed:
            return raises, lowers, got
        exclude(least.model, least.changes, values)
    return None


def _answer(
    instance: Instance,
    raises: dict[str, int],
    lowers: dict[str, int],
    trials: tuple[Trial | None, Trial],
    never: dict[str, tuple[tuple[str, str], ...]],
    proven: bool,
) -> Everyone:
    base, got = trials
    return Everyone(
        raises=raises,
        lowers=lowers,
        placed=(0 if base is None else base.placed, got.placed),
        rank_sum=(0 if base is None else base.rank_sum, got.rank_sum),
        never=never,
        proven=proven,
        words=Namer(instance),
    )
