"""Plain rounds out of CSV tables straight into arrays: totals and county cells, and nothing else."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allocation.arrays import Ints, Longs, Mask, Plain, merit
from allocation.csv_tables import COLUMNS, Row, header, layout, read_table, refuse
from allocation.desk import Desk
from allocation.faults import BadInstance
from allocation.order import draw

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


UNDRAWN = -(2**62)
"""No drawn number: below every number an instance can hold."""


class NotPlain(Exception):  # noqa: N818 - says what the round is
    """The round needs more than arrays: a tie key is missing somewhere."""


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
    if not (folder / "applicants.csv").exists() or _lines(folder / "applicants.csv") <= LARGE:
        return False
    rules = _rules(folder)
    if any(rules.get(key, words[0]) not in words for key, words in PLAIN_RULES.items()):
        return False
    extra = (("programmes", ("school", "min_open", "local_enrolled")), ("cells", ("floor", "line")))
    for table, columns in extra:
        if any(row.get(name) for row in _table(folder, table) for name in columns):
            return False
    return not set(_head(folder)) & {"adjust", "boards"}


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _head(folder: Path) -> list[str]:
    with (folder / "applicants.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _table(folder: Path, name: str) -> list[Row]:
    return read_table(folder / f"{name}.csv", COLUMNS[name], COLUMNS[name][:1])


def _rules(folder: Path) -> dict[str, str]:
    return {row["key"]: row.get("value", "") for row in _table(folder, "rules")}


class _Reader:
    """Reads the tables into lists; the first faults are raised together."""

    def __init__(self, folder: Path, seed: str | None) -> None:
        self.desk = Desk()
        self.folder = folder
        layout(folder)
        self.rules = _rules(folder)
        for key in self.rules:
            if key not in {*PLAIN_RULES, "seed"}:
                raise refuse(f"rules.csv.{key}", key, "未知的键 / unknown key", "删除 / remove it")
        self.seed = seed if seed is not None else self.rules.get("seed") or None
        self.scaled: dict[str, int] = {}
        self.counties: dict[str, int] = {}

    def number(self, text: str, path: str) -> int:
        """An exact decimal in millionths; each spelling is judged once."""
        if text not in self.scaled:
            self.scaled[text] = int(self.desk.number(text, path).scaleb(6))
        return self.scaled[text]

    def county(self, name: str, path: str) -> int:
        """The number of a county."""
        if name not in self.counties:
            self.counties[self.desk.name(name, path)] = len(self.counties)
        return self.counties.get(name, 0)

    def read(self) -> Large:
        """The whole round."""
        rows = _table(self.folder, "programmes")
        names = sorted(row["id"] for row in rows)
        index = {name: at for at, name in enumerate(names)}
        if len(index) < len(rows):
            raise refuse("programmes.csv", "id", "重复 / an id stands twice", "只留一个 / keep one")
        capacity = np.full(len(names), -1, np.int64)
        for number, row in enumerate(rows, start=1):
            if row.get("capacity"):
                capacity[index[row["id"]]] = self.desk.whole(row["capacity"], f"programmes.csv[{number}].capacity")
        ids, county, keys, choices = self._applicants(index)
        cells = self._cells(index)
        self._end()
        if len(set(ids)) < len(ids):
            raise refuse("applicants.csv", "id", "重复 / an id stands twice", "只留一个 / keep one")
        one_order = self.rules.get("across") == "common_score"
        walk = self._order(ids, keys, county, one_order)
        choices[cells[choices.clip(0), county[:, None]] == 0] = -1
        _once(choices)
        plain_ = Plain(choices, walk, county, capacity, cells)
        if not one_order:
            _settled(plain_, names)
        return Large(ids, names, list(self.counties), one_order, -keys[0], plain_)

    def _end(self) -> None:
        if self.desk.faults:
            raise BadInstance(tuple(self.desk.faults[:100]))

    def _cells(self, index: dict[str, int]) -> Longs:
        rows = _table(self.folder, "cells")
        cells = np.full((len(index), max(1, len({*self.counties, *(row["county"] for row in rows)}))), -1, np.int64)
        for number, row in enumerate(rows, start=1):
            path = f"cells.csv[{number}]"
            if row["programme"] not in index:
                raise refuse(
                    f"{path}.programme", row["programme"], "没有这个专业 / no such programme", "更正 / correct it"
                )
            if row.get("ceiling"):
                at = self.county(row["county"], f"{path}.county")
                cells[index[row["programme"]], at] = self.desk.whole(row["ceiling"], f"{path}.ceiling")
        return cells

    def _applicants(self, index: dict[str, int]) -> tuple[list[str], Ints, list[Longs], Ints]:
        """Ids, counties, the keys of the order (smaller first) and the choices, in the order of the rows."""
        path = self.folder / "applicants.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            names = next(lines)
            header(path, names, COLUMNS["applicants"], ("id", "county", "score"))
            people = _People(self, names, index, _lines(path))
            for number, line in enumerate(lines):
                people.add(number, line)
        return people.ids, np.array(people.county, np.int32), people.order(), people.choices[: len(people.ids)]

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
        drawn = b"".join(bytes.fromhex(draw(self.seed, ids[one])) for one in members)
        lots = np.zeros((len(ids), 4), np.uint64)
        lots[members] = np.frombuffer(drawn, ">u8").reshape(-1, 4)
        return merit([*keys, *lots.T], scale)


class _People:
    """The applicants, row by row."""

    def __init__(self, reader: _Reader, names: list[str], index: dict[str, int], most: int) -> None:
        self.reader, self.index = reader, index
        self.width = len(names)
        at = {name: number for number, name in enumerate(names)}
        ties = sorted((one for one in names if one.startswith("tie_")), key=lambda one: int(one[4:]))
        wishes = sorted((one for one in names if one.startswith("choice_")), key=lambda one: int(one[7:]))
        self.scored = [at["score"], *(at[one] for one in ties)]
        self.listed = [at[one] for one in wishes]
        self.who, self.where = at["id"], at["county"]
        self.lot, self.sex = at.get("lottery", -1), at.get("sex", -1)
        self.ids: list[str] = []
        self.county: list[int] = []
        self.keys: list[list[int]] = [[] for _ in self.scored]
        self.drawn: list[int] = []
        self.choices: Ints = np.full((most, max(1, len(wishes))), -1, np.int32)

    def add(self, number: int, line: list[str]) -> None:
        """One more row."""
        reader = self.reader
        path = f"applicants.csv[{number + 1}]"
        if len(line) != self.width:
            raise refuse(path, ",".join(line), "列数不符 / wrong number of columns", str(self.width))
        self.ids.append(reader.desk.name(line[self.who], path))
        self.county.append(reader.county(line[self.where], path))
        for key, column in zip(self.keys, self.scored, strict=True):
            if line[column] in ("", "-") and column != self.scored[0]:
                raise NotPlain
            key.append(reader.number(line[column], path))
        self.drawn.append(reader.number(line[self.lot], path) if self.lot >= 0 and line[self.lot] else UNDRAWN)
        if self.sex >= 0 and line[self.sex] not in ("", "M", "F"):
            reader.desk.fault(f"{path}.sex", line[self.sex], "不在允许的取值内 / not an allowed value", "M | F")
        row = [self.index.get(line[column], -2) if line[column] else -1 for column in self.listed]
        if -2 in row:
            wrong = line[self.listed[row.index(-2)]]
            reader.desk.fault(path, wrong, "没有这个专业 / no such programme", "更正 / correct it")
        self.choices[number, : len(row)] = row

    def order(self) -> list[Longs]:
        """Score and tie keys, larger first, then drawn numbers, smaller first and before those without."""
        lots = np.array(self.drawn, np.int64)
        undrawn = lots == UNDRAWN
        return [*(-np.array(key, np.int64) for key in self.keys), undrawn.astype(np.int64), lots]


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
