"""Plain rounds out of CSV tables straight into arrays: totals and county cells, and nothing else."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from allocation.arrays import Ints, Longs, Mask, Plain, merit
from allocation.csv_people import People, lines_of
from allocation.csv_tables import COLUMNS, Row, layout, read_table, refuse
from allocation.desk import Desk

Key = TypeVar("Key", bound=Hashable)

LARGE = 20_000
"""From this many applicants on a plain round takes this way; below, both ways give the same digest."""

PLAIN_RULES = {
    "across": ("own_county", "common_score"),
    "ties": ("lottery",),
    "checks": ("before", "after"),
    "floors": ("guarantee",),
    "bed_with_guarantee": ("false",),
    "opening": ("optimal", "smallest_first"),
    "adjustment": ("off",),
}


@dataclass(frozen=True, slots=True)
class Large:
    """A plain round with the names its arrays stand for; ``score`` in millionths of a point."""

    ids: list[str]
    programmes: list[str]
    counties: list[str]
    one_order: bool
    score: Longs
    plain: Plain


def is_large(folder: Path) -> bool:
    """Whether the folder holds a plain round of at least :data:`LARGE` applicants."""
    if not {path.stem for path in folder.glob("*.csv")} <= {"rules", "programmes", "cells", "applicants"}:
        return False
    if not (folder / "applicants.csv").exists() or lines_of(folder / "applicants.csv") <= LARGE + 1:
        return False
    rules = _rules(folder)
    if any(rules.get(key, words[0]) not in words for key, words in PLAIN_RULES.items()):
        return False
    extra = (("programmes", ("school", "min_open", "local_enrolled")), ("cells", ("floor", "line")))
    for table, columns in extra:
        if any(row.get(name) for row in _table(folder, table) for name in columns):
            return False
    return not set(_head(folder)) & {"adjust", "boards"}


def _head(folder: Path) -> list[str]:
    with (folder / "applicants.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _table(folder: Path, name: str) -> list[Row]:
    return read_table(folder / f"{name}.csv", COLUMNS[name], COLUMNS[name][:1])


def _rules(folder: Path) -> dict[str, str]:
    return {row["key"]: row.get("value", "") for row in _table(folder, "rules")}


class _Reader:
    """Reads the tables into arrays; the faults of all of them are raised together."""

    def __init__(self, folder: Path, seed: str | None) -> None:
        self.desk = Desk()
        self.folder = folder
        layout(folder)
        rows = _table(folder, "rules")
        for number, key in _twice([row["key"] for row in rows]):
            self.desk.fault(f"rules.csv[{number}].key", key, "重复 / stands twice", "只留一个 / keep one")
        self.rules = _rules(folder)
        for key in self.rules:
            if key not in {*PLAIN_RULES, "seed"}:
                self.desk.fault(f"rules.csv.{key}", key, "未知的键 / unknown key", "删除 / remove it")
        self.seed = seed if seed is not None else self.rules.get("seed") or None
        self.counties: dict[str, int] = {}

    def read(self) -> Large:
        """The whole round."""
        names, capacity = self._programmes()
        index = {name: at for at, name in enumerate(names)}
        people = People(self.desk, self.folder / "applicants.csv", index, self.counties)
        people.read()
        cells = self._cells(index)
        people.told()
        ids, county, keys, choices = people.arrays()
        one_order = self.rules.get("across") == "common_score"
        walk = self._order(ids, keys, county, one_order)
        choices[cells[choices.clip(0), county[:, None]] == 0] = -1
        _once(choices)
        plain_ = Plain(choices, walk, county, capacity, cells)
        if not one_order:
            _settled(plain_, names)
        return Large(ids, names, list(self.counties), one_order, -keys[0], plain_)

    def _programmes(self) -> tuple[list[str], Longs]:
        rows = _table(self.folder, "programmes")
        listed = [self.desk.name(row["id"], f"programmes.csv[{at}].id") for at, row in enumerate(rows, start=1)]
        for number, name in _twice(listed):
            self.desk.fault(f"programmes.csv[{number}].id", name, "重复 / stands twice", "只留一个 / keep one")
        names = sorted(set(listed))
        index = {name: at for at, name in enumerate(names)}
        capacity = np.full(len(names), -1, np.int64)
        for number, row in enumerate(rows, start=1):
            if row.get("capacity"):
                at = index[listed[number - 1]]
                capacity[at] = self.desk.whole(row["capacity"], f"programmes.csv[{number}].capacity")
        return names, capacity

    def _cells(self, index: dict[str, int]) -> Longs:
        rows = _table(self.folder, "cells")
        for number, (programme, county) in _twice([(row["programme"], row.get("county", "")) for row in rows]):
            told = f"{programme}/{county}"
            self.desk.fault(f"cells.csv[{number}]", told, "重复 / stands twice", "只留一个 / keep one")
        most = len({*self.counties, *(row.get("county", "") for row in rows)})
        cells = np.full((len(index), max(1, most)), -1, np.int64)
        for number, row in enumerate(rows, start=1):
            path = f"cells.csv[{number}]"
            if row["programme"] not in index:
                told = "没有这个专业 / no such programme"
                self.desk.fault(f"{path}.programme", row["programme"], told, "更正 / correct it")
            elif row.get("ceiling"):
                county = self.desk.name(row.get("county", ""), f"{path}.county")
                at = self.counties.setdefault(county, len(self.counties))
                cells[index[row["programme"]], at] = self.desk.whole(row["ceiling"], f"{path}.ceiling")
        return cells

    def _order(self, ids: list[str], keys: list[Longs], county: Ints, one_order: bool) -> Ints:
        """The strict order; full ties fall to the published draw."""
        scale = None if one_order else county
        walk = merit(keys, scale)
        same: Mask = np.ones(max(0, len(walk) - 1), np.bool_)
        for key in [*keys, *([] if scale is None else [scale.astype(np.int64)])]:
            np.logical_and(same, key[walk[1:]] == key[walk[:-1]], out=same)
        tied = np.zeros(len(walk), np.bool_)
        tied[1:] = same
        np.logical_or(tied[:-1], same, out=tied[:-1])
        members = walk[tied]
        if not len(members):
            return walk
        if self.seed is None:
            raise refuse(
                "rules.csv.seed", "", "完全同分而未公布抽签种子 / full ties and no seed", "公布 seed / publish a seed"
            )
        return _drawn(walk, same, [f"{self.seed}:{ids[one]}" for one in walk[tied].tolist()], tied)


def _drawn(walk: Ints, same: Mask, texts: Sequence[str], tied: Mask) -> Ints:
    """The order with full ties settled by the published draw (:func:`allocation.order.draw`) over ``texts``.

    ``same`` tells who is in full tie with whom stands before; the first eight bytes nearly always settle it.
    """
    drawn = b"".join([hashlib.sha256(text.encode()).digest() for text in texts])
    lots = np.frombuffer(drawn, ">u8").reshape(-1, 4).T.astype(np.uint64)
    members = walk[tied]
    group = np.concatenate([[0], np.cumsum(~same)])[tied]
    order = np.lexsort((lots[0], group))
    first = lots[0][order]
    if ((first[1:] == first[:-1]) & (group[order][1:] == group[order][:-1])).any():
        order = np.lexsort((*lots[::-1], group))
    settled = walk.copy()
    settled[tied] = members[order]
    return settled


def _twice(keys: Sequence[Key]) -> Iterator[tuple[int, Key]]:
    """Keys that stand again, with the number of their row from 1."""
    seen: set[Key] = set()
    for number, key in enumerate(keys, start=1):
        if key in seen:
            yield number, key
        seen.add(key)


def _once(choices: Ints) -> None:
    """A programme that was listed before does not count again."""
    for column in range(1, choices.shape[1]):
        again: Mask = (choices[:, :column] == choices[:, column : column + 1]).any(axis=1)
        choices[again, column] = -1


def _settled(round_: Plain, names: list[str]) -> None:
    """Totals that two counties could fill together must be out of reach of their cells."""
    counties = round_.cells.shape[1]
    kinds = round_.choices.astype(np.int64) * counties + round_.county[:, None]
    demand = np.bincount(kinds[round_.choices >= 0], minlength=round_.cells.size).reshape(round_.cells.shape)
    most = np.where(round_.cells < 0, demand, np.minimum(demand, round_.cells)).sum(axis=1)
    mixed = ((demand > 0).sum(axis=1) > 1) & (round_.capacity >= 0) & (most > round_.capacity)
    if mixed.any():
        name = names[int(np.flatnonzero(mixed)[0])]
        raise refuse(
            f"cap/{name}",
            name,
            "几县可能争用同一名额,而两地分数不可比 / counties could fill it together and scores are not compared",
            "给出各县计划数,或改用 across / state cells or another rules.across",
        )


def read_large(folder: Path, seed: str | None = None) -> Large:
    """The round of a folder; raises :class:`BadInstance` with the faults found."""
    return _Reader(folder, seed).read()
