"""How much to build."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """How many pupils stand on the two years' lists, and how many of them file in which round.

    ``filed`` in the released round, ``late`` in the supplementary one (with those who got no place),
    ``filing`` in next year's, which is open; ``students`` entered in earlier years.
    """

    listed: int
    filed: int
    late: int
    listed_next: int
    filing: int
    students: int


SCALES: Final = {
    "full": Scale(listed=520, filed=310, late=30, listed_next=180, filing=80, students=620),
    "small": Scale(listed=44, filed=30, late=8, listed_next=22, filing=20, students=64),
}
