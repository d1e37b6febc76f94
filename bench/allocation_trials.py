"""Trials: random small rounds by family, both engines and the verifier against a separately written referee.

    python -m bench.allocation_trials --family limits --count 5000 --seed 1
    python -m bench.allocation_trials --all --count 5000

Prints per family: rounds, how many have an outcome, differences, seconds.  A difference is written to the
folder of ``--keep`` with the smallest round found by leaving people, programmes and limits out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from allocation.faults import Inadmissible
from allocation.formats import BadInstance, read_instance
from allocation.solver import EngineName, solve
from allocation.verify import verify
from bench.trial_rounds import FAMILIES, Table
from tests.allocation.oracle import Answer, NoOutcome, NotARound, answer


@dataclass
class Tally:
    """What a family gave: rounds, rounds with an outcome, differences (seed, round, sentences)."""

    family: str
    rounds: int = 0
    outcomes: int = 0
    differences: list[tuple[str, Table, list[str]]] | None = None
    seconds: float = 0.0


def referee(one: Table) -> Answer | str:
    """The referee's answer, or the word for why there is none."""
    try:
        return answer(one)
    except NotARound:
        return "bad"
    except NoOutcome:
        return "none"


def engine(one: Table, name: EngineName) -> tuple[Table, list[str]] | str:
    """The outcome of an engine with what the verifier finds, or the word for why there is none."""
    raw = json.dumps(one).encode()
    try:
        outcome = solve(read_instance(raw), engine=name).to_bytes()
    except BadInstance:
        return "bad"
    except Inadmissible:
        return "none"
    except (LookupError, ValueError, ArithmeticError, TypeError, RuntimeError, StopIteration) as crash:
        return f"crash: {type(crash).__name__}: {crash}"
    found = [
        f"verifier: {check.name}: {check.findings[0]}" for check in verify(raw, outcome).checks if check.findings
    ]
    return json.loads(outcome), found


def differences(one: Table, name: EngineName) -> tuple[bool, list[str]]:
    """Whether the round has an outcome, and every sentence in which engine, verifier and referee differ."""
    wanted, given = referee(one), engine(one, name)
    if isinstance(wanted, str) or isinstance(given, str):
        words = [one if isinstance(one, str) else "an outcome" for one in (wanted, given)]
        return False, [] if words[0] == words[1] else [f"referee: {words[0]}, engine: {words[1]}"]
    told, found = given
    pairs = {
        "assignment": (wanted.assignment, told["assignment"]),
        "closed": (wanted.closed, sorted(row["programme"] for row in told["closed"])),
        "placed": (wanted.placed, told["yardsticks"]["placed"]),
        "rank sum": (wanted.ranks, told["yardsticks"]["rank_sum"]),
        "adjusted": (wanted.adjusted, {row["applicant"]: row["programme"] for row in told["adjusted"]}),
        "returned": (wanted.returned, {row["applicant"]: row["programme"] for row in told["returned"]}),
        "reasons": (
            {f"{who}/{at}": why for (who, at), why in wanted.reasons.items()},
            {f"{who}/{row['choice']}": row["reason"] for who, rows in told["reasons"].items() for row in rows},
        ),
        **{key: (value, told.get(key)) for key, value in wanted.extra.items()},
    }
    return True, found + [f"{key}: {_apart(left, right)}" for key, (left, right) in pairs.items() if left != right]


def _apart(left: Any, right: Any) -> str:
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(key for key in {**left, **right} if left.get(key) != right.get(key))
        return ", ".join(f"{key}: referee {left.get(key)}, engine {right.get(key)}" for key in keys)
    return f"referee {left}, engine {right}"


def _smaller(one: Table) -> Iterator[Table]:
    """The round with one thing left out."""
    for key in ("applicants", "programmes", "limits", "schools", "taken"):
        for at in range(len(one.get(key, ()))):
            yield {**one, key: [row for number, row in enumerate(one[key]) if number != at]}
    for key in ("applicants", "programmes", "schools"):
        for at, row in enumerate(one.get(key, ())):
            for name in set(row) - {"id", "county", "score", "choices", "sex"}:
                kept = {one: value for one, value in row.items() if one != name}
                yield {**one, key: [*one[key][:at], kept, *one[key][at + 1 :]]}
            for choice in range(len(row.get("choices", ()))):
                fewer = {**row, "choices": row["choices"][:choice] + row["choices"][choice + 1 :]}
                yield {**one, key: [*one[key][:at], fewer, *one[key][at + 1 :]]}
    for county in one.get("outflow", {}):
        yield {**one, "outflow": {key: value for key, value in one["outflow"].items() if key != county}}


def smallest(one: Table, name: EngineName) -> Table:
    """Leave out whatever the difference does not need."""

    def kinds(found: list[str]) -> set[str]:
        return {":".join(sentence.split(":")[:3])[:40] for sentence in found}

    there = kinds(differences(one, name)[1])

    def differs(less: Table) -> bool:
        try:
            return bool(kinds(differences(less, name)[1]) & there)
        except (KeyError, ValueError):  # the round lost something another row names
            return False

    while True:
        less = next((less for less in _smaller(one) if differs(less)), None)
        if less is None:
            return one
        one = less


def run(family: str, count: int, seed: int, name: EngineName, *, most: int = 20) -> Tally:
    """Try ``count`` rounds of a family; stop after ``most`` differences."""
    tally = Tally(family, differences=[])
    start = time.perf_counter()
    for number in range(count):
        key = f"{family}:{seed}:{number}"
        one = FAMILIES[family](Random(key))
        has, found = differences(one, name)
        tally.rounds += 1
        tally.outcomes += has
        if found and tally.differences is not None:
            tally.differences.append((key, one, found))
            if len(tally.differences) >= most:
                break
    tally.seconds = time.perf_counter() - start
    return tally


def _keep(folder: Path, tally: Tally, name: EngineName, most: int = 3) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for key, one, found in (tally.differences or [])[:most]:
        less = smallest(one, name)
        body = {"key": key, "differences": found, "smallest": less, "there": differences(less, name)[1], "round": one}
        (folder / f"{key.replace(':', '-')}.json").write_text(json.dumps(body, ensure_ascii=False, indent=1))
        print(f"  {key}: {found[:3]}")


def main() -> None:
    """Run the trials of one family or of all and print a line each; exit code 1 where anything differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--family", choices=sorted(FAMILIES), action="append")
    options.add_argument("--all", action="store_true")
    options.add_argument("--count", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--engine", choices=["both", "model", "search"], default="both")
    options.add_argument("--keep", type=Path, help="folder for the smallest rounds that differ")
    chosen = options.parse_args()
    families = sorted(FAMILIES) if chosen.all else chosen.family or options.error("--family or --all")
    wrong = 0
    print(f"{'family':18} {'rounds':>7} {'outcomes':>9} {'differences':>12} {'seconds':>8}")
    for family in families:
        tally = run(family, chosen.count, chosen.seed, chosen.engine)
        found = len(tally.differences or ())
        wrong += found
        print(f"{family:18} {tally.rounds:7} {tally.outcomes:9} {found:12} {tally.seconds:8.1f}", flush=True)
        if found and chosen.keep:
            _keep(chosen.keep, tally, chosen.engine)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
