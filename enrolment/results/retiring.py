"""Ending what a stored run stands for: its seats go back, its record stays."""

from sqlalchemy import select

from core.db import require_transaction
from enrolment.plans.ledger import give_back
from enrolment.plans.models import SeatKind
from enrolment.results.models import Placement
from enrolment.rounds.models import Run, RunState


def retire(run: Run) -> None:
    """Inside a transaction: a stored, unreleased run is superseded and every seat it took goes back."""
    session = require_transaction()
    for placement in session.scalars(select(Placement).where(Placement.run_id == run.id)):
        if placement.cell_id is not None:
            give_back(cell_id=placement.cell_id, subject_id=placement.id, kind=SeatKind.RETURNED)
    run.state = RunState.SUPERSEDED
    session.flush()
