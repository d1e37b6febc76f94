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
    checks = MUTATIONS[kind](dice, fresh, json.loads(instance))
    if checks is None or _body(fresh) == _body(told):
        return None
    return sealed(fresh), checks


def _body(told: Told) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in ("digest", "engines")}


def run(count: int, seed: int, *, each: int = 40, families: list[str] | None = None) -> dict[str, Row]:
    """Forge ``count`` outcomes, kinds and families at random."""
    dice = Random(f"mutants:{seed}")
    pool = bases(families or sorted(FAMILIES), each, seed)
    kinds = [*MUTATIONS, *RAW]
    rows = {kind: Row() for kind in kinds}
    made = tries = 0
    while made < count and tries < 100 * count:
        tries += 1
        kind = dice.choice(kinds)
        key, instance, told = dice.choice(pool)
        forged = mutant(kind, dice, instance, told)
        if forged is None:
            continue
        made += 1
        _judge(rows[kind], key, instance, *forged)
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
