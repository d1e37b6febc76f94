"""Between what bounds the count of each limit lies at a step of the order, whatever opens.

Sure bounds need no literals: whoever has a choice that no limit can refuse is placed by then.
"""

from __future__ import annotations

from collections.abc import Sequence

from allocation.round import Round
from allocation.wishes import Wish


class Ranges:
    """Counts people, not literals: at least ``low``, at most ``high`` of each limit so far."""

    def __init__(self, round_: Round) -> None:
        self.least = [limit.cap for limit in round_.limits]
        self.most = [limit.cap for limit in round_.limits]
        self.low = [0] * len(round_.limits)
        self.high = [0] * len(round_.limits)
        self.inside_low = [0] * len(round_.holds)
        self.inside_high = [0] * len(round_.holds)
        self.counted: list[set[int]] = [set() for _ in round_.wishes]
        self.members: list[set[int]] = [set() for _ in round_.wishes]

    def free(self, limit: int, least: int) -> None:
        """The limit's cap is a variable from ``least`` up to what is stated."""
        self.least[limit] = least

    def full(self, limit: int) -> bool:
        """Whether the limit is full in any case."""
        return self.low[limit] >= self.most[limit]

    def open(self, limit: int) -> bool:
        """Whether the limit cannot be full yet."""
        return self.high[limit] < self.least[limit]

    def count(self, applicant: int, possible: Sequence[Wish], *, sure: bool) -> None:
        """Somebody may get one of these, or is sure to."""
        fresh = {one for wish in possible for one in wish.checks} - self.counted[applicant]
        for one in fresh:
            self.high[one] += 1
        self.counted[applicant] |= fresh
        inside = {one for wish in possible for one in wish.holds} - self.members[applicant]
        for one in inside:
            self.inside_high[one] += 1
        self.members[applicant] |= inside
        if sure:
            for one in set(possible[0].checks).intersection(*(wish.checks for wish in possible)):
                self.low[one] += 1
            for one in set(possible[0].holds).intersection(*(wish.holds for wish in possible)):
                self.inside_low[one] += 1
