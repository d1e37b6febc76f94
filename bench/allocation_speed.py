"""Seconds and memory of the allocation engines on invented instances.

    python -m bench.allocation_speed [APPLICANTS PROGRAMMES MINIMA SEED] [--model] [--repeat N]

Prints one line per stage; nothing is asserted.  Without arguments: the size of a zone, both engines.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from allocation.formats import canonical, digest, read_instance
from allocation.generate import zone
from allocation.round import prepare
from allocation.search import Search
from allocation.solver import solve
from allocation.verify import verify

T = TypeVar("T")


def timed(name: str, repeat: int, work: Callable[[], T]) -> T:
    """Run ``work`` and print the median of its seconds."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    print(f"{name:28} {statistics.median(seconds):8.3f} s")
    return result


def main() -> None:
    """Time every stage of one instance."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("size", nargs="*", type=int, default=[700, 25, 25, 1])
    options.add_argument("--model", action="store_true", help="also the CP-SAT model (slow beyond 2,000)")
    options.add_argument("--repeat", type=int, default=3)
    chosen = options.parse_args()
    applicants, programmes, minima, seed = chosen.size
    repeat = chosen.repeat
    raw = zone(applicants=applicants, programmes=programmes, minima=minima, seed=seed)
    print(f"{applicants} applicants, {programmes} programmes, {minima} minima, {len(raw) / 2**20:.1f} MiB")
    instance = timed("read", repeat, lambda: read_instance(raw))
    timed("spell and digest", repeat, lambda: digest(read_instance(canonical(instance))))
    round_ = timed("prepare", repeat, lambda: prepare(instance))
    timed("one pass", repeat, lambda: Search(round_).place(frozenset()))
    outcome = timed("search to outcome", repeat, lambda: solve(instance, engine="search"))
    print(f"{'':28} {outcome.digest[:16]} proven {outcome.proven}")
    for run in outcome.engines:
        print(f"{'':28} {run.name} alone {run.seconds:.3f} s, {run.tried} opening sets")
    if chosen.model:
        both = timed("model to outcome", 1, lambda: solve(instance, engine="model"))
        print(f"{'':28} {both.digest[:16]} equal {both.digest == outcome.digest}")
    report = timed("verify", 1, lambda: verify(raw, outcome.to_bytes()))
    print(f"{'':28} sound {report.sound}")
    print(f"{'peak':28} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MiB")


if __name__ == "__main__":
    main()
