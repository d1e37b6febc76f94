"""What families choose: some programmes are wanted by many, some by nearly nobody. Pure but for the facts."""

import random
from collections.abc import Collection, Mapping

from demo.content import ProgrammeFacts, programmes

_SEX = {"1": "M", "2": "F"}
_MOST = 3


def wishes(
    county: str,
    sex: str,
    tags: Collection[str],
    seats: Mapping[tuple[str, str], int],
    chance: random.Random,
) -> tuple[str, ...]:
    """One to three programme codes, best first, only such as the pupil may choose."""
    open_here = [one for one in programmes() if _may(one, county, sex, tags, seats)]
    wanted = min(len(open_here), chance.choices((1, 2, 3), (1, 2, 5))[0])
    chosen: list[str] = []
    while len(chosen) < wanted:
        left = [one for one in open_here if one.code not in chosen]
        weights = [one.popular**2 for one in left]
        chosen.append(chance.choices(left, weights)[0].code)
    return tuple(chosen[:_MOST])


def _may(
    one: ProgrammeFacts, county: str, sex: str, tags: Collection[str], seats: Mapping[tuple[str, str], int]
) -> bool:
    offered = seats.get((one.code, county), 0) > 0
    fits = not one.sexes or _SEX[sex] in one.sexes
    return offered and fits and set(one.requires) <= set(tags) and not set(one.excludes) & set(tags)
