"""Variants of a round walked together, with the opening rule applied to each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allocation.round import Round
from allocation.variants import Columns

EVERY_SET_UP_TO = 6
"""Up to this many undecided classes all opening sets of a variant are tried; beyond, the smallest go first."""

AT_ONCE = 1 << 14
"""Opening sets looked at together."""

Variant = tuple[int, dict[int, int], dict[int, int]]
"""Number, changed caps by limit, changed needs by programme."""

Pair = tuple[int, tuple[int, ...], int]
"""Variant, its undecided classes, and an opening set: bit k shuts the k-th."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one variant leads to; ``status`` is sound, not_proven, inadmissible or bad_input."""

    number: int
    status: str
    placed: int = 0
    rank_sum: int = 0
    first_choice: int = 0
    unplaced: int = 0
    closed: tuple[str, ...] = ()
    message: str = ""


Best = dict[int, tuple[tuple[int, ...], Result]]


class Block:
    """Variants walked together; columns are (variant, opening set) pairs."""

    def __init__(self, round_: Round, variants: Sequence[Variant]) -> None:
        self.round = round_
        self.names = [one.id for one in round_.instance.programmes]
        self.variants = variants
        touched = sorted({at for _, caps, _ in variants for at in caps})
        self.caps = {
            at: np.array([caps.get(at, self.round.limits[at].cap) for _, caps, _ in variants], np.int32)
            for at in touched
        }
        changed_needs = {at for _, _, needs in variants for at in needs}
        with_need = sorted(changed_needs | {at for at, need in enumerate(self.round.needs) if need})
        self.needs = {
            at: np.array([needs.get(at, self.round.needs[at]) for _, _, needs in variants], np.int32)
            for at in with_need
        }

    def _walk(self, rows: NDArray[np.intp], shut: Mapping[int, NDArray[np.bool_]]) -> Columns:
        caps = {at: column[rows] for at, column in self.caps.items()}
        return Columns(self.round, len(rows), shut, caps, frozenset(self.needs))

    def results(self) -> list[Result]:
        """One result per variant."""
        everyone = np.arange(len(self.variants))
        first = self._walk(everyone, {})
        short = first.short(self.needs)
        weak = np.zeros(len(everyone), np.int32)
        for below in short.values():
            weak += below
        found = {
            int(one): self._result(first, at, int(one), (), "sound")
            for at, one in enumerate(everyone)
            if not weak[at]
        }
        optimal = self.round.instance.rules.opening == "optimal"
        few = np.flatnonzero((weak > 0) & (weak <= EVERY_SET_UP_TO) & optimal)
        if len(few):
            found.update(self._every(few, short))
        many = np.array([one for one in everyone.tolist() if one not in found], np.intp)
        if len(many):
            found.update(self._cancelled(many, "not_proven" if optimal else "sound"))
        return [found[one] for one in range(len(everyone))]

    def _result(self, columns: Columns, at: int, variant: int, shut: Sequence[int], status: str) -> Result:
        names = tuple(sorted(self.names[one] for one in shut))
        placed, ranks, first = columns.figures()
        everybody = len(self.round.wishes)
        return Result(
            self.variants[variant][0],
            status,
            int(placed[at]),
            int(ranks[at]),
            int(first[at]),
            everybody - int(placed[at]),
            names,
        )

    def _every(self, rows: NDArray[np.intp], short: Mapping[int, NDArray[np.bool_]]) -> dict[int, Result]:
        """Every opening set of each variant."""
        pairs: list[Pair] = []
        for one in rows.tolist():
            undecided = tuple(at for at in sorted(short) if short[at][one])
            pairs += [(one, undecided, number) for number in range(1 << len(undecided))]
        best: Best = {}
        for start in range(0, len(pairs), AT_ONCE):
            self._rate(pairs[start : start + (AT_ONCE)], best)
        return {
            one: best[one][1] if one in best else Result(self.variants[one][0], "inadmissible")
            for one in rows.tolist()
        }

    def _rate(self, pairs: Sequence[Pair], best: Best) -> None:
        rows = np.array([one for one, _, _ in pairs])
        shut: dict[int, NDArray[np.bool_]] = {}
        for column, (_, undecided, number) in enumerate(pairs):
            for bit, at in enumerate(undecided):
                if number >> bit & 1:
                    shut.setdefault(at, np.zeros(len(pairs), np.bool_))[column] = True
        columns = self._walk(rows, shut)
        good = np.ones(len(pairs), np.bool_)
        for below in columns.short({at: need[rows] for at, need in self.needs.items()}).values():
            good &= ~below
        placed, ranks, _ = columns.figures()
        for column in np.flatnonzero(good).tolist():
            one, undecided, number = pairs[column]
            closed = [at for bit, at in enumerate(undecided) if number >> bit & 1]
            flags = [int(at not in closed) for at in undecided]
            key = (int(placed[column]), -int(ranks[column]), sum(flags), *flags)
            if one not in best or key > best[one][0]:
                best[one] = key, self._result(columns, column, one, closed, "sound")

    def _cancelled(self, rows: NDArray[np.intp], status: str) -> dict[int, Result]:
        """Cancel the class with the smallest part of its minimum, variant by variant, all walked together."""
        shut = {at: np.zeros(len(rows), np.bool_) for at in self.needs}
        log: list[list[int]] = [[] for _ in rows]
        found: dict[int, Result] = {}
        todo = np.arange(len(rows))
        while len(todo):
            columns = self._walk(rows[todo], {at: mask[todo] for at, mask in shut.items() if mask[todo].any()})
            short = columns.short({at: need[rows[todo]] for at, need in self.needs.items()})
            again = []
            heads = {at: columns.heads.get(at) for at in short}
            for column, at_row in enumerate(todo.tolist()):
                weak = [at for at in short if short[at][column]]
                if not weak:
                    found[int(rows[at_row])] = self._result(columns, column, int(rows[at_row]), log[at_row], status)
                    continue
                parts = {at: self._part(at, int(heads[at][column]), int(rows[at_row])) for at in weak}
                chosen = min(weak, key=lambda at: (parts[at], at))
                shut[chosen][at_row] = True
                log[at_row].append(chosen)
                again.append(at_row)
            todo = np.array(again, np.intp)
        return found

    def _part(self, at: int, heads: int, variant: int) -> Fraction:
        one = self.round.instance.programmes[at]
        local = one.local_enrolled
        return Fraction(heads + local, int(self.needs[at][variant]) + local)
