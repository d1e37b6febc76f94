"""Ways to forge a valid outcome, each with the check of the verifier that must object.

The digested part of an outcome is a function of its instance: ties, openings and shares are settled until one
answer is left.  Hence whatever differs from it in that part is wrong, and a mutation that changes nothing is no
mutant.  A mutation returns the checks of which at least one must find something, or ``None`` where the outcome
has nothing of that kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from random import Random
from typing import Any

Told = dict[str, Any]
Expected = tuple[str, ...] | None
Mutation = Callable[[Random, Told, Told], Expected]


def sealed(told: Told) -> bytes:
    """The outcome with its digests made right again, as a forger would."""
    lines = "\n".join(f"{who}:{at or ''}" for who, at in sorted(told["assignment"].items()))
    told["digests"]["assignment"] = hashlib.sha256(lines.encode()).hexdigest()
    for run in told["engines"]:
        run["assignment"] = told["digests"]["assignment"]
    body = {key: value for key, value in told.items() if key not in ("digest", "engines")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    told["digest"] = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(told, ensure_ascii=False).encode()


def _one(dice: Random, rows: Any) -> Any:
    found = list(rows)
    return dice.choice(found) if found else None


def _by_choice(told: Told) -> list[str]:
    adjusted = {row["applicant"] for row in told["adjusted"]}
    return [who for who, at in told["assignment"].items() if at and who not in adjusted]


def wrong_place(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody in another class."""
    who = _one(dice, told["assignment"])
    old = told["assignment"].get(who)
    new = _one(dice, (one["id"] for one in instance["programmes"] if one["id"] != old))
    if who is None or new is None:
        return None
    told["assignment"][who] = new
    return ("replay",)


