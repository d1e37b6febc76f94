"""Solutions side by side: figures with differences, and whose result changes. Pure.

A solution is what a stored run and a trial of a scenario have in common: a sheet, an instance, an outcome.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from enrolment.plans.sheet import PlanSheet

Turn = Literal["gained", "lost", "better", "worse", "adjusted"]


@dataclass(frozen=True, slots=True)
class Solution:
    """A solved round. ``choices`` and ``county`` by applicant number; ``assignment`` to programme codes."""

    title: str
    sheet: PlanSheet
    county: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    assignment: Mapping[str, str | None]
    adjusted: frozenset[str]
    returned: frozenset[str]
    closed: tuple[str, ...]
    proven: bool
    shortfall: int

    def rank(self, applicant: str) -> int | None:
        """The choice that was granted; list length + 1 for an adjusted place, None without one."""
        code = self.assignment.get(applicant)
        if code is None:
            return None
        listed = self.choices[applicant]
        return len(listed) + 1 if applicant in self.adjusted else [*listed].index(code) + 1

    @property
    def placed(self) -> Mapping[str, str]:
        """Who holds a place, and where."""
        return {who: code for who, code in self.assignment.items() if code is not None}


def solution(title: str, sheet: PlanSheet, instance: str, outcome: str) -> Solution:
    """A solution from the stored texts; people taken elsewhere are left out."""
    given, told = json.loads(instance), json.loads(outcome)
    taken = set(given["taken"])
    people = [one for one in given["applicants"] if one["id"] not in taken]
    return Solution(
        title=title,
        sheet=sheet,
        county={one["id"]: one["county"] for one in people},
        choices={one["id"]: one["choices"] for one in people},
        assignment={one["id"]: told["assignment"][one["id"]] for one in people},
        adjusted=frozenset(row["applicant"] for row in told["adjusted"]),
        returned=frozenset(row["applicant"] for row in told["returned"]),
        closed=tuple(row["programme"] for row in told["closed"]),
        proven=told["proven"],
        shortfall=told["yardsticks"]["shortfall"],
    )


@dataclass(frozen=True, slots=True)
class CountyRate:
    """How many pupils of a county hold a place."""

    county: str
    placed: int
    applicants: int

    @property
    def rate(self) -> float:
        return self.placed / self.applicants if self.applicants else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a solution. ``by_rank`` from the first choice on; ``unfilled`` places of open classes."""

    applicants: int
    placed: int
    by_rank: tuple[int, ...]
    adjusted: int
    returned: int
    rank_sum: int
    unfilled: int
    away: int
    closed: tuple[str, ...]
    shortfall: int
    proven: bool
    rates: tuple[CountyRate, ...]

    @property
    def unplaced(self) -> int:
        return self.applicants - self.placed

    @property
    def rate(self) -> float:
        return self.placed / self.applicants if self.applicants else 0.0


def figures_of(one: Solution) -> Figures:
    """All figures of a solution."""
    placed = one.placed
    ranks = Counter(rank for who in placed if who not in one.adjusted and (rank := one.rank(who)) is not None)
    longest = max((len(listed) for listed in one.choices.values()), default=0)
    applicants, holders = Counter(one.county.values()), Counter(one.county[who] for who in placed)
    hosts = {school.code: school.county for school in one.sheet.schools}
    home = {programme.code: hosts[programme.school] for programme in one.sheet.programmes}
    return Figures(
        applicants=len(one.county),
        placed=len(placed),
        by_rank=tuple(ranks[rank] for rank in range(1, longest + 1)),
        adjusted=len(one.adjusted & placed.keys()),
        returned=len(one.returned),
        rank_sum=sum(one.rank(who) or 0 for who in placed),
        unfilled=_unfilled(one),
        away=sum(home[code] != one.county[who] for who, code in placed.items()),
        closed=one.closed,
        shortfall=one.shortfall,
        proven=one.proven,
        rates=tuple(CountyRate(row.code, holders[row.code], applicants[row.code]) for row in one.sheet.counties),
    )


def _unfilled(one: Solution) -> int:
    """Places of open programmes that nobody holds: the total, or the sum of the cells where that is less."""
    held = Counter(one.placed.values())
    cells: Counter[str] = Counter()
    for cell in one.sheet.cells:
        cells[cell.programme] += cell.seats
    return sum(
        max(0, min(row.capacity, cells[row.code]) - held[row.code])
        for row in one.sheet.programmes
        if row.code not in one.closed
    )


def fill_of(one: Solution) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Placed and planned by (school code, county); pairs without a place are left out."""
    school = {row.code: row.school for row in one.sheet.programmes}
    held: Counter[tuple[str, str]] = Counter((school[code], one.county[who]) for who, code in one.placed.items())
    planned: Counter[tuple[str, str]] = Counter()
    for cell in one.sheet.cells:
        planned[school[cell.programme], cell.county] += cell.seats
    return {pair: (held[pair], seats) for pair, seats in planned.items() if seats}


def flows_of(one: Solution) -> Mapping[tuple[str, str], int]:
    """How many pupils go from a county to a school, by (county, school code)."""
    school = {row.code: row.school for row in one.sheet.programmes}
    return Counter((one.county[who], school[code]) for who, code in one.placed.items())


@dataclass(frozen=True, slots=True)
class Move:
    """One pupil whose result differs between two solutions."""

    applicant: str
    county: str
    before: str | None
    after: str | None
    rank_before: int | None
    rank_after: int | None

    @property
    def turn(self) -> Turn:
        """What the second solution means for the pupil, by their own list."""
        if self.rank_before is None:
            return "gained"
        if self.rank_after is None:
            return "lost"
        if self.rank_before == self.rank_after:
            return "adjusted"
        return "better" if self.rank_after < self.rank_before else "worse"


def moves(base: Solution, other: Solution) -> tuple[Move, ...]:
    """Whose result differs, in the order of county and number; who is in one solution only counts as unplaced."""
    everybody = {**other.county, **base.county}
    found = (
        Move(
            applicant=who,
            county=county,
            before=base.assignment.get(who),
            after=other.assignment.get(who),
            rank_before=base.rank(who),
            rank_after=other.rank(who),
        )
        for who, county in everybody.items()
        if base.assignment.get(who) != other.assignment.get(who)
    )
    return tuple(sorted(found, key=lambda one: (one.county, one.applicant)))
