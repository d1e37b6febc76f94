"""The opening of an outcome, tried again: every set and every division where they can be counted through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from allocation.verify.bound import most_placed
from allocation.verify.divided import Divided, Shares
from allocation.verify.facts import Facts
from allocation.verify.openings import Openings
from allocation.verify.replay import Replay, Scene
from allocation.verify.report import Check

RETRY_UP_TO = 16
"""Up to this many undecided classes the opening proof is tried again in full."""
RETRY_STEPS = 20_000
"""Where sets must be walked one by one: sets × divisions × applicants up to which they are."""
RETRY_SOLVES = 600
"""Under hard floors, where a set may need an integer programme for a person."""


class Opening:
    """Checks the opening part of an outcome; ``divided`` belongs to a round whose shares are chosen."""

    def __init__(self, replay: Replay, given: Mapping[str, Any], divided: Divided | None, shares: Shares) -> None:
        self.replay = replay
        self.facts: Facts = replay.facts
        self.given = given
        self.divided = divided
        self.shares = shares
        self.closed = frozenset(row["programme"] for row in given["closed"])
        self.first = self._first()
        self.undecided = self.first[0].lacking(self.first[1], frozenset())
        self.note = ""

    def _first(self) -> tuple[Replay, Scene]:
        """The walk with everything open that tells which classes are undecided."""
        if self.divided is None:
            return self.replay, self.replay.first()
        open_ = Replay(Facts(self.facts.bytes, self.divided.open()))
        return open_, open_.first()

    def check(self) -> Check:
        """What the opening part tells, against the walk; and whether another opening were better."""
        given, rule = self.given, self.facts.rule("opening", "optimal")
        found: list[str] = []
        if given["opening"]["undecided"] != self.undecided:
            found.append(f"undecided: stated {given['opening']['undecided']}, are {self.undecided}")
        if given["opening"]["rule"] != rule:
            found.append(f"rule: stated {given['opening']['rule']}, is {rule}")
        if rule != "optimal":
            steps = self._cancelled(rule)
        else:
            steps = [self._row(self.first[0], self.first[1], 1, name) for name in sorted(self.closed)]
            found += self._optimal()
        if given["closed"] != steps:
            found.append(f"closed: stated {given['closed']}, is {steps}")
        best = [*self.replay.figures(self.replay.scene(self.closed)), len(set(self.undecided) - self.closed)]
        if given["opening"]["best"] != best:
            found.append(f"best: stated {given['opening']['best']}, is {best}")
        return Check("opening", 2 ** min(len(self.undecided), RETRY_UP_TO), tuple(found), self.note)

    def _row(self, replay: Replay, scene: Scene, number: int, name: str) -> dict[str, Any]:
        raw = self.facts.programmes[name]
        local = int(raw.get("local_enrolled") or 0)
        return {
            "pass": number,
            "programme": name,
            "reached": replay.pupils(scene)[name] + local,
            "needed": int(raw.get("min_open") or 0),
        }

    def _cancelled(self, rule: Any) -> list[dict[str, Any]]:
        """The log of cancellations by the published order."""
        replay = self.replay
        steps: list[dict[str, Any]] = []
        while True:
            shut = frozenset(step["programme"] for step in steps)
            scene = replay.scene(shut)
            rows = [self._row(replay, scene, len(steps) + 1, one) for one in replay.lacking(scene, shut)]
            if not rows:
                return steps
            if isinstance(rule, list):
                rows.sort(key=lambda row: rule.index(row["programme"]))
            else:
                rows.sort(key=lambda row: (Fraction(row["reached"], row["needed"]), row["programme"]))
            steps.append(rows[0])

    # the best set --------------------------------------------------------------------------------

    def _optimal(self) -> list[str]:
        """No other admissible opening set may be better; beyond the limit the outcome must not claim proof."""
        if not self.closed <= set(self.undecided):
            return [f"closed without need: {sorted(self.closed - set(self.undecided))}"]
        better: str | None = None
        if self._planes():
            if len(self.undecided) > RETRY_UP_TO:
                self.note = f"2^{len(self.undecided)} sets not tried again"
                return []
            flags = [int(name not in self.closed) for name in self.undecided]
            placed, ranks = self.replay.figures(self.replay.scene(self.closed))
            names = Openings(self.replay, self.undecided).better_than(placed, ranks, sum(flags), flags)
            better = None if names is None else f"{names}"
        elif not self._countable():
            most = most_placed(self.facts, self.replay)
            self.note = f"{self._ways()} ways not tried again; no way could place more than {most}"
            return []
        else:
            better = self._better()
        if better is not None:
            return [f"closing {better} is better than closing {sorted(self.closed)}"]
        return [] if self.given["proven"] else ["proof not claimed though every set can be tried"]

    def _planes(self) -> bool:
        return self.divided is None and type(self.replay) is Replay and not self.replay.with_beds

    def _ways(self) -> int:
        sets: int = 2 ** len(self.undecided)
        return sets if self.divided is None else sets * self.divided.many()

    def _countable(self) -> bool:
        return self._ways() * (len(self.facts.people) + 1) <= (RETRY_SOLVES if self.facts.hard else RETRY_STEPS)

    def _sets(self) -> Iterator[frozenset[str]]:
        for size in range(len(self.undecided) + 1):
            yield from map(frozenset, combinations(self.undecided, size))

    def _worth(self, replay: Replay, shut: frozenset[str], shares: Shares) -> tuple[Any, ...] | None:
        """How good a set (with a division) is, larger first; ``None`` if a class stays below its minimum."""
        missing = replay.missing(shut)
        if missing is None:
            return None
        scene = replay.scene(shut)
        if replay.weak(scene, shut):
            return None
        placed, ranks = replay.figures(scene)
        flags = [name not in shut for name in self.undecided]
        if self.divided is None:
            return -missing, placed, -ranks, sum(flags), flags
        return 0, placed, -ranks, sum(flags), flags, -self.divided.distance(shares), self.divided.listed(shares)

    def _better(self) -> str | None:
        """A set, with its division, that beats the outcome's own."""
        mine = self._worth(self.replay, self.closed, self.shares)
        for shares in [self.shares] if self.divided is None else self.divided.all():
            replay = self.replay if self.divided is None else Replay(Facts(self.facts.bytes, shares))
            for shut in self._sets():
                worth = self._worth(replay, shut, shares)
                if worth is not None and (mine is None or worth > mine):
                    return f"{sorted(shut)}" if self.divided is None else f"{sorted(shut)} with {shares}"
        return None
