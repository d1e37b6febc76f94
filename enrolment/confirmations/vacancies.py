"""Free seats of a round, cell by cell: what nobody took, gave up, left or had to return, and what was carried on."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from core.db import db
from enrolment.confirmations.models import Confirmation, ConfirmationState, NoShow
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell, SeatEntry, SeatKind
from enrolment.plans.states import PlanState
from enrolment.results.models import Placement
from enrolment.results.visibility import corrected_away, publication_out
from enrolment.rounds.models import Run, RunState
from registry.schools.models import Programme, School


@dataclass(frozen=True, slots=True)
class Vacancy:
    """One cell: its seats, what became of them, and how many the ledger says are free.

    ``unfilled`` is what no pupil was placed in; ``carried`` went to a later round.
    """

    cell_id: uuid.UUID
    programme: Programme
    county: str
    seats: int
    placed: int
    declined: int
    no_show: int
    returned: int
    moved: int
    carried: int
    free: int

    @property
    def unfilled(self) -> int:
        return self.seats - self.placed

    @property
    def counted(self) -> int:
        """Free by counting what happened: always what the ledger says."""
        gone_back = self.declined + self.no_show + self.returned
        return self.unfilled + gone_back + self.moved - self.carried


def vacancies(in_round: Round) -> tuple[Vacancy, ...]:
    """Every cell of the round's plan, in its order; empty before the release. As many queries for any number."""
    if not publication_out(in_round.id):
        return ()
    run = select(Run.id).where(Run.round_id == in_round.id, Run.state == RunState.STORED).scalar_subquery()
    placed = select(Placement.cell_id, func.count()).where(Placement.run_id == run, Placement.cell_id.is_not(None))
    declined = placed.join(Confirmation, Confirmation.placement_id == Placement.id).where(
        Confirmation.state == ConfirmationState.DECLINED
    )
    no_show = placed.join(NoShow, NoShow.placement_id == Placement.id)
    returned = placed.where(corrected_away())
    counts = [_by_cell(one) for one in (placed, declined, no_show, returned)]
    ledger = _ledger(in_round.id)
    return tuple(_vacancy(cell, counts, ledger.get(cell.id, {})) for cell in _cells(in_round.id))


def _vacancy(cell: QuotaCell, counts: Sequence[Mapping[uuid.UUID, int]], entries: Mapping[SeatKind, int]) -> Vacancy:
    placed, declined, no_show, returned = (one.get(cell.id, 0) for one in counts)
    return Vacancy(
        cell_id=cell.id,
        programme=cell.plan_programme.programme,
        county=cell.county,
        seats=cell.seats,
        placed=placed,
        declined=declined,
        no_show=no_show,
        returned=returned,
        moved=entries.get(SeatKind.MOVED, 0),
        carried=-entries.get(SeatKind.CARRIED, 0),
        free=cell.seats + sum(entries.values()),
    )


def _by_cell(query: Select[uuid.UUID | None, int]) -> dict[uuid.UUID, int]:
    rows = db.session.execute(query.group_by(Placement.cell_id))
    return {cell_id: count for cell_id, count in rows if cell_id is not None}


def _ledger(round_id: uuid.UUID) -> dict[uuid.UUID, dict[SeatKind, int]]:
    """Σ of the ledger's lines by cell and kind."""
    query = (
        select(SeatEntry.cell_id, SeatEntry.kind, func.sum(SeatEntry.delta))
        .where(SeatEntry.cell_id.in_(_of_round(round_id).with_only_columns(QuotaCell.id)))
        .group_by(SeatEntry.cell_id, SeatEntry.kind)
    )
    found: dict[uuid.UUID, dict[SeatKind, int]] = {}
    for cell_id, kind, total in db.session.execute(query):
        found.setdefault(cell_id, {})[kind] = int(total)
    return found


def _of_round(round_id: uuid.UUID) -> Select[QuotaCell]:
    return (
        select(QuotaCell)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .join(Plan, Plan.id == PlanProgramme.plan_id)
        .where(Plan.round_id == round_id, Plan.state == PlanState.FROZEN)
    )


def _cells(round_id: uuid.UUID) -> Sequence[QuotaCell]:
    query = (
        _of_round(round_id)
        .options(
            contains_eager(QuotaCell.plan_programme)
            .joinedload(PlanProgramme.programme)
            .options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).joinedload(School.organisation),
            )
        )
        .order_by(PlanProgramme.position, QuotaCell.county)
    )
    return db.session.scalars(query).all()
