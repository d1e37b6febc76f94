"""The certificate: every check of an outcome, in order, each with what it counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from allocation.verify import claims
from allocation.verify.bound import most_placed
from allocation.verify.facts import Facts, Raw, load
from allocation.verify.openings import Openings
from allocation.verify.replay import Replay, Scene
from allocation.verify.report import Check, Report
from allocation.verify.spelling import instance_digest, rules, sha
from allocation.verify.telling import told

RETRY_UP_TO = 16
"""Up to this many undecided classes the opening proof is tried again in full."""


def verify(instance: bytes, outcome: bytes) -> Report:
    """Check ``outcome`` against ``instance``; both are raw JSON and nothing else is read.

    An outcome that cannot even be taken apart gives a report with one finding.
    """
    try:
        facts = Facts(instance)
        given: Raw = load(outcome)
        return Report(tuple(_checks(facts, given)))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as broken:
        return Report((Check("readable", 1, (f"{type(broken).__name__}: {broken}",)),))


def _checks(facts: Facts, given: Raw) -> Iterator[Check]:
    yield _digests(facts, given)
    replay = Replay(facts)
    closed = frozenset(row["programme"] for row in given["closed"])
    scene = replay.scene(closed)
    case = claims.Case(
        facts,
        replay,
        given["assignment"],
        claims.as_map(given["returned"]),
        claims.as_map(given["adjusted"]),
        closed,
        scene.most,
    )
    yield Check("order", len(facts.people), tuple(facts.doubts))
    yield claims.people_check(case)
    yield claims.limits_check(case)
    yield claims.claims_check(case)
    yield claims.minima_check(case)
    yield _same("replay", {**_places(facts, scene)}, {**given["assignment"]})
    yield _opening(facts, replay, given, closed)
    stated = {key: given[key] for key in ("positions", "adjusted", "returned", "reasons", "cutoffs")}
    expected = told(facts, replay, scene, closed)
    for key, value in stated.items():
        yield _same(key, expected[key], value)
    yield _same("limits told", expected["limits"], given["limits"])
    yield _same("guarantees", expected["guarantees"], given["guarantees"])
    yield _yardsticks(facts, replay, scene, given, expected)


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


def _opening(facts: Facts, replay: Replay, given: Raw, closed: frozenset[str]) -> Check:
    """Try the opening again: every set where few classes are undecided, the log of cancellations else."""
    scene = replay.scene(())
    undecided = replay.weak(scene, ())
    found: list[str] = []
    if given["opening"]["undecided"] != undecided:
        found.append(f"undecided: stated {given['opening']['undecided']}, are {undecided}")
    rule = facts.rule("opening", "optimal")
    if given["opening"]["rule"] != rule:
        found.append(f"rule: stated {given['opening']['rule']}, is {rule}")
    if rule != "optimal":
        steps = _cancelled(facts, replay, rule)
    else:
        steps = [_row(facts, replay, scene, 1, name) for name in sorted(closed)]
        found += _optimal(replay, given, undecided, closed)
    if given["closed"] != steps:
        found.append(f"closed: stated {given['closed']}, is {steps}")
    best = [*replay.figures(replay.scene(closed)), len(set(undecided) - closed)]
    if given["opening"]["best"] != best:
        found.append(f"best: stated {given['opening']['best']}, is {best}")
    return Check("opening", 2 ** min(len(undecided), RETRY_UP_TO), tuple(found))


def _optimal(replay: Replay, given: Raw, undecided: list[str], closed: frozenset[str]) -> list[str]:
    """No other admissible opening set may be better; beyond the limit the outcome must not claim proof."""
    if not closed <= set(undecided):
        return [f"closed without need: {sorted(closed - set(undecided))}"]
    if len(undecided) > RETRY_UP_TO:
        return []
    flags = [int(name not in closed) for name in undecided]
    placed, ranks = replay.figures(replay.scene(closed))
    better = Openings(replay, undecided).better_than(placed, ranks, sum(flags), flags)
    if better is not None:
        return [f"closing {better} is better than closing {sorted(closed)}"]
    return [] if given["proven"] else ["proof not claimed though every set can be tried"]


def _row(facts: Facts, replay: Replay, scene: Scene, number: int, name: str) -> dict[str, Any]:
    raw = facts.programmes[name]
    local = int(raw.get("local_enrolled") or 0)
    return {
        "pass": number,
        "programme": name,
        "reached": replay.pupils(scene)[name] + local,
        "needed": int(raw.get("min_open") or 0),
    }


def _cancelled(facts: Facts, replay: Replay, rule: Any) -> list[dict[str, Any]]:
    """The log of cancellations by the published order."""
    steps: list[dict[str, Any]] = []
    while True:
        shut = [step["programme"] for step in steps]
        scene = replay.scene(shut)
        rows = [_row(facts, replay, scene, len(steps) + 1, one) for one in replay.weak(scene, shut)]
        if not rows:
            return steps
        if isinstance(rule, list):
            rows.sort(key=lambda row: rule.index(row["programme"]))
        else:
            weakest = min(rows, key=lambda row: (_part(row), row["programme"]))
            rows = [weakest]
        steps.append(rows[0])


def _part(row: dict[str, Any]) -> Any:
    return Fraction(row["reached"], row["needed"])


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
