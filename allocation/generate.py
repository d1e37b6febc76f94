"""Invented instances: zones with cells, beds and minima; plain rounds of any size; school lotteries."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocation.arrays import Ints, Longs

COUNTIES = ("QP", "WJ", "JS")
FULL = {"QP": 750, "WJ": 740, "JS": 660}


def _programme(dice: random.Random, at: int, schools: int, room: float, minimum: bool) -> dict[str, Any]:
    cells = {county: max(1, round(dice.uniform(0.5, 1.5) * room / 3)) for county in COUNTIES}
    row: dict[str, Any] = {
        "id": f"P{at:03}",
        "school": f"S{at % schools}",
        "capacity": sum(cells.values()),
        "ceilings": cells,
        "lines": {"WJ": 400},
    }
    if minimum:
        row["min_open"] = max(1, round(sum(cells.values()) * dice.uniform(0.5, 0.9)))
        row["local_enrolled"] = dice.randrange(3)
    return row


def _applicant(dice: random.Random, at: int, names: list[str], weights: list[float]) -> dict[str, Any]:
    county = COUNTIES[at % len(COUNTIES)]
    full = FULL[county]
    score = max(0, min(full * 2, round(dice.gauss(0.7, 0.12) * full * 2))) / 2
    wanted: list[str] = []
    while len(wanted) < min(5, len(names)):
        pick = dice.choices(names, weights)[0]
        if pick not in wanted:
            wanted.append(pick)
    return {
        "id": f"{county}{at:07}",
        "county": county,
        "sex": dice.choice("MF"),
        "score": f"{score:.1f}",
        "tie": [f"{dice.randrange(300, 720) / 2:.1f}", str(dice.randrange(60, 140))],
        "choices": wanted[: dice.randint(1, 5)],
        "adjust": dice.random() < 0.5,
        "tags": ["colour_blind"] if dice.random() < 0.03 else [],
    }


def zone(*, applicants: int = 700, programmes: int = 25, minima: int = 12, seed: int = 1) -> bytes:
    """One invented instance as JSON; the same arguments give the same bytes on every machine.

    Cells add up to the programme totals, so the order of one county never meets that of another;
    beds are divided into county shares.  Roughly as many places as applicants.
    """
    dice = random.Random(seed)
    schools = max(1, programmes // 4)
    room = applicants / programmes
    rows = [_programme(dice, at, schools, room, at < minima) for at in range(programmes)]
    weights = [dice.paretovariate(1.2) for _ in rows]
    rows[-1]["excludes"] = ["colour_blind"]
    names = [row["id"] for row in rows]
    beds = max(3, round(applicants / schools / 3))
    dorms = [
        {
            "id": f"S{at}",
            "county": COUNTIES[at % len(COUNTIES)],
            "dorm": {"M": beds, "F": beds},
            "shares": {sex: {county: beds // 3 for county in COUNTIES} for sex in "MF"},
        }
        for at in range(schools)
    ]
    return json.dumps(
        {
            "format": "allocation-instance/1",
            "rules": {"seed": "zone-2025", "adjustment": "same_school"},
            "schools": dorms,
            "programmes": rows,
            "applicants": [_applicant(dice, at, names, weights) for at in range(applicants)],
            "outflow": {county: applicants // 4 for county in COUNTIES},
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def plain_folder(
    folder: Path, *, applicants: int, programmes: int, choices: int, counties: int = 1, seed: int = 1
) -> None:
    """A plain round as CSV tables: totals, cells if there is more than one county, one order for all."""
    import numpy as np

    from allocation.csv_tables import write_table

    listed, capacity, cells, county, score = plain_arrays(applicants, programmes, choices, counties, seed)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"P{at:05}" for at in range(programmes)]
    rules = [("across", "common_score"), ("seed", f"plain-{seed}")]
    write_table(folder / "rules.csv", ("key", "value"), rules)
    write_table(folder / "programmes.csv", ("id", "capacity"), zip(names, capacity.tolist(), strict=True))
    if counties > 1:
        rows = ((names[at], f"C{one}", int(cells[at, one])) for at, one in np.ndindex(cells.shape))
        write_table(folder / "cells.csv", ("programme", "county", "ceiling"), rows)
    people = zip(county.tolist(), (score / 2).tolist(), listed.tolist(), strict=True)
    write_table(
        folder / "applicants.csv",
        ("id", "county", "score", *(f"choice_{at + 1}" for at in range(choices))),
        (
            (f"A{at:07}", f"C{one}", points, *(names[one] for one in row))
            for at, (one, points, row) in enumerate(people)
        ),
    )


def plain_arrays(
    applicants: int, programmes: int, choices: int, counties: int = 1, seed: int = 1
) -> tuple[Ints, Longs, Longs, Ints, Longs]:
    """Choices, totals, cells (-1: none), counties and scores in half points of an invented plain round."""
    import numpy as np

    dice = np.random.default_rng(seed)
    weights = dice.pareto(1.2, programmes) + 0.1
    listed = dice.choice(programmes, size=(applicants, choices), p=weights / weights.sum()).astype(np.int32)
    for column in range(1, choices):
        again = (listed[:, :column] == listed[:, column : column + 1]).any(axis=1)
        while again.any():
            listed[again, column] = dice.integers(0, programmes, int(again.sum()))
            again = (listed[:, :column] == listed[:, column : column + 1]).any(axis=1)
    capacity = np.maximum(1, np.bincount(dice.integers(0, programmes, applicants), minlength=programmes)).astype(
        np.int64
    )
    cells = np.full((programmes, counties), -1, np.int64)
    if counties > 1:
        cells[:] = np.maximum(1, capacity[:, None] // counties + dice.integers(0, 3, (programmes, counties)))
    county = (np.arange(applicants) % counties).astype(np.int32)
    return listed, capacity, cells, county, dice.integers(0, 1500, applicants)


def lottery_folder(folder: Path, *, applicants: int, programmes: int, seed: int = 1) -> None:
    """A school lottery as ``applications.csv`` and ``seats.csv``: programmes × quotas with few priority classes."""
    from allocation.csv_tables import APPLICATIONS, write_table

    dice = random.Random(seed)
    cells = [(at, quota) for at in range(1, programmes + 1) for quota in (3, 9, 11)]
    seats = {cell: dice.randint(1, 2 * applicants // len(cells) + 2) for cell in cells if dice.random() < 0.9}
    weights = [dice.paretovariate(1.2) for _ in cells]
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for who in range(1, applicants + 1):
        wanted = dict.fromkeys(dice.choices(cells, weights, k=dice.randint(1, 6)))
        rows += [(who, choice, *cell, dice.choice((1, 1, 1, 2, 3))) for choice, cell in enumerate(wanted, start=1)]
    write_table(folder / "applications.csv", APPLICATIONS["applications"], rows)
    write_table(folder / "seats.csv", APPLICATIONS["seats"], ((*cell, count) for cell, count in seats.items()))


def changes(raw: bytes, count: int, *, seed: int = 1) -> list[dict[str, int]]:
    """Variants of an instance: in each, one to three totals, cells or least class sizes are other than stated."""
    dice = random.Random(seed)
    rows = json.loads(raw)["programmes"]
    paths: dict[str, int] = {}
    for row in rows:
        name = f"programmes[{row['id']}]"
        paths[f"{name}.capacity"] = row["capacity"]
        paths.update((f"{name}.ceilings.{county}", cell) for county, cell in row["ceilings"].items())
        if row.get("min_open"):
            paths[f"{name}.min_open"] = row["min_open"]
    names = list(paths)
    return [
        {
            path: max(1, paths[path] + dice.choice((-3, -2, -1, 1, 2, 3)))
            for path in dice.sample(names, dice.randint(1, 3))
        }
        for _ in range(count)
    ]


def every_limit(*, applicants: int = 700, programmes: int = 25, minima: int = 25, seed: int = 1) -> bytes:
    """A zone on one scale with every kind of limit: school, host, zone, named ones, guarantees, reserved places."""
    dice = random.Random(seed)
    table = json.loads(zone(applicants=applicants, programmes=programmes, minima=minima, seed=seed))
    hosts: dict[str, list[str]] = {county: [] for county in COUNTIES}
    county_of = {school["id"]: school["county"] for school in table["schools"]}
    for school in table["schools"]:
        most = round(applicants * 1.2 / len(table["schools"]))
        school["capacity"] = 3 * (most // 3)
        school["shares"]["capacity"] = {county: most // 3 for county in COUNTIES}
    for row in table["programmes"]:
        hosts[county_of[row["school"]]].append(row["id"])
        row["capacity"] = max(3, round(row["capacity"] * 0.9))
        if dice.random() < 0.3:
            row["floors"] = {county: dice.randint(0, min(1, cell)) for county, cell in row["ceilings"].items()}
        elif dice.random() < 0.3:
            row["reserved"] = [{"tag": "relocated", "seats": 1, "release": dice.random() < 0.8}]
    for row in table["applicants"]:
        if dice.random() < 0.05:
            row["tags"].append("relocated")
    table["rules"]["across"] = "common_score"
    third = applicants // 3
    table["limits"] = [
        {"name": f"{host}-{source}", "cap": third // 4, "programmes": hosts[host], "counties": [source]}
        for host in COUNTIES
        for source in COUNTIES
        if host != source and hosts[host]
    ]
    table["limits"] += [
        {"name": "zone", "cap": 3 * (third - 10), "shares": {county: third - 10 for county in COUNTIES}},
        {"name": "boarders", "cap": third, "boarders": True, "shares": {county: third // 3 for county in COUNTIES}},
    ]
    return json.dumps(table, ensure_ascii=False, indent=1).encode()
