"""How held places and held beds grow with the calls of a pass, and fall where nobody is left to take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allocation.round import Bed, Round


@dataclass(slots=True)
class Keeping:
    """What every guarantee of a round holds back: ``held`` places of ``seats``, ``beds`` up to ``most`` beds."""

    round: Round
    seats: list[int] = field(init=False)
    held: list[int] = field(init=False)
    beds: dict[Bed, int] = field(init=False)
    most: dict[Bed, int] = field(init=False)

    def __post_init__(self) -> None:
        self.seats = [hold.seats for hold in self.round.holds]
        self.held = [0 if hold.release else hold.seats for hold in self.round.holds]
        self.beds = dict.fromkeys(self.round.beds, 0)
        self.most = {bed: self.seats[bed[0]] for bed in self.round.beds}

    def bedless(self, hold: int, limit: int) -> bool:
        """Whether the guarantee may still hold one more of these beds."""
        bed = hold, limit
        return bed in self.beds and self.beds[bed] < self.most[bed] and self._all(hold) < self.seats[hold]

    def _all(self, hold: int) -> int:
        return sum(count for (one, _), count in self.beds.items() if one == hold)

    def caller(self, holds: Sequence[int], limit: int) -> int | None:
        """The first of somebody's guarantees that lacks a seat, or a bed where one is asked for."""
        return next((one for one in holds if self.held[one] < self.seats[one] or self.bedless(one, limit)), None)

    def grow(
        self, inside: Sequence[int], slept: Mapping[Bed, int], calls: Mapping[int, int], sleepers: Mapping[Bed, int]
    ) -> bool:
        """Hold as much as members inside and members calling need; tells whether anything grew."""
        before = [*self.held], dict(self.beds)
        for one, count in calls.items():
            self.held[one] = max(self.held[one], min(self.seats[one], inside[one] + count))
        for bed in self.round.beds:
            if sleepers.get(bed):
                wanted = min(self.most[bed], slept[bed] + sleepers[bed])
                spare = self.seats[bed[0]] - self._all(bed[0])
                self.beds[bed] += max(0, min(wanted - self.beds[bed], spare))
        return before != (self.held, self.beds)

    def fall(self, inside: Sequence[int], slept: Mapping[Bed, int]) -> bool:
        """Release for good what stays empty; tells whether anything fell."""
        empty = [at for at, hold in enumerate(self.round.holds) if hold.release and inside[at] < self.held[at]]
        for at in empty:
            self.seats[at] = self.held[at] = inside[at]
        unslept = [bed for bed, count in self.beds.items() if slept[bed] < count]
        for bed in unslept:
            self.beds[bed] = self.most[bed] = slept[bed]
        return bool(empty or unslept)
