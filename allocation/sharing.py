"""Which limits cannot bind, and which would set one county against another without a published rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from allocation.faults import Fault
from allocation.instance import Instance
from allocation.limits import NamedLimit
from allocation.wishes import Hold, Wish

Demand = dict[str, int]
"""How many applicants of each county could count to something."""


def _demand(
    instance: Instance, limits: int, rows: Sequence[Iterable[Wish]]
) -> tuple[list[Demand], dict[tuple[int, str], int]]:
    """Applicants who could count to each limit by county, and to each programme and county."""
    by_limit: list[Demand] = [defaultdict(int) for _ in range(limits)]
    by_programme: dict[tuple[int, str], int] = defaultdict(int)
    for applicant, row in zip(instance.applicants, rows, strict=True):
        touched: set[int] = set()
        for wish in row:
            touched.update(wish.counts)
            by_programme[wish.programme, applicant.county] += 1
        for one in touched:
            by_limit[one][applicant.county] += 1
    return by_limit, by_programme


class _Bounds:
    """Upper bounds on what one county alone can put into a limit."""

    def __init__(self, instance: Instance, limits: Sequence[NamedLimit], people: dict[tuple[int, str], int]):
        self.programmes = [one.id for one in instance.programmes]
        self.people = people
        self.own = [
            limit for limit in limits if limit.county is not None and limit.sex is None and not limit.boarders
        ]
        self.cells: dict[tuple[str, str], int] = {}
        for limit in self.own:
            if limit.programmes is not None and len(limit.programmes) == 1:
                key = (next(iter(limit.programmes)), limit.county or "")
                self.cells[key] = min(limit.cap, self.cells.get(key, limit.cap))

    def most(self, limit: NamedLimit, county: str, demand: int) -> int:
        """The most applicants of the county that can ever count to the limit."""
        inside = [
            (at, name)
            for at, name in enumerate(self.programmes)
            if limit.programmes is None or name in limit.programmes
        ]
        by_cells = 0
        for at, name in inside:
            wanting = self.people.get((at, county), 0)
            by_cells += min(wanting, self.cells.get((name, county), wanting))
        wider = [
            one.cap
            for one in self.own
            if one.county == county and (one.programmes is None or {name for _, name in inside} <= one.programmes)
        ]
        return min([demand, by_cells, *wider])


def unsettled(limit: NamedLimit, counties: Iterable[str]) -> Fault:
    """The fault of a limit that two counties could fill together."""
    return Fault(
        limit.name,
        str(limit.cap),
        f"{'、'.join(sorted(counties))} 可能争用同一名额,而两地分数不可比"
        " / these counties could fill it together and their scores are not compared",
        "给出各县份额 shares,或改用 across / state county shares or another rules.across",
    )


def idle_limits(
    instance: Instance,
    limits: Sequence[NamedLimit],
    holds: Sequence[Hold],
    wishes: Sequence[tuple[Wish, ...]],
    adjust: Sequence[tuple[Wish, ...]],
) -> tuple[frozenset[int], dict[NamedLimit, Demand]]:
    """The limits no engine needs to look at, because they cannot bind, and the contested ones.

    Where the scores of counties are not compared, a limit is contested unless it is out of reach of
    their cells and shares taken together; the demand tells which counties could fill it.
    """
    apart = instance.rules.across in ("own_county", "optimised_shares")
    rows = [(*listed, *more) for listed, more in zip(wishes, adjust, strict=True)]
    demand, people = _demand(instance, len(limits), rows)
    bounds = _Bounds(instance, limits, people)
    names = [one.id for one in instance.programmes]
    kept = {names[hold.programme]: 0 for hold in holds}
    for hold in holds:
        kept[names[hold.programme]] += 0 if hold.release else hold.seats
    idle: set[int] = set()
    contested: dict[NamedLimit, Demand] = {}
    ranked = {one.id for one in instance.programmes if one.ranking is not None}
    for at, limit in enumerate(limits):
        held = _held(limit, kept)
        if held is None and sum(demand[at].values()) <= limit.cap:
            idle.add(at)
        elif limit.programmes is not None and limit.programmes <= ranked:
            continue  # the programme's own order spans the counties
        elif apart and len(demand[at]) > 1:
            most = sum(bounds.most(limit, county, count) for county, count in demand[at].items())
            if most + (held or 0) <= limit.cap:
                idle.add(at)
            else:
                contested[limit] = demand[at]
    return frozenset(idle), contested


def _held(limit: NamedLimit, kept: dict[str, int]) -> int | None:
    """Places kept from others for good inside a programme total; ``None`` if it has no guarantees."""
    if limit.kind != "cap" or limit.programmes is None:
        return None
    return kept.get(next(iter(limit.programmes)))
