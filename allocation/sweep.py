"""Many variants of one round: each a few changed numbers, all walked together over a pool of processes.

A variant is an object from paths to new values, such as ``{"programmes[P001].capacity": 40}``.  Variants that
only change how many fit or how many are needed share the prepared round; any other is solved by itself.
"""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from allocation.desk import Desk, parse
from allocation.faults import BadInstance, Inadmissible
from allocation.formats import read_instance
from allocation.round import Round, prepare, sharable
from allocation.sweep_block import Block, Result, Variant

Change = Mapping[str, Any]

TOGETHER = 2500
"""Variants walked as one block: enough to make an array worth while, few enough to share out."""

FIELDS = ("number", "status", "placed", "rank_sum", "first_choice", "unplaced", "closed", "message")

PATTERNS = (
    (re.compile(r"programmes\[(.+)\]\.capacity"), "cap/{0}"),
    (re.compile(r"programmes\[(.+)\]\.ceilings\.(.+)"), "cell/{0}/{1}"),
    (re.compile(r"programmes\[(.+)\]\.shares\.capacity\.(.+)"), "cap/{0}/{1}"),
    (re.compile(r"schools\[(.+)\]\.capacity"), "school/{0}"),
    (re.compile(r"schools\[(.+)\]\.dorm\.([MF])"), "dorm/{0}/{1}"),
    (re.compile(r"schools\[(.+)\]\.shares\.capacity\.(.+)"), "school/{0}/{1}"),
    (re.compile(r"schools\[(.+)\]\.shares\.([MF])\.(.+)"), "dorm/{0}/{1}/{2}"),
    (re.compile(r"outflow\.(.+)"), "outflow/{0}"),
)
NEEDED = re.compile(r"programmes\[(.+)\]\.(min_open|local_enrolled)")


