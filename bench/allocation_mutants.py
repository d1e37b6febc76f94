"""Mutants: random corruptions of valid outcomes of every family; the verifier must reject each, for the right cause.

    python -m bench.allocation_mutants --count 10000 --seed 1

Prints a table: kind, mutants, rejected, rejected with the finding of the right check; exit code 1 if one is missing.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from allocation.verify import verify
from bench.allocation_trials import engine
from bench.mutations import MUTATIONS, RAW, Told, sealed
from bench.trial_rounds import FAMILIES

TRIES = 400
"""Outcomes looked at for one that has something of a kind."""


@dataclass
class Row:
    """How the mutants of one kind fared; ``escaped`` keeps (round, outcome) that passed or were blamed wrongly."""

    mutants: int = 0
    rejected: int = 0
    right: int = 0
    escaped: list[tuple[str, str, list[str]]] = field(default_factory=list)


def bases(families: list[str], each: int, seed: int) -> list[tuple[str, bytes, Told]]:
    """Valid outcomes, ``each`` of every family."""
    found = []
    for family in families:
        kept = number = 0
        while kept < each:
            key = f"{family}:{seed}:{number}"
            number += 1
            instance = FAMILIES[family](Random(key))
            given = engine(instance, "search")
            if isinstance(given, str):
                if number > 20 * each + 20:
                    break
                continue
            assert not given[1], (key, given[1])
            found.append((key, json.dumps(instance).encode(), given[0]))
            kept += 1
    return found


def mutant(kind: str, dice: Random, instance: bytes, told: Told) -> tuple[bytes, tuple[str, ...]] | None:
    """A forged outcome and the checks that must object; ``None`` where nothing of the kind is there to forge."""
    fresh = copy.deepcopy(told)
    if kind in RAW:
        forge, expected = RAW[kind]
        return (forge(dice, fresh), expected) if fresh["assignment"] else None
    if kind in WHOLE:
        return WHOLE[kind](dice, json.loads(instance), told)
    checks = MUTATIONS[kind](dice, fresh, json.loads(instance))
    if checks is None or _body(fresh) == _body(told):
        return None
    return sealed(fresh), checks


def _posed(other: Told, told: Told) -> Told | None:
    """The outcome of another instance, dressed up as one of this."""
    given = engine(other, "search")
    if isinstance(given, str):
        return None
    fresh = given[0]
    fresh["digests"] = {
        **fresh["digests"],
        "instance": told["digests"]["instance"],
        "rules": told["digests"]["rules"],
    }
    fresh["opening"]["rule"] = told["opening"]["rule"]
    return fresh


def another_score(dice: Random, instance: Told, told: Told) -> tuple[bytes, tuple[str, ...]] | None:
    """The whole outcome of the round in which somebody has another total."""
    if not instance["applicants"]:
        return None
    dice.choice(instance["applicants"])["score"] = dice.choice(["0.0", "9.5"])
    fresh = _posed(instance, told)
    if fresh is None or fresh["assignment"] == told["assignment"]:
        return None
    return sealed(fresh), ("replay",) if fresh["closed"] == told["closed"] else ("replay", "opening")


def another_opening(dice: Random, instance: Told, told: Told) -> tuple[bytes, tuple[str, ...]] | None:
    """The whole outcome under another opening rule, with another set of closed classes."""
    names = [one["id"] for one in instance["programmes"]]
    if len(told["opening"]["undecided"]) < 2 or instance["rules"].get("across") == "optimised_shares":
        return None
    instance["rules"]["opening"] = dice.choice(["optimal", "smallest_first", dice.sample(names, len(names))])
    fresh = _posed(instance, told)
    shut = None if fresh is None else {row["programme"] for row in fresh["closed"]}
    same = shut == {row["programme"] for row in told["closed"]}
    return None if fresh is None or same else (sealed(fresh), ("opening",))


WHOLE = {one.__name__: one for one in (another_score, another_opening)}
"""Whole valid outcomes of a neighbouring round."""


def _body(told: Told) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in ("digest", "engines")}


def run(count: int, seed: int, *, each: int = 40, families: list[str] | None = None) -> dict[str, Row]:
    """Forge ``count`` outcomes, all kinds equally often, of rounds drawn at random."""
    dice = Random(f"mutants:{seed}")
    pool = bases(families or sorted(FAMILIES), each, seed)
    kinds = [*MUTATIONS, *RAW, *WHOLE]
    rows = {kind: Row() for kind in kinds}
    made = number = 0
    while made < count and number < 2 * count:
        kind = kinds[number % len(kinds)]
        number += 1
        for _ in range(TRIES):
            key, instance, told = dice.choice(pool)
            forged = mutant(kind, dice, instance, told)
            if forged is not None:
                _judge(rows[kind], key, instance, *forged)
                made += 1
                break
    return rows


def _judge(row: Row, key: str, instance: bytes, outcome: bytes, expected: tuple[str, ...]) -> None:
    found = {check.name for check in verify(instance, outcome).checks if check.findings}
    row.mutants += 1
    row.rejected += bool(found)
    right = bool(found & set(expected))
    row.right += right
    if not right:
        row.escaped.append((key, outcome.decode(), sorted(found)))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--family", choices=sorted(FAMILIES), action="append")
    chosen = options.parse_args()
    start = time.perf_counter()
    rows = run(chosen.count, chosen.seed, families=chosen.family)
    print(f"{'kind':18} {'mutants':>8} {'rejected':>9} {'right finding':>14}")
    for kind, row in sorted(rows.items()):
        print(f"{kind:18} {row.mutants:8} {row.rejected:9} {row.right:14}")
        for key, _, found in row.escaped[:3]:
            print(f"    {key}: {found or 'accepted'}")
    total = [sum(getattr(row, name) for row in rows.values()) for name in ("mutants", "rejected", "right")]
    print(f"{'all':18} {total[0]:8} {total[1]:9} {total[2]:14}   {time.perf_counter() - start:.1f} s")
    sys.exit(0 if total[0] == total[1] == total[2] else 1)


if __name__ == "__main__":
    main()
