"""Free seats of a round, cell by cell: what nobody took, gave up, left or had to return, and what was carried on."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from core.db import db
from enrolment.confirmations.models import Confirmation, ConfirmationState, NoShow
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell, SeatEntry, SeatKind
from enrolment.plans.states import PlanState
from enrolment.results.models import Placement
from enrolment.results.visibility import corrected_away, rounds_out
from enrolment.rounds.models import Run, RunState
from registry.schools.models import Programme, School

_Counts = tuple[int, int, int, int, int]
_NOTHING = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """One cell: its seats, what became of them, and how many the ledger says are free.

    ``unfilled`` is what no pupil was placed in by the run; ``refilled`` were taken after the release, from the
    waiting list or by a correction; ``carried`` went to a later round.
    """

    cell_id: uuid.UUID
    programme: Programme
    county: str
    seats: int
    placed: int
    declined: int
    no_show: int
    returned: int
    refilled: int
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
        return self.unfilled + gone_back - self.refilled + self.moved - self.carried


def vacancies(in_round: Round) -> tuple[Vacancy, ...]:
    """Every cell of the round's plan, in its order; empty before the release."""
    return vacancies_of([in_round.id])


def vacancies_of(round_ids: Collection[uuid.UUID]) -> tuple[Vacancy, ...]:
    """The cells of several rounds of a year, round by round. As many queries for any number of rounds and cells."""
    out = rounds_out(round_ids)
    if not out:
        return ()
    counts, ledger = _counts(out), _ledger(out)
    return tuple(_vacancy(cell, counts.get(cell.id, _NOTHING), ledger.get(cell.id, {})) for cell in _cells(out))


def _vacancy(cell: QuotaCell, counts: _Counts, entries: Mapping[SeatKind, int]) -> Vacancy:
    placed, declined, no_show, returned, refilled = counts
    return Vacancy(
        cell_id=cell.id,
        programme=cell.plan_programme.programme,
        county=cell.county,
        seats=cell.seats,
        placed=placed,
        declined=declined,
        no_show=no_show,
        returned=returned,
        refilled=refilled,
        moved=entries.get(SeatKind.MOVED, 0),
        carried=-entries.get(SeatKind.CARRIED, 0),
        free=cell.seats + sum(entries.values()),
    )


def _counts(round_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, _Counts]:
    """Placed by the run, declined, no-shows, returned and refilled of each cell that somebody was placed in."""
    kept = or_(Confirmation.state.is_(None), Confirmation.state != ConfirmationState.DECLINED)
    query = (
        select(
            Placement.cell_id,
            func.count().filter(Placement.corrects_id.is_(None)),
            func.count().filter(Confirmation.state == ConfirmationState.DECLINED),
            func.count(NoShow.id),
            func.count().filter(corrected_away(), kept, NoShow.id.is_(None)),
            func.count(Placement.corrects_id),
        )
        .join(Run, Run.id == Placement.run_id)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .outerjoin(NoShow, NoShow.placement_id == Placement.id)
        .where(Run.round_id.in_(round_ids), Run.state == RunState.STORED, Placement.cell_id.is_not(None))
        .group_by(Placement.cell_id)
    )
    return {
        cell: (placed, no, gone, back, more)
        for cell, placed, no, gone, back, more in db.session.execute(query)
        if cell
    }


def _ledger(round_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[SeatKind, int]]:
    """Σ of the ledger's lines by cell and kind."""
    query = (
        select(SeatEntry.cell_id, SeatEntry.kind, func.sum(SeatEntry.delta))
        .where(SeatEntry.cell_id.in_(_of_rounds(round_ids).with_only_columns(QuotaCell.id)))
        .group_by(SeatEntry.cell_id, SeatEntry.kind)
    )
    found: dict[uuid.UUID, dict[SeatKind, int]] = {}
    for cell_id, kind, total in db.session.execute(query):
        found.setdefault(cell_id, {})[kind] = int(total)
    return found


def _of_rounds(round_ids: Collection[uuid.UUID]) -> Select[QuotaCell]:
    return (
        select(QuotaCell)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .join(Plan, Plan.id == PlanProgramme.plan_id)
        .join(Round, Round.id == Plan.round_id)
        .where(Plan.round_id.in_(round_ids), Plan.state == PlanState.FROZEN)
    )


def _cells(round_ids: Collection[uuid.UUID]) -> Sequence[QuotaCell]:
    query = (
        _of_rounds(round_ids)
        .options(
            contains_eager(QuotaCell.plan_programme)
            .joinedload(PlanProgramme.programme)
            .options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).joinedload(School.organisation),
            )
        )
        .order_by(Round.number, PlanProgramme.position, QuotaCell.county)
    )
    return db.session.scalars(query).all()
