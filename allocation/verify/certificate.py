"""The certificate: every check of an outcome, in order, each with what it counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from allocation.verify import claims
from allocation.verify.bound import most_placed
from allocation.verify.deferred import DeferredReplay
from allocation.verify.divided import Divided, Shares, as_shares
from allocation.verify.facts import Facts, Raw, load
from allocation.verify.hard import Broken, HardReplay
from allocation.verify.replay import Replay, Scene
from allocation.verify.report import Check, Report
from allocation.verify.retry import Opening
from allocation.verify.spelling import instance_digest, rules, sha
from allocation.verify.telling import told

TOLD = ("positions", "adjusted", "returned", "reasons", "cutoffs", "refused_by_floors")


def verify(instance: bytes, outcome: bytes) -> Report:
    """Check ``outcome`` against ``instance``; both are raw JSON and nothing else is read.

    An outcome that cannot even be taken apart gives a report with one finding.
    """
    try:
        facts = Facts(instance)
        given: Raw = load(outcome)
        return Report(tuple(_checks(facts, given)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, Broken) as broken:
        return Report((Check("readable", 1, (f"{type(broken).__name__}: {broken}",)),))


def _checks(facts: Facts, given: Raw) -> Iterator[Check]:
    yield _digests(facts, given)
    replay, divided, shares = _staged(facts, given)
    stated = given.get("shares") or []
    division = _same("shares", [], stated) if divided is None else divided.check(stated)
    yield division
    if division.findings:
        return  # whatever else is told rests on the shares
    facts = replay.facts
    closed = frozenset(row["programme"] for row in given["closed"])
    try:
        scene = replay.scene(closed)
    except Broken as broken:
        yield Check("opening", 1, (f"with {sorted(closed)} closed: {broken}",))
        return
    case = claims.Case(
        facts,
        replay,
        given["assignment"],
        claims.as_map(given["returned"]),
        claims.as_map(given["adjusted"]),
        closed,
        scene,
    )
    torn = [f"the full tie of {'、'.join(group)} decides a place" for group in scene.torn]
    yield Check("order", len(facts.people), (*facts.doubts, *torn))
    yield claims.people_check(case)
    yield claims.limits_check(case)
    yield claims.claims_check(case)
    yield claims.minima_check(case)
    yield _same("replay", {**_places(facts, scene)}, {**given["assignment"]})
    yield Opening(replay, given, divided, shares).check()
    expected = told(facts, replay, scene, closed)
    for key in TOLD:
        yield _same(key, expected[key], given[key])
    yield _same("limits told", expected["limits"], given["limits"])
    yield _same("guarantees", expected["guarantees"], given["guarantees"])
    yield _yardsticks(facts, replay, scene, given, expected)


def _staged(facts: Facts, given: Raw) -> tuple[Replay, Divided | None, Shares]:
    """The walk that fits the round, and the division of limits where the solver chose one."""
    if facts.ranked:
        return DeferredReplay(facts), None, {}
    if facts.hard:
        blamed = {(who, row["choice"]): row["reason"] for who, rows in given["reasons"].items() for row in rows}
        final = frozenset(row["programme"] for row in given["closed"])
        return HardReplay(facts, given["assignment"], blamed, final), None, {}
    if facts.rule("across", "own_county") == "optimised_shares":
        shares = as_shares(given["shares"])
        return Replay(Facts(facts.bytes, shares)), Divided(facts), shares
    return Replay(facts), None, {}


def _digests(facts: Facts, given: Raw) -> Check:
    found = []
    body = {key: value for key, value in given.items() if key not in ("digest", "engines")}
    lines = "\n".join(f"{who}:{at or ''}" for who, at in sorted(given["assignment"].items()))
    expected = {
        "instance": instance_digest(facts.raw),
        "rules": sha(rules(facts.raw)),
        "assignment": _text_digest(lines),
    }
    found += [f"{key} digest differs" for key, value in expected.items() if given["digests"][key] != value]
    if sha(body) != given["digest"]:
        found.append("outcome digest differs")
    for run in given["engines"]:
        if run["status"] == "proven" and run["assignment"] != expected["assignment"]:
            found.append(f"engine {run['name']} found another assignment")
    return Check("digests", 4 + len(given["engines"]), tuple(found))


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _places(facts: Facts, scene: Scene) -> dict[str, str | None]:
    return {
        who: None if who not in scene.got or scene.got[who][1] in person.returned_at else scene.got[who][1]
        for who, person in facts.people.items()
    }


def _same(name: str, expected: Any, stated: Any) -> Check:
    """Compare two tables entry by entry; lists are compared by their place."""
    left = dict(enumerate(expected)) if isinstance(expected, list) else expected
    right = dict(enumerate(stated)) if isinstance(stated, list) else stated
    keys = {**left, **right}
    found = [
        f"{key}: stated {right.get(key)!r}, is {left.get(key)!r}"
        for key in keys
        if key not in left or key not in right or left[key] != right[key]
    ]
    return Check(name, len(keys), tuple(found))


def _yardsticks(facts: Facts, replay: Replay, scene: Scene, given: Raw, expected: Any) -> Check:
    placed, ranks = replay.figures(scene)
    table: dict[str, Counter[str]] = {}
    for person in facts.people.values():
        row = table.setdefault(person.county, Counter())
        row["candidates"] += 1
        if person.id not in scene.got:
            row["unplaced"] += 1
            continue
        choice, programme = scene.got[person.id]
        if programme in person.returned_at:
            row["returned"] += 1
        else:
            row[str(person.rank(choice)) if choice else "adjusted"] += 1
    figures = {
        "placed": placed,
        "rank_sum": ranks,
        "flow_bound": most_placed(facts, replay),
        "shortfall": sum(row["missing"] for row in expected["guarantees"]),
        "by_rank": {county: dict(row) for county, row in table.items()},
    }
    return _same("yardsticks", figures, given["yardsticks"])
