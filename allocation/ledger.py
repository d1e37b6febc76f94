"""Hard floors: what the decided part of a round holds, and what floors and minima still need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from allocation.order import Group
from allocation.round import Round
from allocation.wishes import Wish

HARD = "hard/"
"""How the reason of a refusal by a floor or minimum begins."""


@dataclass(slots=True)
class Ahead:
    """What a look-ahead pass left behind; ``placed`` and ``refusals`` as in the plain pass.

    ``conflicts`` are the full ties that cannot all have what each alone could.
    """

    placed: list[Wish | None]
    target: int
    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    conflicts: list[tuple[str, Group]] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """A round with some people decided.

    ``used`` counts each limit, ``got`` the members of each floor placed, ``heads`` the pupils of each
    programme; ``options`` is what each undecided person may still get, and empty for everybody else.
    With ``minima`` every open class is to reach its minimum.
    """

    round: Round
    shut: frozenset[int]
    minima: bool
    used: list[int] = field(init=False)
    got: list[int] = field(init=False)
    heads: list[int] = field(init=False)
    options: list[Sequence[Wish]] = field(init=False)
    floors: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.used = [0] * len(self.round.limits)
        self.got = [0] * len(self.round.floors)
        self.heads = [0] * len(self.round.needs)
        self.options = [
            tuple(one for one in (*listed, *more) if one.programme not in self.shut)
            for listed, more in zip(self.round.wishes, self.round.adjust, strict=True)
        ]
        self.floors = tuple(at for at, floor in enumerate(self.round.floors) if floor.programme not in self.shut)

    def take(self, wish: Wish, count: int = 1) -> None:
        """Decide a placement, or take it back with ``count`` -1."""
        for one in wish.checks:
            self.used[one] += count
        if wish.floor >= 0:
            self.got[wish.floor] += count
        if not wish.returned:
            self.heads[wish.programme] += count

    def full(self, wish: Wish) -> int | None:
        """The first limit that the decided people fill."""
        limits = self.round.limits
        return next((one for one in wish.checks if self.used[one] >= limits[one].cap), None)

    def missing(self) -> dict[int, int]:
        """What each floor of an open programme still needs."""
        return {
            at: self.round.floors[at].seats - self.got[at]
            for at in self.floors
            if self.got[at] < self.round.floors[at].seats
        }

    def wanting(self) -> dict[int, int]:
        """How many pupils each open class still needs, where minima count."""
        if not self.minima:
            return {}
        return {
            at: need - self.heads[at]
            for at, need in enumerate(self.round.needs)
            if at not in self.shut and self.heads[at] < need
        }
