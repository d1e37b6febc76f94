"""An instance, and its outcome, as a folder of CSV tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from allocation.canonical import canonical
from allocation.csv_tables import COLUMNS, write_table
from allocation.instance import Instance

Raw = dict[str, Any]


def _words(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def write_instance(instance: Instance, folder: Path) -> None:
    """Write the tables of an instance; empty tables get no file."""
    raw: Raw = json.loads(canonical(instance))
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in _ROWS.items():
        columns = list(COLUMNS[name])
        table = list(rows(raw))
        if name == "applicants":
            ties = max((len(one["tie"]) for one in raw["applicants"]), default=0)
            choices = max((len(one["choices"]) for one in raw["applicants"]), default=0)
            columns += [f"tie_{at + 1}" for at in range(ties)] + [f"choice_{at + 1}" for at in range(choices)]
            table = [[*row, *_wide(one, ties, choices)] for row, one in zip(table, raw["applicants"], strict=True)]
        if table or name in ("applicants", "programmes"):
            write_table(folder / f"{name}.csv", columns, table)


def _wide(one: Raw, ties: int, choices: int) -> list[object]:
    keys = ["-" if value is None else value for value in one["tie"]]
    return [*keys, *[None] * (ties - len(keys)), *one["choices"], *[None] * (choices - len(one["choices"]))]


Rows = Iterator[list[object]]


def _rules_rows(raw: Raw) -> Rows:
    for key, value in raw["rules"].items():
        if isinstance(value, list):
            yield from (["opening_order", one] for one in value or [None])
        elif value is not None:
            yield [key, _words(value) if isinstance(value, bool) else value]


def _cell_rows(raw: Raw) -> Rows:
    for one in raw["programmes"]:
        counties = sorted({*one["ceilings"], *one["floors"], *one["lines"]})
        for county in counties:
            yield [one["id"], county, *(one[key].get(county) for key in ("ceilings", "floors", "lines"))]


def _condition_rows(raw: Raw) -> Rows:
    for one in raw["programmes"]:
        if one["sexes"] is not None:
            yield from ([one["id"], "sexes", sex] for sex in one["sexes"] or [None])
        for kind in ("excludes", "requires"):
            yield from ([one["id"], kind, tag] for tag in one[kind])


def _ranking_rows(raw: Raw) -> Rows:
    for one in raw["programmes"]:
        if one["ranking"] is not None:
            rows = sorted(one["ranking"].items())
            yield from ([one["id"], who, priority] for who, priority in rows or [(None, None)])


def _share_rows(raw: Raw) -> Rows:
    for kind in ("school", "programme"):
        for one in raw[f"{kind}s"]:
            for of, shares in sorted(one["shares"].items()):
                rows = sorted(shares.items()) or [(None, None)]
                yield from ([kind, one["id"], of, county, seats] for county, seats in rows)
    for one in raw["limits"]:
        yield from (["limit", one["name"], None, county, seats] for county, seats in sorted(one["shares"].items()))


def _member_rows(raw: Raw) -> Rows:
    for one in raw["limits"]:
        for kind, key in (("programme", "programmes"), ("county", "counties")):
            if one[key] is not None:
                yield from ([one["name"], kind, member] for member in one[key] or [None])


_ROWS: dict[str, Callable[[Raw], Rows]] = {
    "rules": _rules_rows,
    "schools": lambda raw: (
        [one["id"], one["county"], one["capacity"], one["dorm"].get("M"), one["dorm"].get("F")]
        for one in raw["schools"]
    ),
    "programmes": lambda raw: (
        [one["id"], one["school"], one["capacity"], one["min_open"] or None, one["local_enrolled"] or None]
        for one in raw["programmes"]
    ),
    "cells": _cell_rows,
    "conditions": _condition_rows,
    "reserved": lambda raw: (
        [one["id"], kept["tag"], kept["seats"], _words(kept["release"])]
        for one in raw["programmes"]
        for kept in one["reserved"]
    ),
    "rankings": _ranking_rows,
    "shares": _share_rows,
    "applicants": lambda raw: (
        [
            one["id"],
            one["county"],
            one["sex"],
            one["score"],
            one["lottery"],
            _words(one["adjust"] or None),
            _words(one["boards"]),
        ]
        for one in raw["applicants"]
    ),
    "tags": lambda raw: ([one["id"], tag] for one in raw["applicants"] for tag in one["tags"]),
    "limits": lambda raw: (
        [one["name"], one["cap"], one["sex"], _words(one["boarders"] or None)] for one in raw["limits"]
    ),
    "limit_members": _member_rows,
    "outflow": lambda raw: ([county, most] for county, most in sorted(raw["outflow"].items())),
    "adjust_order": lambda raw: ([name] for name in raw["adjust_order"]),
    "taken": lambda raw: ([who] for who in raw["taken"]),
}


def write_outcome(outcome: bytes, folder: Path) -> None:
    """The outcome as ``outcome.json`` and its parts as tables: assignment, limits, reasons, closed."""
    told: Raw = json.loads(outcome)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outcome.json").write_bytes(outcome)
    adjusted = {row["applicant"] for row in told["adjusted"]}
    returned = {row["applicant"]: row["programme"] for row in told["returned"]}
    write_table(
        folder / "assignment.csv",
        ("applicant", "programme", "position", "by"),
        (
            [who, at, told["positions"][who], _how(who, at, adjusted, returned)]
            for who, at in told["assignment"].items()
        ),
    )
    columns = ("name", "kind", "cap", "used", "returned", "over")
    people = ("applicant", "county", "position", "score")
    write_table(
        folder / "limits.csv",
        (*columns, *(f"last_{key}" for key in people), *(f"first_refused_{key}" for key in people)),
        (
            [
                *(row[key] for key in columns),
                *((row["last"] or {}).get(key) for key in people),
                *((row["first_refused"] or {}).get(key) for key in people),
            ]
            for row in told["limits"]
        ),
    )
    write_table(
        folder / "reasons.csv",
        ("applicant", "choice", "programme", "reason"),
        (
            [who, row["choice"], row["programme"], row["reason"]]
            for who, rows in told["reasons"].items()
            for row in rows
        ),
    )
    steps = ("pass", "programme", "reached", "needed")
    write_table(folder / "closed.csv", steps, ([row[key] for key in steps] for row in told["closed"]))


def _how(who: str, at: str | None, adjusted: set[str], returned: dict[str, str]) -> str | None:
    if who in returned:
        return "returned"
    return None if at is None else "adjustment" if who in adjusted else "choice"