class Sweep:
    """One prepared round and the variants that can share it."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.round: Round = prepare(read_instance(raw))
        self.names = [one.id for one in self.round.instance.programmes]
        self.limits = {limit.name: at for at, limit in enumerate(self.round.limits)}
        self.sharable = sharable(self.round)
        self.strict = self.round.instance.rules.across == "own_county"
        looked = {at for rows in (*self.round.wishes, *self.round.adjust) for wish in rows for at in wish.checks}
        self.counties: dict[int, set[str]] = {}
        for applicant, rows in zip(self.round.instance.applicants, self.round.wishes, strict=True):
            for at in {at for wish in rows for at in wish.counts}:
                self.counties.setdefault(at, set()).add(applicant.county)
        self.mixed = {at for at, counties in self.counties.items() if len(counties) > 1 and at not in looked}

    def caps(self, change: Change) -> tuple[dict[int, int], dict[int, int]] | None:
        """The changed caps by limit and needs by programme; ``None`` if the variant must be solved by itself."""
        caps: dict[int, int] = {}
        needed: dict[str, dict[str, int]] = {}
        for path, value in change.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                return None
            match = NEEDED.fullmatch(path)
            if match:
                needed.setdefault(match[1], {})[match[2]] = value
                continue
            at = self._limit(path, value)
            if at is None:
                return None
            caps[at] = value
        if not {*needed} <= {*self.names}:
            return None
        return caps, {self.names.index(name): self._need(name, row) for name, row in needed.items()}

    def _limit(self, path: str, value: int) -> int | None:
        """The limit a path names, where its cap alone changes and no order is set against another."""
        for pattern, form in PATTERNS:
            match = pattern.fullmatch(path)
            if match:
                at = self.limits.get(form.format(*match.groups()))
                break
        else:
            return None
        if at is None or (value == 0) != (self.round.limits[at].cap == 0):
            return None
        if self.strict:
            return self._apart(at, value)
        return at

    def _apart(self, at: int, value: int) -> int | None:
        """With own counties: no limit that several counties fill may come into reach by the change."""
        limit = self.round.limits[at]
        if at in self.mixed:
            return at if value >= limit.cap else None
        if value <= limit.cap:
            return at
        inside = limit.programmes or frozenset(self.names)
        wider = (self.round.limits[one].programmes for one in self.mixed)
        return None if any(one is None or one & inside for one in wider) else at

    def _need(self, name: str, row: Mapping[str, int]) -> int:
        one = self.round.instance.programmes[self.names.index(name)]
        least, local = row.get("min_open", one.min_open), row.get("local_enrolled", one.local_enrolled)
        return max(0, least - local)

    def together(self, changes: Sequence[tuple[int, Change]]) -> list[Result]:
        """The results of some variants, in their order."""
        shared: list[Variant] = []
        results: dict[int, Result] = {}
        for number, change in changes:
            found = self.caps(change) if self.sharable and self._listed() else None
            if found is None:
                results[number] = self.alone(number, change)
            else:
                shared.append((number, *found))
        if shared:
            results.update((one.number, one) for one in Block(self.round, shared).results())
        return [results[number] for number, _ in changes]

    def _listed(self) -> bool:
        return isinstance(self.round.instance.rules.opening, str)

    def alone(self, number: int, change: Change) -> Result:
        """One variant solved by itself, read and prepared anew."""
        from allocation.solver import solve

        try:
            outcome = solve(read_instance(changed(self.raw, change)), engine="search")
        except BadInstance as bad:
            return Result(number, "bad_input", message=str(bad))
        except Inadmissible as none:
            return Result(number, "inadmissible", message=str(none))
        told: Any = outcome.body
        first = sum(row.get("1", 0) for row in told["yardsticks"]["by_rank"].values())
        placed = told["yardsticks"]["placed"]
        return Result(
            number,
            "sound" if outcome.proven else "not_proven",
            placed,
            told["yardsticks"]["rank_sum"],
            first,
            len(outcome.assignment) - placed,
            tuple(sorted(row["programme"] for row in told["closed"])),
        )


def changed(raw: bytes, change: Change) -> bytes:
    """The instance with values replaced; raises :class:`BadInstance` for a path that leads nowhere."""
    desk = Desk()
    table: Any = parse(raw, desk)
    for path, value in change.items():
        *before, last = re.findall(r"\[([^\]]+)\]|([^.\[\]]+)", path)
        at = table
        try:
            for step in before:
                at = _step(at, step)
            if last[0]:
                raise KeyError(path)
            at[last[1]] = value
        except (KeyError, TypeError, StopIteration):
            desk.fault(path, value, "没有这一项 / there is no such thing", "programmes[ID].capacity")
    if desk.faults:
        raise BadInstance(tuple(desk.faults))
    return json.dumps(table, ensure_ascii=False, default=str).encode()


def _step(at: Any, step: tuple[str, str]) -> Any:
    name, key = step
    if key:
        return at.setdefault(key, {}) if isinstance(at, dict) else at[key]
    return next(one for one in at if one.get("id", one.get("name")) == name)


_SWEEP: list[Sweep] = []
"""The prepared round of this process; children inherit it."""


def _share(changes: Sequence[tuple[int, Change]]) -> list[Result]:
    return _SWEEP[-1].together(changes)


def sweep(raw: bytes, changes: Sequence[Change], workers: int = 1) -> list[Result]:
    """The result of every variant, in the order given; raises :class:`BadInstance` for the instance itself."""
    return together(Sweep(raw), changes, workers)


def together(prepared: Sweep, changes: Sequence[Change], workers: int = 1) -> list[Result]:
    """The result of every variant of a prepared round; blocks of variants go to a pool of processes."""
    _SWEEP.append(prepared)
    try:
        numbered = list(enumerate(changes))
        size = max(1, min(TOGETHER, -(-len(numbered) // max(1, workers))))
        blocks = [numbered[at : at + size] for at in range(0, len(numbered), size)]
        if workers == 1 or len(blocks) == 1:
            return [one for block in blocks for one in _share(block)]
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
            return [one for block in pool.map(_share, blocks) for one in block]
    finally:
        _SWEEP.pop()
