"""The same hospitals-residents lists for the solver and for two published packages, from lists to answer.

python -m bench.allocation_peers NAME SIZE     NAME: own, matching or algmatch
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import threading
import time
from collections.abc import Callable

SHAPES = {700: 25, 5_000: 100, 20_000: 300, 100_000: 600}
Lists = dict[int, list[int]]


def lists(size: int) -> tuple[Lists, Lists, dict[int, int]]:
    """Residents' lists of five, hospitals' rankings of all who list them, and seats; everybody ranks differently."""
    dice = random.Random(size)
    hospitals = range(1, SHAPES[size] + 1)
    weights = [dice.paretovariate(1.2) for _ in hospitals]
    wishes = {one: list(dict.fromkeys(dice.choices(hospitals, weights, k=5))) for one in range(1, size + 1)}
    rankings: Lists = {at: [] for at in hospitals}
    for one, row in wishes.items():
        for at in row:
            rankings[at].append(one)
    for row in rankings.values():
        dice.shuffle(row)
    seats = {at: max(1, size // SHAPES[size] + dice.randint(-5, 5)) for at in hospitals}
    used = {at for at, row in rankings.items() if row}
    return wishes, {at: rankings[at] for at in used}, {at: seats[at] for at in used}


def own(wishes: Lists, rankings: Lists, seats: dict[int, int]) -> dict[int, int]:
    """This package."""
    from allocation.lists import accept

    return {one: at for one, at in accept(wishes, rankings, seats).items() if at is not None}


def matching(wishes: Lists, rankings: Lists, seats: dict[int, int]) -> dict[int, int]:
    """PyPI ``matching``."""
    from matching.games import HospitalResident

    solved = HospitalResident.create_from_dictionaries(wishes, rankings, seats).solve(optimal="resident")
    return {one.name: at.name for at, row in solved.items() for one in row}


def algmatch(wishes: Lists, rankings: Lists, seats: dict[int, int]) -> dict[int, int]:
    """PyPI ``algmatch``."""
    from algmatch import HospitalResidentsProblem

    hospitals = {at: {"capacity": seats[at], "preferences": row} for at, row in rankings.items()}
    solved = HospitalResidentsProblem(dictionary={"residents": wishes, "hospitals": hospitals}).get_stable_matching()
    sided = (solved or {}).get("resident_sided", {})
    return {int(str(one).lstrip("r")): int(str(at).lstrip("h")) for one, at in sided.items() if at}


WAYS: dict[str, Callable[[Lists, Lists, dict[int, int]], dict[int, int]]] = {
    "own": own,
    "matching": matching,
    "algmatch": algmatch,
}


def main() -> None:
    """Solve one size one way; print the seconds, the placed and the digest of the answer."""
    name, size = sys.argv[1], int(sys.argv[2])
    wishes, rankings, seats = lists(size)
    WAYS[name]({1: [1]}, {1: [1]}, {1: 1})  # what is loaded once is not measured
    start = time.perf_counter()
    answer = WAYS[name](wishes, rankings, seats)
    seconds = time.perf_counter() - start
    text = "\n".join(f"{one}:{answer.get(one, '')}" for one in sorted(wishes))
    digest = hashlib.sha256(text.encode()).hexdigest()
    print(json.dumps({"seconds": seconds, "placed": len(answer), "digest": digest}))


if __name__ == "__main__":
    # `matching` copies its players by recursion: no limit of the interpreter shall end it
    sys.setrecursionlimit(10**7)
    threading.stack_size(2**29)
    runner = threading.Thread(target=main)
    runner.start()
    runner.join()
