"""What the scenario pages show: the list, the numbers with their differences, how the last trial went."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.access import Actor
from core.db import db
from enrolment.cycles.models import Round
from enrolment.cycles.words import county_text
from enrolment.plans.differences import PlanDifference, difference
from enrolment.plans.sheet import PlanSheet
from enrolment.plans.storage import sheet_of
from enrolment.rounds.scenario_models import Scenario, Trial, TrialState
from enrolment.rounds.scenario_scope import visible_scenarios
from enrolment.rounds.scenario_sheet import load, seat_name


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """One scenario in the list: how many numbers differ from its plan, and its newest trial."""

    scenario: Scenario
    changes: int
    rules: bool
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class NumberCell:
    """One number of the grid: its input, its value, what the plan says; None where there is no cell."""

    name: str
    value: int
    base: int | None

    @property
    def differs(self) -> bool:
        return self.base != self.value


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One programme of a scenario."""

    code: str
    name: str
    school: str
    cells: tuple[NumberCell | None, ...]
    capacity: NumberCell
    min_open: NumberCell

    @property
    def total(self) -> int:
        return sum(cell.value for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class NumberGrid:
    """All numbers of a scenario: programmes down, counties across, and the caps of its limits."""

    counties: tuple[tuple[str, str], ...]
    rows: tuple[NumberRow, ...]
    caps: tuple[tuple[str, NumberCell], ...]

    @property
    def sums(self) -> tuple[int, ...]:
        places = range(len(self.counties))
        return tuple(sum(cell.value for row in self.rows if (cell := row.cells[at])) for at in places)

    @property
    def total(self) -> int:
        return sum(self.sums)


def lines_of(actor: Actor, in_round: Round) -> Sequence[ScenarioLine]:
    """The scenarios of a round, the oldest (the base) first."""
    query = (
        visible_scenarios(actor)
        .where(Scenario.round_id == in_round.id)
        .options(selectinload(Scenario.trials), joinedload(Scenario.based_on))
        .order_by(Scenario.created_at, Scenario.id)
    )
    return [_line(one) for one in db.session.scalars(query)]


def _line(scenario: Scenario) -> ScenarioLine:
    found = changes_of(scenario)
    return ScenarioLine(
        scenario,
        len(found.cells),
        found.rules or found.limits or bool(found.conditions),
        scenario.trials[0] if scenario.trials else None,
    )


def changes_of(scenario: Scenario) -> PlanDifference:
    """What a scenario says differently than the plan it was made from."""
    return difference(sheet_of(scenario.based_on), load(scenario.sheet))


def sound_trials(scenarios: Sequence[Scenario]) -> dict[object, Trial]:
    """The newest sound trial of each scenario that has one, by scenario id."""
    ids = [one.id for one in scenarios]
    query = (
        select(Trial)
        .where(Trial.scenario_id.in_(ids), Trial.state == TrialState.SOUND)
        .options(joinedload(Trial.scenario))
        .order_by(Trial.requested_at)
    )
    return {trial.scenario_id: trial for trial in db.session.scalars(query)}


def grid_of(sheet: PlanSheet, base: PlanSheet) -> NumberGrid:
    """The numbers of a sheet beside those of the plan it came from."""
    counties = tuple((one.code, county_text(one.code)) for one in sheet.counties)
    schools = {one.code: one.name for one in sheet.schools}
    cells = {(one.programme, one.county): one for one in sheet.cells}
    seats = {(one.programme, one.county): one.seats for one in base.cells}
    known = {one.code: one for one in base.programmes}
    caps = {(one.kind, one.name): one.cap for one in base.limits}
    rows = tuple(
        NumberRow(
            code=row.code,
            name=row.name,
            school=schools[row.school],
            cells=tuple(
                NumberCell(seat_name(cell), cell.seats, seats.get((row.code, county)))
                if (cell := cells.get((row.code, county)))
                else None
                for county, _name in counties
            ),
            capacity=NumberCell(f"capacity-{row.code}", row.capacity, known[row.code].capacity),
            min_open=NumberCell(f"open-{row.code}", row.min_open, known[row.code].min_open),
        )
        for row in sorted(sheet.programmes, key=lambda one: (one.school, one.code))
    )
    limits = tuple(
        (one.name, NumberCell(f"cap-{place}", one.cap, caps.get((one.kind, one.name))))
        for place, one in enumerate(sheet.limits)
    )
    return NumberGrid(counties, rows, limits)