def ineligible_place(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody in a class they neither listed nor agreed to."""
    one = _one(dice, (row for row in instance["applicants"] if not row.get("adjust")))
    new = None if one is None else _one(dice, {row["id"] for row in instance["programmes"]} - set(one["choices"]))
    if one is None or new is None or any(row["applicant"] == one["id"] for row in told["returned"]):
        return None
    told["assignment"][one["id"]] = new
    return ("people",)


def place_in_closed(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody in a class that is not opened."""
    row, who = _one(dice, told["closed"]), _one(dice, told["assignment"])
    if row is None or who is None:
        return None
    told["assignment"][who] = row["programme"]
    return ("people",)


def unplaced(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody who has a place by choice without it."""
    who = _one(dice, _by_choice(told))
    if who is None:
        return None
    told["assignment"][who] = None
    return ("claims",)


def swapped(dice: Random, told: Told, instance: Told) -> Expected:
    """Two people in each other's place."""
    pairs = [(a, b) for a, x in told["assignment"].items() for b, y in told["assignment"].items() if x != y and a < b]
    pair = _one(dice, pairs)
    if pair is None:
        return None
    first, second = pair
    seats = told["assignment"]
    seats[first], seats[second] = seats[second], seats[first]
    return ("replay",)


def missing_person(dice: Random, told: Told, instance: Told) -> Expected:
    """An applicant the outcome does not mention."""
    who = _one(dice, told["assignment"])
    if who is None:
        return None
    del told["assignment"][who]
    return ("people",)


def stranger(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody who never applied."""
    told["assignment"]["nobody"] = _one(dice, [None, *(one["id"] for one in instance["programmes"])])
    return ("people",)


def false_reason(dice: Random, told: Told, instance: Told) -> Expected:
    """A refusal that names another cause."""
    row = _one(dice, (row for rows in told["reasons"].values() for row in rows))
    if row is None:
        return None
    names = {one["name"] for one in told["limits"]} | {"closed", "returned", "struck/line", "hard/*"}
    row["reason"] = _one(dice, sorted(names - {row["reason"]}))
    return ("reasons",)


def lost_reason(dice: Random, told: Told, instance: Told) -> Expected:
    """A refusal without its reason."""
    who = _one(dice, told["reasons"])
    if who is None:
        return None
    told["reasons"][who].remove(_one(dice, told["reasons"][who]))
    return ("reasons",)


def invented_reason(dice: Random, told: Told, instance: Told) -> Expected:
    """A reason for a choice that was not refused."""
    who = _one(dice, _by_choice(told))
    if who is None:
        return None
    row = {"choice": 9, "programme": told["assignment"][who], "reason": "closed"}
    told["reasons"].setdefault(who, []).append(row)
    return ("reasons",)


def wrong_cut(dice: Random, told: Told, instance: Told) -> Expected:
    """A cut with another position or score, or none."""
    name = _one(dice, told["cutoffs"])
    if name is None:
        return None
    county = _one(dice, told["cutoffs"][name])
    kind = dice.randrange(3)
    if kind == 0:
        told["cutoffs"][name][county]["position"] += 1
    elif kind == 1:
        told["cutoffs"][name][county]["score"] += "1"
    else:
        del told["cutoffs"][name][county]
    return ("cutoffs",)


def wrong_cap(dice: Random, told: Told, instance: Told) -> Expected:
    """A limit with another cap."""
    row = _one(dice, told["limits"])
    if row is None:
        return None
    row["cap"] += dice.choice([-1, 1, 100])
    return ("limits told",)


def wrong_use(dice: Random, told: Told, instance: Told) -> Expected:
    """A limit with another use, excess, first refused or last admitted, or left out."""
    row = _one(dice, told["limits"])
    if row is None:
        return None
    kind = dice.choice(["used", "returned", "over", "last", "first_refused", "row"])
    if kind == "row":
        told["limits"].remove(row)
    elif kind in ("last", "first_refused"):
        row[kind] = {"applicant": "x", "county": "x", "position": 1, "score": "1"} if row[kind] is None else None
    else:
        row[kind] += 1
    return ("limits told",)


def wrong_position(dice: Random, told: Told, instance: Told) -> Expected:
    """Somebody one place higher or lower than they stand."""
    who = _one(dice, told["positions"])
    if who is None:
        return None
    told["positions"][who] += dice.choice([-1, 1])
    return ("positions",)


def wrong_closing(dice: Random, told: Told, instance: Told) -> Expected:
    """A class that is closed as if it were open, or the other way round."""
    row = _one(dice, told["closed"])
    open_ = sorted({one["id"] for one in instance["programmes"]} - {one["programme"] for one in told["closed"]})
    if row is not None and dice.randrange(2):
        told["closed"].remove(row)
    elif open_:
        told["closed"].append({"pass": 1, "programme": _one(dice, open_), "reached": 0, "needed": 1})
        told["closed"].sort(key=lambda one: str(one["programme"]))
    else:
        return None
    return ("opening",)


def wrong_count(dice: Random, told: Told, instance: Told) -> Expected:
    """A closed class with other figures."""
    row = _one(dice, told["closed"])
    if row is None:
        return None
    row[dice.choice(["reached", "needed", "pass"])] += 1
    return ("opening",)


def wrong_proof(dice: Random, told: Told, instance: Told) -> Expected:
    """Other proof figures: best value, undecided classes, rule, or a proof not claimed."""
    kind = dice.randrange(4)
    opening = told["opening"]
    if kind == 0:
        opening["best"][dice.randrange(3)] += dice.choice([-1, 1])
    elif kind == 1:
        opening["undecided"] = opening["undecided"][1:] or ["nothing"]
    elif kind == 2:
        opening["rule"] = "smallest_first" if opening["rule"] == "optimal" else "optimal"
    elif opening["rule"] == "optimal":
        told["proven"] = not told["proven"]
    else:
        return None
    return ("opening",)


def wrong_yardstick(dice: Random, told: Told, instance: Told) -> Expected:
    """A yardstick of another value."""
    told["yardsticks"][dice.choice(["placed", "rank_sum", "flow_bound"])] += dice.choice([-1, 1])
    return ("yardsticks",)


def wrong_spread(dice: Random, told: Told, instance: Told) -> Expected:
    """Another number of people at some rank."""
    county = _one(dice, told["yardsticks"]["by_rank"])
    if county is None:
        return None
    row = told["yardsticks"]["by_rank"][county]
    row[_one(dice, row)] += 1
    return ("yardsticks",)


def wrong_shortfall(dice: Random, told: Told, instance: Told) -> Expected:
    """Another shortfall."""
    told["yardsticks"]["shortfall"] += dice.choice([-1, 1])
    return ("yardsticks",)


def wrong_guarantee(dice: Random, told: Told, instance: Told) -> Expected:
    """A guarantee with other figures, or left out."""
    row = _one(dice, told["guarantees"])
    if row is None:
        return None
    kind = dice.choice(["seats", "filled", "missing", "released", "row"])
    if kind == "row":
        told["guarantees"].remove(row)
    else:
        row[kind] += 1
    return ("guarantees",)


def wrong_blame(dice: Random, told: Told, instance: Told) -> Expected:
    """A refusal by a hard floor left out, invented, or blamed on another."""
    rows = told["refused_by_floors"]
    row = _one(dice, rows)
    if row is None:
        who, name = _one(dice, told["assignment"]), _one(dice, instance["programmes"])
        if who is None or name is None:
            return None
        rows.append({"applicant": who, "programme": name["id"], "name": "*"})
    elif dice.randrange(2):
        rows.remove(row)
    else:
        row["name"] += "x"
    return ("refused_by_floors",)


def wrong_share(dice: Random, told: Told, instance: Told) -> Expected:
    """Shares that do not add up, with another demand, or left out."""
    row = _one(dice, told.get("shares", ()))
    if row is None:
        return None
    kind = dice.choice(["share", "demand", "row"])
    if kind == "row":
        told["shares"].remove(row)
    else:
        row[kind] += dice.choice([-1, 1])
    return ("shares",)


def moved_share(dice: Random, told: Told, instance: Told) -> Expected:
    """One place of a divided limit given to another county, in the table of limits too."""
    rows = told.get("shares", [])
    pairs = [(a, b) for a in rows for b in rows if a is not b and a["limit"] == b["limit"] and a["share"] > 0]
    pair = _one(dice, pairs)
    if pair is None:
        return None
    for row, step in zip(pair, (-1, 1), strict=True):
        row["share"] += step
        for limit in told["limits"]:
            if limit["name"] == f"{row['limit']}/{row['county']}":
                limit["cap"] += step
    return ("opening", "replay", "shares")


def wrong_adjusted(dice: Random, told: Told, instance: Told) -> Expected:
    """An adjusted place told as a choice, or the other way round."""
    row = _one(dice, told["adjusted"])
    if row is not None:
        told["adjusted"].remove(row)
        return ("adjusted",)
    who = _one(dice, _by_choice(told))
    if who is None:
        return None
    told["adjusted"].append({"applicant": who, "programme": told["assignment"][who]})
    return ("adjusted",)


def wrong_returned(dice: Random, told: Told, instance: Told) -> Expected:
    """A returned file not told, or an invented one."""
    row = _one(dice, told["returned"])
    if row is not None:
        told["returned"].remove(row)
        return ("returned",)
    who, name = _one(dice, told["assignment"]), _one(dice, instance["programmes"])
    if who is None or name is None:
        return None
    told["returned"].append({"applicant": who, "programme": name["id"]})
    return ("returned",)


MUTATIONS: dict[str, Mutation] = {
    one.__name__: one
    for one in (
        wrong_place,
        ineligible_place,
        place_in_closed,
        unplaced,
        swapped,
        missing_person,
        stranger,
        false_reason,
        lost_reason,
        invented_reason,
        wrong_cut,
        wrong_cap,
        wrong_use,
        wrong_position,
        wrong_closing,
        wrong_count,
        wrong_proof,
        wrong_yardstick,
        wrong_spread,
        wrong_shortfall,
        wrong_guarantee,
        wrong_blame,
        wrong_share,
        moved_share,
        wrong_adjusted,
        wrong_returned,
    )
}
"""Forgeries whose digests are made right again."""


def wrong_digest(dice: Random, told: Told) -> bytes:
    """One digest of four, or an engine's, replaced."""
    kind = dice.choice(["instance", "rules", "assignment", "outcome", "engine"])
    false = hashlib.sha256(str(dice.random()).encode()).hexdigest()
    if kind == "outcome":
        told["digest"] = false
    elif kind == "engine":
        told["engines"][0]["assignment"] = false
    else:
        told["digests"][kind] = false
        body = {key: value for key, value in told.items() if key not in ("digest", "engines")}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        told["digest"] = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(told, ensure_ascii=False).encode()


def person_twice(dice: Random, told: Told) -> bytes:
    """Somebody who stands in the assignment twice, the second time where they belong."""
    who = dice.choice(sorted(told["assignment"]))
    raw = json.dumps(told, ensure_ascii=False)
    return raw.replace('"assignment": {', f'"assignment": {{{json.dumps(who)}: null, ', 1).encode()


RAW: dict[str, tuple[Callable[[Random, Told], bytes], tuple[str, ...]]] = {
    "wrong_digest": (wrong_digest, ("digests",)),
    "person_twice": (person_twice, ("readable",)),
}
"""Forgeries of the file itself, with the checks that must object."""
