"""The plan as a grid: programmes down, counties across, totals both ways, each number beside the earlier one."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.words import Words
from enrolment.cycles.words import county_text
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.plans.names import programme_words, school_words

Before = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class GridCell:
    """One number. ``before``, ``last_year``: what the version before and last year's plan said (None: not there)."""

    id: uuid.UUID
    county: str
    seats: int
    floor: int
    before: int | None
    last_year: int | None
    editable: bool

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"seats-{self.id}"


@dataclass(frozen=True, slots=True)
class GridRow:
    """One programme: its total, its cells in the order of the counties, and their sum."""

    code: str
    name: Words
    school: Words
    capacity: int
    capacity_before: int | None
    cells: tuple[GridCell | None, ...]

    @property
    def total(self) -> int:
        return sum(cell.seats for cell in self.cells if cell)

    @property
    def above(self) -> int:
        """By how much the cells together exceed the total (they share it; no fault)."""
        return max(0, self.total - self.capacity)


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole grid. ``counties`` are (code, name) across; ``sums`` the columns' totals."""

    counties: tuple[tuple[str, str], ...]
    rows: tuple[GridRow, ...]
    compared: bool
    compared_to_last_year: bool = False
    graduates: Mapping[str, int] = field(default_factory=dict)

    def above(self, place: int) -> int:
        """By how much the plan for the county in this column exceeds its graduates; 0 while they are not stated."""
        stated = self.graduates.get(self.counties[place][0])
        return 0 if stated is None else max(0, self.sums[place] - stated)

    @property
    def sums(self) -> tuple[int, ...]:
        columns = range(len(self.counties))
        return tuple(sum(cell.seats for row in self.rows if (cell := row.cells[at])) for at in columns)

    @property
    def total(self) -> int:
        return sum(self.sums)

    @property
    def capacity(self) -> int:
        return sum(row.capacity for row in self.rows)

    @property
    def editable(self) -> bool:
        return any(cell.editable for row in self.rows for cell in row.cells if cell)


def grid_of(
    plan: Plan,
    *,
    before: Plan | None = None,
    last_year: Plan | None = None,
    hosts: frozenset[str] = frozenset(),
    graduates: Mapping[str, int] | None = None,
) -> Grid:
    """The grid of a version. Cells of programmes hosted by one of ``hosts`` can be changed."""
    counties = tuple((code, county_text(code)) for code in (str(body["code"]) for body in plan.rules["counties"]))
    schools = {str(body["code"]): body for body in plan.rules["schools"]}
    earlier, year_before = _numbers(before), _numbers(last_year)
    rows = tuple(
        _row(row, counties, schools, (earlier, year_before), hosts)
        for row in sorted(plan.programmes, key=lambda one: (one.stated["school"], one.position))
    )
    return Grid(
        counties,
        rows,
        compared=before is not None,
        compared_to_last_year=last_year is not None,
        graduates=graduates or {},
    )


def _row(
    row: PlanProgramme,
    counties: tuple[tuple[str, str], ...],
    schools: Mapping[str, Mapping[str, str]],
    known: tuple[Before, Before],
    hosts: frozenset[str],
) -> GridRow:
    code = row.programme.code
    host = schools[row.stated["school"]]
    found = {cell.county: cell for cell in row.cells}
    earlier, year_before = known
    return GridRow(
        code=code,
        name=programme_words(row),
        school=school_words(row, host["name"]),
        capacity=row.capacity,
        capacity_before=earlier.get((code, "")),
        cells=tuple(
            GridCell(
                id=cell.id,
                county=county,
                seats=cell.seats,
                floor=cell.floor,
                before=earlier.get((code, county)),
                last_year=year_before.get((code, county)),
                editable=host["county"] in hosts,
            )
            if (cell := found.get(county))
            else None
            for county, _name in counties
        ),
    )


def _numbers(plan: Plan | None) -> dict[tuple[str, str], int]:
    if plan is None:
        return {}
    cells = {(row.programme.code, cell.county): cell.seats for row in plan.programmes for cell in row.cells}
    return cells | {(row.programme.code, ""): row.capacity for row in plan.programmes}
