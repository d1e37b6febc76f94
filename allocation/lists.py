"""Deferred acceptance over plain lists: who wants where, who is ranked how, and how many fit."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from heapq import heappush, heapreplace
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)


def accept(
    wishes: Mapping[Person, Sequence[Place]],
    rankings: Mapping[Place, Sequence[Person]],
    seats: Mapping[Place, int],
) -> dict[Person, Place | None]:
    """Applicant-proposing deferred acceptance; lists are best first, whoever a place does not rank is refused.

    Each place keeps the rank of its worst holder on top of a heap, so that the whole is linear in the lists but
    for the logarithm of the seats.
    """
    held: dict[Place, list[int]] = {place: [] for place in rankings}
    desks = {
        place: (dict(zip(row, range(0, -len(row), -1), strict=True)).get, held[place], seats[place], row)
        for place, row in rankings.items()
    }
    left: dict[Person, Iterator[Place]] = {}
    for first, listed in wishes.items():
        one: Person = first
        wanted: Iterator[Place] | None = iter(listed)
        while wanted is not None:
            left[one] = wanted
            for place in wanted:
                rank, heap, most, row = desks[place]
                mine = rank(one)
                if mine is None:
                    continue
                if len(heap) < most:
                    heappush(heap, mine)
                    wanted = None
                    break
                if heap and heap[0] < mine:
                    one = row[-heapreplace(heap, mine)]
                    wanted = left[one]
                    break
            else:
                wanted = None
    got: dict[Person, Place | None] = dict.fromkeys(wishes)
    for place, heap in held.items():
        row = rankings[place]
        got.update((row[-rank], place) for rank in heap)
    return got
