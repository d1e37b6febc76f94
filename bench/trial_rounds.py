"""Random small rounds by family, for the trials of the engines against a referee."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Table = dict[str, Any]
COUNTIES = ("JS", "QP", "WJ")
ACROSS = ("own_county", "common_score", "percentile")


def some(dice: Random, chance: float) -> bool:
    """True so often."""
    return dice.random() < chance


def _people(dice: Random, names: list[str], most: int, *, level: int = 12, listed: int = 3) -> list[Table]:
    """Applicants with half-point totals of ``level`` steps, so that full ties are common where it is low."""
    rows = []
    for at in range(dice.randint(1, most)):
        row: Table = {
            "id": f"a{at}",
            "county": dice.choice(COUNTIES),
            "sex": dice.choice("MF"),
            "score": f"{dice.randrange(level) / 2:.1f}",
            "choices": [dice.choice(names) for _ in range(dice.randint(0, listed))],
        }
        if some(dice, 0.25):
            row["tags"] = dice.sample(["t", "u"], dice.randint(1, 2))
        if some(dice, 0.1):
            row["boards"] = some(dice, 0.5)
        rows.append(row)
    return rows


def _plan(dice: Random, names: list[str]) -> list[Table]:
    """Programmes with totals, cells and now and then a condition."""
    rows = []
    for name in names:
        row: Table = {"id": name}
        if some(dice, 0.8):
            row["school"] = dice.choice("ST")
        if some(dice, 0.8):
            row["capacity"] = dice.randint(0, 3)
        if some(dice, 0.4):
            row["ceilings"] = {one: dice.randint(0, 2) for one in COUNTIES if some(dice, 0.7)}
        if some(dice, 0.1):
            row["lines"] = {dice.choice(COUNTIES): dice.randrange(5)}
        for key, value in (("excludes", ["t"]), ("requires", ["u"]), ("sexes", ["F"])):
            if some(dice, 0.08):
                row[key] = value
        rows.append(row)
    return rows


def _hosts(dice: Random) -> list[Table]:
    rows = []
    for name in "ST":
        row: Table = {"id": name, "county": dice.choice(COUNTIES)}
        if some(dice, 0.5):
            row["dorm"] = {sex: dice.randint(0, 2) for sex in "MF"}
        if some(dice, 0.3):
            row["capacity"] = dice.randint(0, 4)
        rows.append(row)
    return rows


def _limits(dice: Random, names: list[str]) -> list[Table]:
    rows = []
    for at in range(dice.randint(0, 2)):
        row: Table = {"name": f"n{at}", "cap": dice.randint(0, 3)}
        if some(dice, 0.7):
            row["programmes"] = dice.sample(names, dice.randint(1, len(names)))
        if some(dice, 0.4):
            row["counties"] = dice.sample(COUNTIES, dice.randint(1, 2))
        if some(dice, 0.2):
            row["sex"] = dice.choice("MF")
        if some(dice, 0.2):
            row["boarders"] = True
        rows.append(row)
    return rows


def plain(dice: Random, *, most: int = 5, classes: int = 3, level: int = 12, **rules: Any) -> Table:
    """Every kind of limit on one scale."""
    names = [f"p{at}" for at in range(dice.randint(1, classes))]
    return {
        "format": "allocation-instance/1",
        "rules": {"across": "common_score", "seed": f"s{dice.randrange(99)}", **rules},
        "schools": _hosts(dice),
        "programmes": _plan(dice, names),
        "applicants": _people(dice, names, most, level=level),
        "outflow": {one: dice.randint(0, 3) for one in COUNTIES if some(dice, 0.25)},
        "limits": _limits(dice, names),
    }


def minima(dice: Random, one: Table) -> Table:
    """Minima on some classes, and an opening rule."""
    names = [row["id"] for row in one["programmes"]]
    for row in one["programmes"]:
        if some(dice, 0.6):
            row["min_open"] = dice.randint(1, 3)
            row["local_enrolled"] = dice.randint(0, 1)
    one["rules"]["opening"] = dice.choice(["optimal", "smallest_first", dice.sample(names, len(names))])
    return one


def keeping(dice: Random, one: Table) -> Table:
    """Guarantees by county and by tag, with and without release."""
    for row in one["programmes"]:
        room = row.get("capacity", 0)
        for county in COUNTIES:
            least = dice.randint(0, min(1, room, row.get("ceilings", {}).get(county, 1)))
            if least:
                row.setdefault("floors", {})[county] = least
                room -= least
        for tag in "tu":
            seats = dice.randint(0, min(2, room))
            if seats and some(dice, 0.5):
                row.setdefault("reserved", []).append({"tag": tag, "seats": seats, "release": some(dice, 0.6)})
                room -= seats
    return one


def adjusting(dice: Random, one: Table) -> Table:
    """Adjustment in one of its three ways."""
    names = [row["id"] for row in one["programmes"]]
    one["rules"]["adjustment"] = dice.choice(["off", "same_school", "anywhere"])
    one["adjust_order"] = dice.sample(names, dice.randint(0, len(names)))
    for row in one["applicants"]:
        row["adjust"] = some(dice, 0.6)
    return one


def limits(dice: Random) -> Table:
    """All limits, one pass."""
    return plain(dice)


def opening(dice: Random) -> Table:
    """Minima under the three opening rules."""
    return minima(dice, plain(dice, most=6))


def adjustment(dice: Random) -> Table:
    """Adjustment with minima."""
    return minima(dice, adjusting(dice, plain(dice, most=5)))


def guarantees(dice: Random) -> Table:
    """Guarantees with all limits, minima and adjustment."""
    return minima(dice, adjusting(dice, keeping(dice, plain(dice, most=9, classes=4))))


def reserved(dice: Random) -> Table:
    """Reserved places with and without release, nothing crossing."""
    one = keeping(dice, plain(dice, most=9, classes=4))
    one["schools"] = [{"id": name, "county": "QP"} for name in "ST"]
    return {**one, "outflow": {}, "limits": []}


def ties(dice: Random) -> Table:
    """Many full ties under the three tie rules, with tie keys and drawn numbers."""
    rule = dice.choice(["lottery", "admit_all", "stop"])
    one = plain(dice, most=7, level=3, ties=rule, across=dice.choice(["common_score", "percentile"]))
    for row in one["applicants"]:
        row["tie"] = [dice.randrange(2)]
        if some(dice, 0.2):
            row["lottery"] = dice.randrange(5)
    return minima(dice, adjusting(dice, one)) if some(dice, 0.5) else one


def across(dice: Random) -> Table:
    """Orders of one county, of all, and by percentile; refused where counties could meet."""
    one = plain(dice, across=dice.choice(ACROSS))
    if one["rules"]["across"] == "own_county" and some(dice, 0.9):
        for row in one["programmes"]:
            _share(dice, row, "capacity", row.get("capacity"))
        for row in one["schools"]:
            _share(dice, row, "capacity", row.get("capacity"))
            for sex, beds in row.get("dorm", {}).items():
                _share(dice, row, sex, beds)
        for row in one["limits"]:
            row["shares"] = _split(dice, row["cap"], row.get("counties", COUNTIES))
    return minima(dice, one) if some(dice, 0.5) else one


def _split(dice: Random, cap: int, among: Any) -> dict[str, int]:
    found = dict.fromkeys(among, 0)
    for _ in range(cap):
        found[dice.choice(sorted(found))] += 1
    return found


def _share(dice: Random, row: Table, key: str, cap: int | None) -> None:
    if cap is not None:
        row.setdefault("shares", {})[key] = _split(dice, cap, COUNTIES)


def checks(dice: Random) -> Table:
    """Health conditions before and after the pass; people taken elsewhere."""
    one = plain(dice, checks=dice.choice(["before", "after"]))
    for row in one["programmes"]:
        if some(dice, 0.5):
            row["excludes"] = ["t"]
    for row in one["applicants"]:
        row["tags"] = ["t"] if some(dice, 0.4) else []
    one["taken"] = [row["id"] for row in one["applicants"] if some(dice, 0.15)]
    return minima(dice, adjusting(dice, one))


FAMILIES: dict[str, Callable[[Random], Table]] = {
    "limits": limits,
    "opening": opening,
    "adjustment": adjustment,
    "guarantees": guarantees,
    "reserved": reserved,
    "ties": ties,
    "across": across,
    "checks": checks,
}
