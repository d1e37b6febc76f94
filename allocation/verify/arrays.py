"""The certificate of a large plain round, from arrays alone: totals and cells, one strict order.

With one order and limits that count people the checks below leave exactly one assignment: everybody's
refused choice is answered by a full limit whose members all stand above, and no limit is exceeded.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allocation.verify.report import Check, Report

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


def verify_arrays(
    choices: NDArray[np.int32],
    slot: Whole,
    county: NDArray[np.int32],
    capacity: Whole,
    cells: Whole,
    given: NDArray[np.int32],
) -> Report:
    """Check ``given`` (programme per applicant, -1 unplaced).

    ``choices`` are programmes, best first, -1 for none; ``slot`` the step of the walk, smaller first, compared
    only where two people can meet in a limit; ``capacity`` and ``cells`` are -1 where there is no limit.
    """
    inside = np.flatnonzero(given >= 0)
    kind = given.astype(np.int64) * cells.shape[1] + county
    found = [Check("people", len(given), _ineligible(choices, cells, county, given, inside))]
    over: list[str] = []
    doors = []
    for name, caps, keys in (("total", capacity, given), ("cell", cells.ravel(), kind)):
        used = np.bincount(keys[inside], minlength=len(caps))
        stated = caps >= 0
        over += [
            f"{name} {at}: {used[at]} > {caps[at]}" for at in np.flatnonzero(stated & (used > caps))[:20].tolist()
        ]
        last = np.full(len(caps), -1, np.int64)
        np.maximum.at(last, keys[inside], slot[inside])
        doors.append(np.where(stated & (used >= caps), last, np.iinfo(np.int64).max))
    found.append(Check("limits", int((capacity >= 0).sum() + (cells >= 0).sum()), tuple(over)))
    found.append(_claims(choices, slot, county, given, doors))
    return Report(tuple(found))


def _ineligible(
    choices: NDArray[np.int32],
    cells: Whole,
    county: NDArray[np.int32],
    given: NDArray[np.int32],
    inside: NDArray[np.intp],
) -> tuple[str, ...]:
    """Placed where they did not ask, or where their county has no place."""
    asked = (choices[inside] == given[inside, None]).any(axis=1)
    barred = cells[given[inside], county[inside]] == 0
    return tuple(f"applicant {at}: place not open" for at in inside[~asked | barred][:20].tolist())


def _claims(
    choices: NDArray[np.int32],
    slot: Whole,
    county: NDArray[np.int32],
    given: NDArray[np.int32],
    doors: list[Whole],
) -> Check:
    """Every choice before the one that was got is answered by a limit full of people above."""
    total, cell = doors
    counties = len(cell) // len(total) if len(total) else 1
    wanting: Flags = np.ones(len(given), np.bool_)
    looked = 0
    found: list[str] = []
    for column in range(choices.shape[1]):
        listed = choices[:, column]
        wanting &= (listed != given) | (listed < 0)
        rows = np.flatnonzero(wanting & (listed >= 0))
        at = listed[rows].astype(np.int64)
        looked += len(rows)
        answered = (total[at] < slot[rows]) | (cell[at * counties + county[rows]] < slot[rows])
        found += [f"applicant {one}: nothing refuses choice {column + 1}" for one in rows[~answered][:20].tolist()]
    return Check("claims", looked, tuple(found[:20]))


class _Folder:
    """The tables of a plain round and its outcome as the certificate reads them."""

    def __init__(self, folder: Path, out: Path, seed: str | None) -> None:
        self.folder, self.out = folder, out
        self.rules = {row["key"]: row["value"] for row in _rows(folder / "rules.csv")}
        self.seed = self.rules.get("seed", "") if seed is None else seed
        self.names = [row["id"] for row in _rows(folder / "programmes.csv")]
        self.at = {name: number for number, name in enumerate(self.names)}
        self.counties: dict[str, int] = {}

    def check(self) -> Iterator[Check]:
        """Every check of the folder, in order."""
        people, keys, choices = self._people()
        capacity = np.array([_cap(row.get("capacity")) for row in _rows(self.folder / "programmes.csv")], np.int64)
        county = np.array([key[0] for key in keys], np.int32)
        cells = np.full((len(self.names), max(1, len(self.counties))), -1, np.int64)
        for row in _rows(self.folder / "cells.csv"):
            if row["county"] in self.counties:
                cells[self.at[row["programme"]], self.counties[row["county"]]] = _cap(row.get("ceiling"))
        slot = np.empty(len(keys), np.int64)
        one_order = self.rules.get("across") == "common_score"
        walk = sorted(range(len(keys)), key=lambda one: keys[one][1:] if one_order else keys[one])
        slot[walk] = np.arange(len(keys))
        listed = np.full((len(keys), max(map(len, choices), default=1) or 1), -1, np.int32)
        for number, row_ in enumerate(choices):
            listed[number, : len(row_)] = row_
        listed[(cells[listed.clip(0), county[:, None]] == 0)] = -1
        given, missing, text = self._given(people)
        yield Check("everybody once", len(people), missing)
        yield self._digest(text)
        yield from verify_arrays(listed, slot, county, capacity, cells, given).checks

    def _people(self) -> tuple[dict[str, int], list[tuple[object, ...]], list[list[int]]]:
        people: dict[str, int] = {}
        keys: list[tuple[object, ...]] = []
        choices = []
        with (self.folder / "applicants.csv").open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            names = next(lines)
            ties = _numbered(names, "tie_")
            wishes = _numbered(names, "choice_")
            who, score, where = names.index("id"), names.index("score"), names.index("county")
            lottery = names.index("lottery") if "lottery" in names else None
            seen: dict[str, Decimal] = {}
            for line in lines:
                county = self.counties.setdefault(line[where], len(self.counties))
                worth = tuple(-seen.setdefault(line[at], Decimal(line[at])) for at in (score, *ties))
                drawn = line[lottery] if lottery is not None else ""
                text = f"{self.seed}:{line[who]}"
                lot = (False, Decimal(drawn)) if drawn else (True, Decimal(0))
                keys.append((county, *worth, *lot, hashlib.sha256(text.encode()).digest()))
                choices.append([self.at[line[at]] for at in wishes if line[at]])
                people[line[who]] = len(people)
        return people, keys, choices

    def _given(self, people: dict[str, int]) -> tuple[NDArray[np.int32], tuple[str, ...], str]:
        given = np.full(len(people), -1, np.int32)
        lines: list[tuple[str, str]] = []
        found: list[str] = []
        seen = np.zeros(len(people), np.int32)
        with (self.out / "assignment.csv").open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            for row in rows:
                lines.append((row[0], row[1]))
                if row[0] not in people:
                    found.append(f"{row[0]} is no applicant")
                    continue
                seen[people[row[0]]] += 1
                given[people[row[0]]] = self.at[row[1]] if row[1] else -1
        found += [f"{int((seen != 1).sum())} applicants stand not exactly once"] if (seen != 1).any() else []
        return given, tuple(found[:20]), "\n".join(f"{who}:{at}" for who, at in sorted(lines))

    def _digest(self, text: str) -> Check:
        told = (self.out / "summary.json").read_text(encoding="utf-8")
        same = f'"assignment": "{hashlib.sha256(text.encode()).hexdigest()}"' in told
        return Check("digest", 1, () if same else ("assignment digest differs",))


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _cap(text: str | None) -> int:
    return int(Decimal(text)) if text else -1


def _numbered(names: list[str], prefix: str) -> list[int]:
    chosen = [name for name in names if name.startswith(prefix)]
    return [names.index(name) for name in sorted(chosen, key=lambda name: int(name[len(prefix) :]))]


def verify_folder(folder: Path, out: Path, seed: str | None = None) -> Report:
    """The certificate of a large plain round written by ``solve --csv``; an unreadable outcome is one finding."""
    try:
        return Report(tuple(_Folder(folder, out, seed).check()))
    except (KeyError, ValueError, IndexError, StopIteration, OSError, ArithmeticError) as broken:
        return Report((Check("readable", 1, (f"{type(broken).__name__}: {broken}",)),))


def main(arguments: list[str]) -> int:
    """Check one folder against its outcome and print the certificate; 4 if it is not sound."""
    folder, out, *seed = arguments
    report = verify_folder(Path(folder), Path(out), seed[0] if seed else None)
    for check in report.checks:
        sys.stdout.write("\n".join([check.line(), *(f"    {one}" for one in check.findings)]) + "\n")
    return 0 if report.sound else 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
