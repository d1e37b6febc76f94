"""Why the rule leads nowhere: what is named contradicts indeed, and nothing smaller does, by trying every walk."""

from __future__ import annotations

from itertools import chain, combinations
from random import Random
from typing import Any

from allocation.contradiction import in_rule
from allocation.opening import short
from allocation.passing import settle
from allocation.round import Round, prepare
from tests.allocation.rounds import applicant, programme, read, table


def crossed(dice: Random) -> dict[str, Any]:
    """A class nobody lives at that stays too small, and others that share the few beds its pupils turn to."""
    schools = [{"id": name, "county": "WJ", "dorm": {"F": dice.choice([1, 1, 2])}} for name in "ST"]
    plan = [
        programme("A", dice.randint(2, 3), min_open=dice.choice([2, 3])),
        programme("B", dice.randint(1, 2), school="S"),
        programme("C", dice.randint(1, 2), school=dice.choice("SST"), min_open=dice.choice([1, 1, 2])),
    ]
    lists = ["AB", "AB", "AC", "C", "CB", "B", "ABC"]
    people = [applicant(f"p{at}", 9 - at, *dice.choice(lists), boards=True) for at in range(dice.randint(2, 4))]
    return table(plan, people, {"across": "common_score"}, schools=schools)


def leads_somewhere(round_: Round, shut: frozenset[int], on: frozenset[str]) -> bool:
    """Whether some walk with these classes shut keeps the rules that are on; the others may refuse or not.

    A limit that is off may refuse only once so many could have asked for it that it might be full.
    """
    limits, order = round_.limits, [one for (one,) in round_.order.groups]
    minima = {
        at for at, need in enumerate(round_.needs) if need and f"min/{name(round_, at)}" in on and at not in shut
    }
    asked = [0] * len(limits)
    perhaps = []
    for one in order:
        perhaps.append({at for at, limit in enumerate(limits) if asked[at] >= limit.cap})
        for at in chain.from_iterable(wish.counts for wish in round_.wishes[one]):
            asked[at] += 1

    def walk(step: int, used: tuple[int, ...], heads: tuple[int, ...]) -> bool:
        if step == len(order):
            return all(heads[at] >= round_.needs[at] for at in minima)
        for wish in round_.wishes[order[step]]:
            full = {at for at in wish.counts if limits[at].name in on and used[at] >= limits[at].cap}
            free = {at for at in wish.counts if limits[at].name not in on} & perhaps[step]
            if wish.programme not in shut and not full:
                more = tuple(count + (at in wish.counts) for at, count in enumerate(used))
                grown = tuple(count + (at == wish.programme) for at, count in enumerate(heads))
                if walk(step + 1, more, grown):
                    return True
                if not free:
                    return False
        return walk(step + 1, used, heads)

    return walk(0, (0,) * len(limits), (0,) * len(round_.needs))


def name(round_: Round, at: int) -> str:
    """The id of a programme."""
    return round_.instance.programmes[at].id


def test_what_the_rule_contradicts_is_the_smallest_by_trying_every_walk() -> None:
    named = 0
    for seed in range(150):
        round_ = prepare(read(crossed(Random(f"crossed:{seed}"))))
        undecided = short(round_, settle(round_, frozenset()).placed, frozenset())
        if not undecided:
            continue
        sets = [frozenset(some) for size in range(len(undecided) + 1) for some in combinations(undecided, size)]
        rules = [
            *(limit.name for limit in round_.limits),
            *(f"min/{name(round_, at)}" for at, need in enumerate(round_.needs) if need),
        ]

        def clash(on: Any, round_: Round = round_, sets: list[frozenset[int]] = sets) -> bool:
            return not any(leads_somewhere(round_, shut, frozenset(on)) for shut in sets)

        found = in_rule(round_.instance)
        if found is None:
            assert not clash(rules), seed
            continue
        named += 1
        assert found.smallest
        assert clash(found.names), (seed, found.names)
        smaller = chain.from_iterable(combinations(rules, size) for size in range(len(found.names)))
        assert not any(clash(some) for some in smaller), (seed, found.names)
    assert named >= 5, named
