"""What changed between two versions of a plan, cell by cell. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from enrolment.plans.sheet import PlanSheet


@dataclass(frozen=True, slots=True)
class CellChange:
    """One number that differs. ``county`` empty: the programme's total. ``None``: it was (or is) not there."""

    programme: str
    name: str
    school: str
    county: str
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """Two versions compared: the numbers that differ, and which other parts do."""

    cells: tuple[CellChange, ...] = ()
    rules: bool = False
    limits: bool = False
    conditions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.rules or self.limits or self.conditions)

    @property
    def by_place(self) -> Mapping[tuple[str, str], CellChange]:
        """The changes by (programme, county)."""
        return {(one.programme, one.county): one for one in self.cells}


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How large a plan is."""

    schools: int
    programmes: int
    seats: int


def counts_of(sheet: PlanSheet) -> PlanCounts:
    """Schools, programmes and the sum of all cells."""
    return PlanCounts(len(sheet.schools), len(sheet.programmes), sum(one.seats for one in sheet.cells))


def difference(old: PlanSheet | None, new: PlanSheet) -> PlanDifference:
    """Every number of ``new`` that ``old`` says differently; without an old plan everything is new."""
    before, after = _numbers(old), _numbers(new)
    named = {one.code: one for sheet in (old, new) if sheet for one in sheet.programmes}
    cells = tuple(
        CellChange(
            programme=place[0],
            name=named[place[0]].name,
            school=named[place[0]].school,
            county=place[1],
            old=before.get(place),
            new=after.get(place),
        )
        for place in sorted({*before, *after})
        if before.get(place) != after.get(place)
    )
    if old is None:
        return PlanDifference(cells)
    return PlanDifference(
        cells,
        rules=(old.rules, old.counties, old.bases) != (new.rules, new.counties, new.bases),
        limits=(old.limits, old.reserved) != (new.limits, new.reserved),
        conditions=_conditions(old, new),
    )


def _numbers(sheet: PlanSheet | None) -> dict[tuple[str, str], int]:
    if sheet is None:
        return {}
    totals = {(one.code, ""): one.capacity for one in sheet.programmes}
    return totals | {(one.programme, one.county): one.seats for one in sheet.cells}


def _conditions(old: PlanSheet, new: PlanSheet) -> tuple[str, ...]:
    """Programmes in both versions whose conditions, guarantees, lines or shares differ, though no seats need to."""
    before, after = _terms(old), _terms(new)
    return tuple(sorted(code for code in before.keys() & after.keys() if before[code] != after[code]))


def _terms(sheet: PlanSheet) -> dict[str, object]:
    cells: dict[str, list[object]] = {}
    for cell in sheet.cells:
        cells.setdefault(cell.programme, []).append((cell.county, cell.floor, cell.line, cell.share))
    return {
        one.code: (
            (one.min_open, one.local_enrolled, one.sexes, one.legal_basis, one.excludes, one.requires, one.advice),
            cells.get(one.code, []),
        )
        for one in sheet.programmes
    }
