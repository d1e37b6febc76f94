"""A change that places everyone who can be, built step by step: always there, rarely the least."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from allocation.changes import changed
from allocation.flexible import mixed_limits
from allocation.free import Clock
from allocation.instance import Instance
from allocation.round import Round
from allocation.trial import Bench, Trial


@dataclass(slots=True)
class Change:
    """Named caps raised and minima lowered, and what the rule makes of it."""

    raises: Counter[str] = field(default_factory=Counter)
    lowers: Counter[str] = field(default_factory=Counter)
    trial: Trial | None = None

    @property
    def total(self) -> int:
        """The sum of all changes."""
        return self.raises.total() + self.lowers.total()


class Repair:
    """Raises what refuses the first one left out, over and over; then takes back what was not needed."""

    def __init__(self, instance: Instance, round_: Round, bench: Bench, never: frozenset[str]) -> None:
        self.instance = instance
        self.round = round_
        self.bench = bench
        self.never = never | instance.taken
        self.order = [one for group in round_.order.groups for one in group]
        self.mixed = mixed_limits(round_)
        self.change = Change()

    def _try(self, raises: Counter[str], lowers: Counter[str]) -> Trial | None:
        return self.bench.trial(changed(self.instance, +raises, +lowers))

    def _left(self, trial: Trial) -> list[int]:
        people = self.instance.applicants
        return [at for at in self.order if not trial.ranks[people[at].id] and people[at].id not in self.never]

    def _used(self, trial: Trial) -> Counter[int]:
        """How many count to each limit."""
        names = self.bench.names
        used: Counter[int] = Counter()
        rows = zip(self.instance.applicants, self.round.wishes, self.round.adjust, strict=True)
        for applicant, row, more in rows:
            got = trial.assignment[applicant.id]
            for wish in (*row, *more):
                if names[wish.programme] == got:
                    used.update(wish.counts)
                    break
        return used

    def _step(self, at: int, trial: Trial) -> None:
        """Make room for one applicant where the fewest changes are needed."""
        used = self._used(trial)
        inside = Counter(place for place in trial.assignment.values())
        best: tuple[int, int, list[str], str, int] | None = None
        for wish in (*self.round.wishes[at], *self.round.adjust[at]):
            if wish.returned:
                continue
            name = self.bench.names[wish.programme]
            full = [
                self.round.limits[one].name
                for one in wish.counts
                if used[one] >= self.round.limits[one].cap + self.change.raises[self.round.limits[one].name]
            ]
            need = self.round.needs[wish.programme] - self.change.lowers[name] - inside[name] - 1
            lower = max(0, need) if name in trial.closed else 0
            option = (len(full) + lower, wish.rank, full, name, lower)
            best = option if best is None else min(best, option)
        if best is None:
            return
        _, _, full, name, lower = best
        self.change.raises.update(full)
        self.change.lowers[name] += lower
        if full and self._try(self.change.raises, self.change.lowers) is None:
            self.change.raises.update(self._shared(at, name))

    def _shared(self, at: int, name: str) -> list[str]:
        """Limits of a place that several counties could fill once one of their cells has grown."""
        wish = next(
            wish
            for wish in (*self.round.wishes[at], *self.round.adjust[at])
            if self.bench.names[wish.programme] == name
        )
        return [self.round.limits[one].name for one in wish.counts if one in self.mixed]

    def _without_minima(self) -> Trial | None:
        """Where the minima contradict each other, none of them stands in the way; later they are put back."""
        for need, name in zip(self.round.needs, self.bench.names, strict=True):
            self.change.lowers[name] = need
        return self._try(self.change.raises, self.change.lowers)

    def built(self, clock: Clock) -> Change | None:
        """The change, or ``None`` if the time ended or no step helps any more."""
        steps = 2 * len(self.order) + sum(self.round.needs)
        for _ in range(steps):
            trial = self._try(self.change.raises, self.change.lowers) or self._without_minima()
            if trial is None or clock.over:
                return None
            left = self._left(trial)
            if not left:
                self.change.trial = trial
                self._taken_back(clock)
                return self.change
            before = self.change.total
            self._step(left[0], trial)
            if self.change.total == before:
                return None
        return None

    def _taken_back(self, clock: Clock) -> None:
        """Undo every single change without which everyone still is placed, until none is left to undo."""
        before = -1
        while before != self.change.total:
            before = self.change.total
            for part in (self.change.lowers, self.change.raises):
                for name in [*part]:
                    self._less(part, name, clock)

    def _less(self, part: Counter[str], name: str, clock: Clock) -> None:
        while part[name] and not clock.over:
            part[name] -= 1
            trial = self._try(self.change.raises, self.change.lowers)
            if trial is None or self._left(trial):
                part[name] += 1
                return
            self.change.trial = trial
