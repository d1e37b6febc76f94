"""Invented instances of the size and shape of a zone: three counties, cells, beds, minima, half points."""

from __future__ import annotations

import json
import random
from typing import Any

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
