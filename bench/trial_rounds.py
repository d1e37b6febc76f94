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


def hard(dice: Random) -> Table:
    """Hard floors with all limits, minima, adjustment, returned files and ties by lottery or stop."""
    one = plain(dice, most=6, classes=3, floors="hard", checks=dice.choice(["before", "after"]))
    one["rules"]["ties"] = dice.choice(["lottery", "lottery", "stop"])
    one["rules"]["across"] = dice.choice(["common_score", "common_score", "percentile"])
    for row in one["programmes"]:
        _floors(dice, row, 2)
    return minima(dice, adjusting(dice, one))


def _floors(dice: Random, row: Table, most: int) -> None:
    room = row.get("capacity", 0)
    for county in COUNTIES:
        least = dice.randint(0, max(0, min(most, room, row.get("ceilings", {}).get(county, most))))
        if least and some(dice, 0.7):
            row.setdefault("floors", {})[county] = least
            room -= least


def hard_counties(dice: Random) -> Table:
    """Hard floors where every county has its own order, cells and shares."""
    one = plain(dice, most=6, classes=3, floors="hard", across="own_county")
    one["schools"] = [{"id": name, "county": dice.choice(COUNTIES)} for name in "ST"]
    one["limits"] = []
    for row in one["programmes"]:
        row.pop("ceilings", None)
        if "capacity" in row:
            shares = _split(dice, row["capacity"], COUNTIES)
            if some(dice, 0.5):
                row["shares"] = {"capacity": shares}
            else:
                row["ceilings"] = shares
            row["floors"] = {one: dice.randint(1, cap) for one, cap in shares.items() if cap and some(dice, 0.6)}
    return minima(dice, adjusting(dice, one))


def beds(dice: Random) -> Table:
    """Guarantees that bring their bed."""
    one = guarantees(dice)
    one["rules"]["bed_with_guarantee"] = True
    for row in one["schools"]:
        row.setdefault("dorm", {sex: dice.randint(0, 2) for sex in "MF"})
        if some(dice, 0.7):
            row.pop("capacity", None)
    return one


def shared_floors(dice: Random) -> Table:
    """Floors in programmes whose total is divided into county shares."""
    one = plain(dice, across="own_county")
    one["schools"] = [{"id": name, "county": dice.choice(COUNTIES)} for name in "ST"]
    one["limits"] = []
    for row in one["programmes"]:
        if "capacity" in row:
            shares = _split(dice, row["capacity"], COUNTIES)
            row["shares"] = {"capacity": shares}
            cells = row.get("ceilings", {})
            floors = {at: dice.randint(0, min(cap, cells.get(at, cap))) for at, cap in shares.items()}
            row["floors"] = {at: least for at, least in floors.items() if least}
    return minima(dice, adjusting(dice, one))


def shares(dice: Random) -> Table:
    """Limits that the solver divides between counties."""
    one = plain(dice, most=6, classes=3, across="optimised_shares")
    one = minima(dice, adjusting(dice, one)) if some(dice, 0.6) else one
    one["rules"]["opening"] = "optimal"
    for row in one["schools"]:
        if some(dice, 0.6):
            row.pop("dorm", None)
    one["limits"] = one["limits"][:1]
    for row in one["programmes"]:
        if "capacity" in row and some(dice, 0.3):
            _share(dice, row, "capacity", row["capacity"])
    return one


def ranking(dice: Random) -> Table:
    """Programmes that rank for themselves: totals, cells, reserved places, minima, adjustment."""
    names = [f"p{at}" for at in range(dice.randint(1, 3))]
    people = _people(dice, names, 5)
    plan = []
    for row in _plan(dice, names):
        if some(dice, 0.7) or not plan:
            asked = [one["id"] for one in people if some(dice, 0.85)] or [people[0]["id"]]
            row["ranking"] = {who: dice.randrange(4) for who in asked}
        plan.append(row)
    one: Table = {
        "format": "allocation-instance/1",
        "rules": {"across": "common_score", "seed": f"s{dice.randrange(99)}"},
        "schools": [{"id": name, "county": "QP"} for name in "ST"],
        "programmes": plan,
        "applicants": people,
    }
    if some(dice, 0.5):
        one = keeping(dice, one)
        for row in plan:
            if any(row.get("ceilings", {}).values()):
                row.pop("reserved", None)
    return minima(dice, adjusting(dice, one))


def contested(dice: Random) -> Table:
    """Few people and several weak classes, of which only some can be saved."""
    names = [f"p{at}" for at in range(dice.randint(2, 4))]
    people = _people(dice, names, 7, level=40)
    for row in people:
        row["choices"] = dice.sample(names, dice.randint(1, len(names)))
    plan = [{"id": name, "capacity": dice.randint(2, 5), "min_open": dice.randint(2, 3)} for name in names]
    return {
        "format": "allocation-instance/1",
        "rules": {
            "across": "common_score",
            "seed": f"s{dice.randrange(99)}",
            "opening": dice.choice(["optimal", "optimal", "smallest_first", dice.sample(names, len(names))]),
        },
        "programmes": plan,
        "applicants": people,
    }


FAMILIES: dict[str, Callable[[Random], Table]] = {
    "limits": limits,
    "opening": opening,
    "contested": contested,
    "adjustment": adjustment,
    "guarantees": guarantees,
    "reserved": reserved,
    "ties": ties,
    "across": across,
    "checks": checks,
    "hard": hard,
    "hard_counties": hard_counties,
    "beds": beds,
    "shared_floors": shared_floors,
    "shares": shares,
    "ranking": ranking,
}
