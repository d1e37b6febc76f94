"""What is measured of the solver: one function per line of the table, each run in a process of its own.

A case gives its repeats as seconds per named stage, and facts to show beside them.
"""

from __future__ import annotations

import csv
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allocation import generate
from allocation.formats import digest, read_instance
from allocation.opening import cancelled, short, value
from allocation.round import prepare
from allocation.search import Search
from allocation.solver import solve

Told = dict[str, Any]
ZONE = {"applicants": 700, "programmes": 25, "minima": 25, "seed": 3}
"""The zone of the first two lines: 13 classes are undecided."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result of some work."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def both(raw: bytes) -> Told:
    """One zone by both engines; the slower of them counts."""
    seconds, outcome = timed(lambda: solve(read_instance(raw), engine="both", time_limit_s=60))
    found = [run.assignment for run in outcome.engines if run.assignment]
    same = "one engine alone" if len(found) < 2 else "digests equal" if len(set(found)) == 1 else "digests DIFFER"
    undecided = len(outcome.body["opening"]["undecided"])
    told = ", ".join(f"{run.name} {run.seconds:.2f} s ({run.status})" for run in outcome.engines)
    return {
        "seconds": max(run.seconds for run in outcome.engines),
        "facts": f"{undecided} undecided, {same}, {told}, outcome {seconds:.2f} s",
    }


def zone() -> Told:
    """Zone size with every kind of limit, guarantees and reserved places too."""
    return both(generate.every_limit(**ZONE))


def zone_cells() -> Told:
    """Zone size with cells, beds, outflow, minima and adjustment."""
    return both(generate.zone(**ZONE))


def hard() -> Told:
    """Zone size with floors as orders."""
    told = json.loads(generate.zone(**{**ZONE, "minima": 10}))
    told["rules"]["floors"] = "hard"
    for row in told["programmes"]:
        row["floors"] = {county: min(3, cell) for county, cell in row["ceilings"].items()}
    seconds, outcome = timed(lambda: solve(read_instance(json.dumps(told)), engine="search", time_limit_s=60))
    refused = len(outcome.body.get("refused_by_floors", ()))
    return {"seconds": seconds, "facts": f"{'' if outcome.proven else 'not '}proven, {refused} refused by a floor"}


def stage(
    applicants: int, programmes: int, minima: int, make: Callable[..., bytes] = generate.zone
) -> tuple[Search, str]:
    """A search over a prepared round, and how long preparing took."""
    instance = read_instance(make(applicants=applicants, programmes=programmes, minima=minima, seed=1))
    ready, round_ = timed(lambda: prepare(instance))
    return Search(round_), f"preparing {ready:.2f} s"


def closing() -> Told:
    """The pass and the greedy closing."""
    engine, ready = stage(10_000, 100, 60)
    seconds, (shut, _) = timed(lambda: cancelled(engine.round, engine.place))
    return {"seconds": seconds, "facts": f"{len(shut)} classes closed one after another, {ready}"}


def searched(
    applicants: int,
    programmes: int,
    minima: int,
    limit: float | None = None,
    make: Callable[..., bytes] = generate.zone,
) -> Told:
    """The search over opening sets, from a prepared round; the greedy closing beside it."""
    engine, ready = stage(applicants, programmes, minima, make)
    undecided = short(engine.round, engine.place(frozenset()), frozenset())
    greedy, _ = cancelled(engine.round, engine.place)
    engine = Search(engine.round, time_limit_s=limit)
    seconds, found = timed(lambda: engine.optimum(undecided))
    figures = {
        name: value(engine.place(shut), undecided, shut) for name, shut in (("greedy", greedy), ("best", found.shut))
    }
    below = ", BELOW IT" if figures["best"][0] < figures["greedy"][0] else ""
    return {
        "seconds": seconds,
        "facts": f"{len(undecided)} undecided, {found.tried} sets, {'' if found.proven else 'not '}proven, "
        f"{figures['best'][0]} placed (greedy closing {figures['greedy'][0]}{below}), {ready}",
    }


def best_value() -> Told:
    """The best value beyond what is proven."""
    return searched(10_000, 100, 60, limit=9)


def proven() -> Told:
    """Sixteen undecided classes, every set tried."""
    return searched(10_000, 100, 25)


def all_limits() -> Told:
    """3,000 × 60 with all limits, proven by search."""
    return searched(3_000, 60, 22, make=generate.every_limit)


def large_search() -> Told:
    """50,000 × 300: a climb with a clock."""
    return searched(50_000, 300, 100, limit=25)


def plain(applicants: int, programmes: int, choices: int) -> Told:
    """A plain round over arrays, order included."""
    from allocation.arrays import Plain, merit, place

    listed, capacity, cells, county, score = generate.plain_arrays(applicants, programmes, choices)
    import numpy as np

    lots = np.random.default_rng(1).permutation(applicants)
    seconds, got = timed(lambda: place(Plain(listed, merit([-score, lots], None), county, capacity, cells)))
    return {"seconds": seconds, "facts": f"{int((got >= 0).sum())} placed"}


def plain_small() -> Told:
    """100,000 × 600."""
    return plain(100_000, 600, 5)


def plain_large() -> Told:
    """1,000,000 × 3,000 × 6."""
    return plain(1_000_000, 3_000, 6)


def csv_large() -> Told:
    """1,000,000 × 3,000 × 6 from tables to tables."""
    from allocation.csv_large import solve_large

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate.plain_folder(folder, applicants=1_000_000, programmes=3_000, choices=6)
        seconds, told = timed(lambda: solve_large(folder, folder / "out"))
    return {"seconds": seconds, "facts": f"{told['placed']} placed, reading {told['seconds']['read']:.1f} s"}


def verify_large() -> Told:
    """The certificate of 1,000,000 × 3,000 × 6 from arrays."""
    import numpy as np

    from allocation.arrays import Plain, merit, place
    from allocation.verify.arrays import verify_arrays

    listed, capacity, cells, county, score = generate.plain_arrays(1_000_000, 3_000, 6)
    walk = merit([-score, np.random.default_rng(1).permutation(1_000_000)], None)
    got = place(Plain(listed, walk, county, capacity, cells))
    given = np.where(got >= 0, np.take_along_axis(listed, got.clip(0)[:, None], axis=1)[:, 0], -1).astype(np.int32)
    slot = np.empty(len(walk), np.int64)
    slot[walk] = np.arange(len(walk))
    seconds, report = timed(lambda: verify_arrays(listed, slot, county, capacity, cells, given))
    return {"seconds": seconds, "facts": f"sound {report.sound}, {report.checks[-1].counted} claims"}


def variants() -> Told:
    """5,000 variants of 10,000 × 100 on two processes."""
    from allocation import sweep

    told = json.loads(generate.zone(applicants=10_000, programmes=100, minima=0, seed=1))
    told["rules"]["across"] = "common_score"
    raw = json.dumps(told).encode()
    changes = generate.changes(raw, 5_000)
    ready, held = timed(lambda: sweep.Sweep(raw))
    seconds, results = timed(lambda: sweep.together(held, changes, 2))
    sound = sum(one.status == "sound" for one in results)
    return {"seconds": seconds, "facts": f"{sound} sound, preparing {ready:.2f} s"}


def digests() -> Told:
    """Permuted rows, one and eight workers, repeats."""
    told = json.loads(generate.zone(applicants=150, programmes=10, minima=8, seed=2))
    dice = random.Random(1)
    found = set()
    runs = 0
    start = time.perf_counter()
    for _ in range(5):
        for key in ("applicants", "programmes", "schools"):
            dice.shuffle(told[key])
        instance = read_instance(json.dumps(told))
        for workers in (1, 8):
            found.add((digest(instance), solve(instance, engine="both", workers=workers).digest))
            runs += 1
    return {"seconds": time.perf_counter() - start, "facts": f"{runs} runs, {len(found)} digest"}


def killed() -> Told:
    """How long after its limit a run is gone."""
    from allocation.child import solve_in_child

    raw = generate.zone(applicants=3_000, programmes=60, minima=40, seed=1)
    seconds, result = timed(lambda: solve_in_child(raw, engine="model", time_limit_s=3.0, memory_limit_mib=4096))
    return {"seconds": seconds - 3.0, "facts": f"status {result.status}, limit 3 s"}


def lottery(folder: Path) -> Told:
    """The real school lottery of a folder, solved and verified."""
    from allocation.csv_instance import instance_json
    from allocation.verify import verify

    raw = instance_json(folder, "2024")
    seconds, outcome = timed(lambda: solve(read_instance(raw), engine="search"))
    checked, report = timed(lambda: verify(raw, outcome.to_bytes()))
    with (folder / "applications.csv").open(encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    figures: Any = outcome.body["yardsticks"]
    stated: Any = outcome.body["digests"]
    return {
        "seconds": seconds,
        "facts": f"{len(outcome.assignment)} applicants, {rows} choices, {figures['placed']} placed, rank sum "
        f"{figures['rank_sum']}, sound {report.sound} in {checked:.1f} s, assignment `{stated['assignment']}`",
    }


CASES: dict[str, tuple[str, float, float | None, Callable[[], Told], int]] = {
    "zone": (
        "700 × 25, all kinds of limits with guarantees, both engines, equal digest: the slower",
        2,
        512,
        zone,
        1,
    ),
    "zone_cells": (
        "700 × 25, cells, beds, outflow, adjustment, both engines, equal digest: the slower",
        2,
        512,
        zone_cells,
        3,
    ),
    "hard": ("the same with hard floors", 15, None, hard, 1),
    "all_limits": ("3,000 × 60, all limits, proven by search", 5, None, all_limits, 3),
    "closing": ("10,000 × 100: pass and closing", 1, None, closing, 3),
    "best_value": ("10,000 × 100: best value", 10, None, best_value, 3),
    "proven": ("10,000 × 100: proven at 16 undecided", 30, None, proven, 3),
    "large_search": (
        "50,000 × 300: search, never below greedy closing, labelled not proven",
        30,
        None,
        large_search,
        1,
    ),
    "plain_small": ("plain 100,000 × 600", 1, 300, plain_small, 5),
    "plain_large": ("plain 1,000,000 × 3,000 × 6 choices: arrays", 6, 1024, plain_large, 3),
    "csv_large": ("the same: CSV to CSV", 30, 3072, csv_large, 1),
    "verify_large": ("verify at 1,000,000", 2, None, verify_large, 3),
    "variants": ("5,000 scenario variants of 10,000 × 100", 5, None, variants, 3),
    "digests": ("permuted rows, 1 and 8 workers, repeated: one digest", 600, None, digests, 1),
    "killed": ("killed at its limit: seconds beyond it", 2, None, killed, 3),
}
"""Name: what, wanted seconds, wanted MiB, the case, repeats."""
