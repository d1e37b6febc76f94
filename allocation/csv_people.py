"""The applicants of a large plain round: rows are read in blocks, and each block is judged column by column."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np

from allocation.arrays import Ints, Longs
from allocation.csv_tables import COLUMNS, header, refuse
from allocation.desk import Desk
from allocation.faults import BadInstance

BLOCK = 512
"""Rows taken apart together: enough that no step is paid row by row, few enough to stay in the caches."""

MOST_FAULTS = 100
"""So many faults are told; nobody mends more at once, and reading on would only cost time."""

UNDRAWN = -(2**62)
"""No drawn number: below every number an instance can hold."""

Judge = Callable[[Desk, str, str], int]
"""The number a spelling stands for; notes a fault at the path if it is none."""


class NotPlain(Exception):  # says what the round is
    """The round needs more than arrays: a tie key is missing somewhere."""


class People:
    """Ids, counties, keys of the order and choices, in the order of the rows."""

    def __init__(self, desk: Desk, path: Path, programmes: Mapping[str, int], counties: dict[str, int]) -> None:
        self.desk, self.path = desk, path
        self.counties = counties
        self.programmes = {**programmes, "": -1}
        self.scaled: dict[str, int] = {}
        self.drawn = {"": UNDRAWN}
        self.sexes = {"": 0, "M": 0, "F": 0}
        self.numbers: list[Sequence[int]] = []
        self.ids: list[str] = []
        self.county: Ints = np.zeros(0, np.int32)
        self.keys: list[Longs] = []
        self.lots: Longs = np.zeros(0, np.int64)
        self.choices: Ints = np.zeros((0, 1), np.int32)

    def read(self) -> None:
        """The whole table; raises :class:`BadInstance` at once only where it is no table."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, strict=True)
                self._head(next(lines, []))
                at = 0
                while len(self.desk.faults) < MOST_FAULTS and (rows := list(islice(lines, BLOCK))):
                    self._block(at, rows)
                    at += len(rows)
        except (UnicodeDecodeError, csv.Error) as broken:
            raise refuse(self.path.name, str(broken), "不是有效的 CSV / not valid CSV", "UTF-8 CSV") from broken
        self._twice()

    def _head(self, names: list[str]) -> None:
        header(self.path, names, COLUMNS["applicants"], ("id", "county", "score"))
        self.names = names
        most = lines_of(self.path)
        self.keyed = ["score", *_numbered(names, "tie_")]
        self.listed = _numbered(names, "choice_")
        self.county = np.zeros(most, np.int32)
        self.keys = [np.zeros(most, np.int64) for _ in self.keyed]
        self.lots = np.full(most, UNDRAWN, np.int64)
        self.choices = np.full((most, max(1, len(self.listed))), -1, np.int32)

    def _block(self, at: int, rows: list[list[str]]) -> None:
        """``rows`` are those from number ``at`` on; one of the wrong length is named and left out."""
        width = len(self.names)
        numbers: Sequence[int] = range(at + 1, at + len(rows) + 1)
        if set(map(len, rows)) != {width}:
            for number, row in zip(numbers, rows, strict=True):
                if len(row) != width:
                    told = "列数不符 / wrong number of columns"
                    self.desk.fault(f"{self.path.name}[{number}]", ",".join(row), told, str(width))
            numbers, rows = _those(width, numbers, rows)
        columns = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        if columns:
            self._columns(numbers, columns)

    def _columns(self, numbers: Sequence[int], columns: Mapping[str, tuple[str, ...]]) -> None:
        start = len(self.ids)
        part = slice(start, start + len(numbers))
        ids = columns["id"]
        self.ids += ids
        self.numbers.append(numbers)
        if not (min(map(len, ids)) > 0 and max(map(len, ids)) <= 128 and all(map(str.isprintable, ids))):
            for number, name in zip(numbers, ids, strict=True):
                self.desk.name(name, f"{self.path.name}[{number}].id")

        def coded(name: str, known: dict[str, int], judge: Judge) -> Longs:
            return self._coded((name, columns[name]), numbers, known, judge)

        self.county[part] = coded("county", self.counties, self._county)
        for key, name in zip(self.keys, self.keyed, strict=True):
            if name != "score" and not {"", "-"}.isdisjoint(columns[name]):
                raise NotPlain
            key[part] = coded(name, self.scaled, _number)
        if "lottery" in columns:
            self.lots[part] = coded("lottery", self.drawn, _number)
        if "sex" in columns:
            coded("sex", self.sexes, _sex)
        for column, name in enumerate(self.listed):
            self.choices[part, column] = coded(name, self.programmes, _unknown)

    def _coded(
        self, column: tuple[str, tuple[str, ...]], numbers: Sequence[int], known: dict[str, int], judge: Judge
    ) -> Longs:
        """A column as numbers: each spelling is judged once, and a bad one is named wherever it stands."""
        name, texts = column
        try:
            return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))
        except KeyError:
            pass  # a spelling that was not met before
        bad = set()
        for text in dict.fromkeys(texts):
            if text not in known:
                desk = Desk()
                worth = judge(desk, text, "")
                if desk.faults:
                    bad.add(text)
                else:
                    known[text] = worth
        if not bad:
            return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))
        for number, text in zip(numbers, texts, strict=True):
            if text in bad:
                judge(self.desk, text, f"{self.path.name}[{number}].{name}")
        return np.zeros(len(texts), np.int64)

    def _county(self, desk: Desk, text: str, path: str) -> int:
        desk.name(text, path)
        return len(self.counties)

    def _twice(self) -> None:
        if len(set(self.ids)) == len(self.ids):
            return
        seen: set[str] = set()
        for number, name in zip(chain(*self.numbers), self.ids, strict=True):
            if name in seen:
                self.desk.fault(f"{self.path.name}[{number}].id", name, "重复 / stands twice", "只留一个 / keep one")
            seen.add(name)

    def arrays(self) -> tuple[list[str], Ints, list[Longs], Ints]:
        """Ids, counties, the keys of the order (smaller first) and choices.

        The keys are score and tie keys, larger first, then drawn numbers, before those who have none.
        """
        size = len(self.ids)
        lots = self.lots[:size]
        keys = [*(-key[:size] for key in self.keys), (lots == UNDRAWN).astype(np.int64), lots]
        return self.ids, self.county[:size], keys, self.choices[:size]

    def told(self) -> None:
        """Raise what was found to be wrong."""
        if self.desk.faults:
            raise BadInstance(tuple(self.desk.faults[:MOST_FAULTS]))


def lines_of(path: Path) -> int:
    """At most so many lines a file has, one of them the header."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) + 1


def _numbered(names: Sequence[str], prefix: str) -> list[str]:
    return sorted((one for one in names if one.startswith(prefix)), key=lambda one: int(one[len(prefix) :]))


def _those(width: int, numbers: Sequence[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
    kept: Iterator[tuple[int, list[str]]] = (
        (number, row) for number, row in zip(numbers, rows, strict=True) if len(row) == width
    )
    pairs = list(kept)
    return [number for number, _ in pairs], [row for _, row in pairs]


def _number(desk: Desk, text: str, path: str) -> int:
    """An exact decimal in millionths."""
    return int(desk.number(text, path).scaleb(6))


def _sex(desk: Desk, text: str, path: str) -> int:
    desk.word(text, path, ("M", "F"))
    return 0


def _unknown(desk: Desk, text: str, path: str) -> int:
    desk.fault(path, text, "没有这个专业 / no such programme", "更正 / correct it")
    return -1
