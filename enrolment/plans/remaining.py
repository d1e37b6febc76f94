"""The plan of a supplementary round: what is left of the year's plan once every held place is taken off. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from enrolment.plans.sheet import CellRow, LimitRow, PlanSheet, ProgrammeRow, ReservedRow


@dataclass(frozen=True, slots=True)
class Held:
    """One place somebody holds: what each limit of the plan counts by."""

    programme: str
    county: str
    sex: str
    boards: bool
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """What differs from the year's plan: title, lottery seed, and each county's control line (None: waived)."""

    title: str
    seed: str
    lines: Mapping[str, Decimal | None]


def remaining_sheet(
    plan: PlanSheet, free: Mapping[tuple[str, str], int], held: Sequence[Held], opening: Opening
) -> PlanSheet:
    """The year's plan with exactly the free seats as cells; totals, floors, shares and limits less what is held.

    A programme without a free seat anywhere is left out. Pupils already placed count towards a class that has
    to reach a size to open.
    """
    kept = {code for (code, _county), seats in free.items() if seats > 0}
    by_cell = Counter((one.programme, one.county) for one in held)
    by_programme = Counter(one.programme for one in held)
    cells = tuple(
        _cell(cell, free.get((cell.programme, cell.county), 0), by_cell, opening)
        for cell in plan.cells
        if cell.programme in kept
    )
    return replace(
        plan,
        counties=tuple(replace(one, line=opening.lines.get(one.code, one.line)) for one in plan.counties),
        rules=replace(
            plan.rules,
            title=opening.title,
            seed=opening.seed,
            opening=_order(plan.rules.opening, kept),
            adjust_order=tuple(code for code in plan.rules.adjust_order if code in kept),
        ),
        programmes=tuple(_programme(one, by_programme) for one in plan.programmes if one.code in kept),
        cells=cells,
        limits=tuple(filter(None, (_limit(one, plan, held, kept) for one in plan.limits))),
        reserved=tuple(_reserved(one, held) for one in plan.reserved if one.programme in kept),
        notes=(),
    )


def _order(opening: str | tuple[str, ...], kept: Collection[str]) -> str | tuple[str, ...]:
    return opening if isinstance(opening, str) else tuple(code for code in opening if code in kept)


def _cell(cell: CellRow, seats: int, by_cell: Mapping[tuple[str, str], int], opening: Opening) -> CellRow:
    taken = by_cell.get((cell.programme, cell.county), 0)
    waived = cell.county in opening.lines and opening.lines[cell.county] is None
    return replace(
        cell,
        seats=seats,
        floor=min(seats, max(0, cell.floor - taken)),
        share=None if cell.share is None else max(0, cell.share - taken),
        line=None if waived else cell.line,
    )


def _programme(one: ProgrammeRow, by_programme: Mapping[str, int]) -> ProgrammeRow:
    taken = by_programme.get(one.code, 0)
    return replace(one, capacity=max(0, one.capacity - taken), local_enrolled=one.local_enrolled + taken)


def _limit(limit: LimitRow, plan: PlanSheet, held: Sequence[Held], kept: Collection[str]) -> LimitRow | None:
    """The limit less what it counts already; None once all programmes it names have gone."""
    named = tuple(code for code in limit.programmes if code in kept)
    if limit.programmes and not named:
        return None
    counted = Counter(one.county for one in held if _counts(limit, plan, one))
    return replace(
        limit,
        cap=max(0, limit.cap - counted.total()),
        programmes=named,
        shares={county: max(0, share - counted[county]) for county, share in limit.shares.items()},
    )


def _counts(limit: LimitRow, plan: PlanSheet, one: Held) -> bool:
    """Whether a limit counts a held place: the same reading as the instance gives it."""
    schools = {programme.code: programme.school for programme in plan.programmes}
    hosts = {school.code: school.county for school in plan.schools}
    school = schools[one.programme]
    boarders = limit.boarders or limit.kind == "beds"
    return (
        (not limit.schools or school in limit.schools)
        and (not limit.host or hosts[school] == limit.host)
        and (not limit.programmes or one.programme in limit.programmes)
        and (not limit.sources or one.county in limit.sources)
        and (not limit.sex or one.sex == limit.sex)
        and (not boarders or one.boards)
    )


def _reserved(row: ReservedRow, held: Sequence[Held]) -> ReservedRow:
    taken = sum(1 for one in held if one.programme == row.programme and row.tag in one.tags)
    return replace(row, seats=max(0, row.seats - taken))
