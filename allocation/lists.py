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

    Each place keeps its worst holder on top of a heap, so that the whole is linear in the lists but for the
    logarithm of the seats.
    """
    held: dict[Place, list[tuple[int, Person]]] = {place: [] for place in rankings}
    desks = {
        place: (dict(zip(row, range(0, -len(row), -1), strict=True)).get, held[place], seats[place])
        for place, row in rankings.items()
    }
    left: dict[Person, Iterator[Place]] = {}
    for first, listed in wishes.items():
        waiting: list[tuple[Person, Iterator[Place]]] = [(first, iter(listed))]
        while waiting:
            one, wanted = waiting.pop()
            for place in wanted:
                rank, row, most = desks[place]
                mine = rank(one)
                if mine is None:
                    continue
                if len(row) < most:
                    heappush(row, (mine, one))
                elif row and row[0][0] < mine:
                    gone = heapreplace(row, (mine, one))[1]
                    waiting.append((gone, left[gone]))
                else:
                    continue
                left[one] = wanted
                break
    got: dict[Person, Place | None] = dict.fromkeys(wishes)
    for place, row in held.items():
        got.update((one, place) for _, one in row)
    return got
