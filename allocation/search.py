"""Engine two: the pass inside a search over opening sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from allocation.opening import Found, Placed, Rated, cancelled, two_best
from allocation.passing import settle
from allocation.round import Round, sharable

if TYPE_CHECKING:
    from allocation.array_round import ArrayRound

Watch = Callable[[float, float | None], None]
"""Told how much is done (0 to 1) and the gap to the bound; may raise to stop the run."""

PROVEN_UP_TO = 20
"""Up to this many undecided classes every opening set is tried."""

COLUMNS = 1 << 14
"""Opening sets looked at together: enough to make numpy worth while, few enough to stay in cache."""

STEP = 512
"""Opening sets a climb looks at between two looks at the clock."""

LARGE = 2000
"""From this many applicants on the single pass runs over arrays."""


class Search:
    """The pass engine of one round."""

    def __init__(
        self,
        round_: Round,
        watch: Watch = lambda done, gap: None,
        time_limit_s: float | None = None,
    ) -> None:
        self.round = round_
        self.watch = watch
        self.ends = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.shared = sharable(round_)
        self.quick: ArrayRound | None = None

    def place(self, shut: frozenset[int]) -> Placed:
        """The outcome of one opening set by the pass, over arrays where the round is large."""
        if not self.shared or len(self.round.wishes) < LARGE:
            return settle(self.round, shut).placed
        if self.quick is None:
            from allocation.array_round import ArrayRound

            self.quick = ArrayRound(self.round)
        return self.quick.place(shut)

    def opened(self, shut: frozenset[int]) -> Placed:
        """The outcome of an admissible opening set: the same, as nothing looks ahead."""
        return self.place(shut)

    def optimum(self, undecided: tuple[int, ...]) -> Found | None:
        """Try every opening set; beyond :data:`PROVEN_UP_TO` classes climb from the greedy closing."""
        if len(undecided) > PROVEN_UP_TO:
            return self._climb(undecided)
        total = 1 << len(undecided)
        best: list[Rated] = []
        for start in range(0, total, COLUMNS):
            numbers = range(start, min(total, start + COLUMNS))
            best = two_best(best + self._rated(undecided, numbers))
            self.watch(numbers.stop / total, None)
        if not best:
            return None
        return Found(best[0][2], True, total, best[1][1] if len(best) > 1 else None)

    def _rated(self, undecided: tuple[int, ...], numbers: Sequence[int]) -> list[Rated]:
        from allocation.rating import rated  # numpy: a round in which every class opens can do without

        return rated(self.round, undecided, numbers)

    def _climb(self, undecided: tuple[int, ...]) -> Found | None:
        """From the greedy closing and from closing all, change one class, else swap two, while it helps.

        Ends where nothing helps or the time is over, and never below either start that is admissible.
        """
        greedy, _ = cancelled(self.round, self.place)
        seen = {sum(1 << row for row, at in enumerate(undecided) if at in greedy), (1 << len(undecided)) - 1}
        best = two_best(self._rated(undecided, sorted(seen)))
        singles = [1 << row for row in range(len(undecided))]
        pairs = [one | other for one, other in combinations(singles, 2)]
        going = bool(best)
        while going:
            number = sum(1 << row for row, at in enumerate(undecided) if at in best[0][2])
            before = best[0]
            for flips in (singles, pairs):
                best = self._tried(undecided, sorted({number ^ flip for flip in flips} - seen), seen, best)
                if best[0] != before:
                    break
            going = best[0] != before and not self._late()
        if not best:
            return None
        return Found(best[0][2], False, len(seen), best[1][1] if len(best) > 1 else None)

    def _tried(self, undecided: tuple[int, ...], fresh: list[int], seen: set[int], best: list[Rated]) -> list[Rated]:
        for at in range(0, len(fresh), STEP):
            if self._late():
                break
            block = fresh[at : at + STEP]
            seen.update(block)
            best = two_best(best + self._rated(undecided, block))
            self.watch(0.0, None)
        return best

    def _late(self) -> bool:
        return self.ends is not None and time.monotonic() > self.ends
