"""Tables of an instance as CSV files: which files and columns there are, read strictly, written plainly.

UTF-8, a header line, commas, quotes where needed.  A file that is absent is an empty table; a column
that is absent or a cell that is empty is an absent option.  Unknown files and columns are refused by name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from allocation.faults import BadInstance, Fault

Row = dict[str, str]
Tables = dict[str, list[Row]]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rules": ("key", "value"),
    "schools": ("id", "county", "capacity", "dorm_M", "dorm_F"),
    "programmes": ("id", "school", "capacity", "min_open", "local_enrolled"),
    "cells": ("programme", "county", "ceiling", "floor", "line"),
    "conditions": ("programme", "kind", "value"),
    "reserved": ("programme", "tag", "seats", "release"),
    "rankings": ("programme", "applicant", "priority"),
    "shares": ("kind", "id", "of", "county", "seats"),
    "applicants": ("id", "county", "sex", "score", "lottery", "adjust", "boards"),
    "tags": ("applicant", "tag"),
    "limits": ("name", "cap", "sex", "boarders"),
    "limit_members": ("limit", "kind", "id"),
    "outflow": ("county", "most"),
    "adjust_order": ("programme",),
    "taken": ("applicant",),
}
"""The tables of the plain layout; ``applicants`` goes on with ``tie_1`` …, then ``choice_1`` …."""

APPLICATIONS: Mapping[str, tuple[str, ...]] = {
    "applications": ("applicant", "choice", "programme", "quota", "priority"),
    "seats": ("programme", "quota", "seats"),
}
"""The layout of lotteries: one line per choice with its priority, one line per programme and quota."""

NUMBERED = re.compile(r"(tie|choice)_([1-9][0-9]*)")


def refuse(path: str, value: str, rule: str, mend: str) -> BadInstance:
    """One fault of a file, to be raised."""
    return BadInstance((Fault(path, value, rule, mend),))


def layout(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Which layout the files of a folder have; files that belong to neither are refused by name."""
    names = {path.stem for path in folder.glob("*.csv")}
    chosen = APPLICATIONS if names & set(APPLICATIONS) else COLUMNS
    unknown = sorted(names - set(chosen))
    if unknown:
        raise refuse(f"{unknown[0]}.csv", unknown[0], "未知的文件 / unknown file", " | ".join(sorted(chosen)))
    missing = sorted(set(APPLICATIONS if chosen is APPLICATIONS else ("applicants", "programmes")) - names)
    if missing:
        raise refuse(f"{missing[0]}.csv", str(folder.name), "缺少文件 / the file is missing", "补上 / supply it")
    return chosen


def header(path: Path, names: Sequence[str], columns: Sequence[str], needed: Sequence[str] = ()) -> None:
    """Refuse a header with unknown, doubled or missing columns."""
    for at, name in enumerate(names):
        numbered = path.stem == "applicants" and NUMBERED.fullmatch(name)
        if (name not in columns and not numbered) or name in names[:at]:
            raise refuse(
                f"{path.name}[0].{name}", name, "未知或重复的列 / unknown or repeated column", " | ".join(columns)
            )
    for name in needed:
        if name not in names:
            raise refuse(f"{path.name}[0]", name, "缺少列 / the column is missing", "补上 / supply it")


def read_table(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[Row]:
    """The rows of one file; an absent file has none."""
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            names = next(lines, [])
            header(path, names, columns, needed)
            rows = []
            for number, line in enumerate(lines, start=1):
                if len(line) != len(names):
                    raise refuse(
                        f"{path.name}[{number}]",
                        ",".join(line),
                        "列数不符 / wrong number of columns",
                        str(len(names)),
                    )
                rows.append(dict(zip(names, line, strict=True)))
            return rows
    except (UnicodeDecodeError, csv.Error) as broken:
        raise refuse(path.name, str(broken), "不是有效的 CSV / not valid CSV", "UTF-8 CSV") from broken


def read_tables(folder: Path, chosen: Mapping[str, tuple[str, ...]]) -> Tables:
    """Every table of a layout; the first column of each must be there."""
    whole = chosen is APPLICATIONS
    return {
        name: read_table(folder / f"{name}.csv", columns, columns if whole else columns[:1])
        for name, columns in chosen.items()
    }


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One file; ``None`` becomes an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(rows)
