"""One instance taken to its end by the rule, for comparing many: placed, ranks, who has what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from allocation.faults import BadInstance, Inadmissible
from allocation.instance import Instance
from allocation.limits import named_limits
from allocation.opening import decide
from allocation.passing import settle
from allocation.round import prepare
from allocation.search import Search
from allocation.solver import solve
from allocation.wishes import Wish, WishBook


@dataclass(frozen=True, slots=True)
class Trial:
    """What the rule makes of an instance: ``ranks`` of everybody (0: not placed), classes ``closed``."""

    placed: int
    rank_sum: int
    assignment: Mapping[str, str | None]
    ranks: Mapping[str, int]
    closed: tuple[str, ...]
    proven: bool

    def better_for(self, other: Trial) -> tuple[str, ...]:
        """Who has a better place here than there, in the order of ids."""
        return tuple(
            who for who, rank in self.ranks.items() if rank and (not other.ranks[who] or rank < other.ranks[who])
        )


def plain(instance: Instance) -> bool:
    """Whether the pass alone decides: no look-ahead, no division by the solver, no rankings of programmes."""
    rules = instance.rules
    return (
        rules.floors == "guarantee"
        and not rules.bed_with_guarantee
        and rules.across != "optimised_shares"
        and all(one.ranking is None for one in instance.programmes)
    )


class Bench:
    """Tries changes of one instance; the ranks of places are those of the lists, which no change touches."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.names = [one.id for one in instance.programmes]
        book = WishBook(instance, named_limits(instance))
        self.struck_at: dict[str, dict[int, str]] = {}
        self.listed: dict[str, tuple[Wish, ...]] = {}
        for one in instance.applicants:
            self.listed[one.id], struck = book.listed(one)
            self.struck_at[one.id] = dict(struck)

    def trial(self, changed: Instance) -> Trial | None:
        """The outcome by the rule; ``None`` where the rule leads to none or the change is not allowed."""
        try:
            return self._passed(changed) if plain(changed) else self._solved(changed)
        except (BadInstance, Inadmissible):
            return None

    def _passed(self, changed: Instance) -> Trial | None:
        round_ = prepare(changed)
        opening = decide(round_, Search(round_))
        walk = settle(round_, opening.shut)
        if walk.conflicts:
            return None
        got = {
            applicant.id: wish if wish is not None and not wish.returned else None
            for applicant, wish in zip(changed.applicants, walk.placed, strict=True)
        }
        ranks = {who: 0 if wish is None else wish.rank for who, wish in got.items()}
        return Trial(
            sum(rank > 0 for rank in ranks.values()),
            sum(ranks.values()),
            {who: None if wish is None else self.names[wish.programme] for who, wish in got.items()},
            ranks,
            tuple(self.names[at] for at in sorted(opening.shut)),
            opening.proven,
        )

    def _solved(self, changed: Instance) -> Trial:
        told = json.loads(solve(changed, engine="search").to_bytes())
        assignment: dict[str, str | None] = told["assignment"]
        ranks = {who: 0 if place is None else self._rank(who, place) for who, place in assignment.items()}
        closed = tuple(sorted(row["programme"] for row in told["closed"]))
        figures = told["yardsticks"]
        return Trial(figures["placed"], figures["rank_sum"], assignment, ranks, closed, told["proven"])

    def wanted(self, trial: Trial) -> frozenset[tuple[str, str]]:
        """Programmes somebody would rather have than what they got, with the county of that somebody."""
        return frozenset(
            (self.names[wish.programme], one.county)
            for one in self.instance.applicants
            for wish in self.listed[one.id]
            if not trial.ranks[one.id] or wish.rank < trial.ranks[one.id]
        )

    def _rank(self, who: str, place: str) -> int:
        listed = [self.names[wish.programme] for wish in self.listed[who]]
        return listed.index(place) + 1 if place in listed else len(listed) + 1
