"""Rounds and runs as the bureaus' pages read them."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db, find
from core.errors import NotVisible
from enrolment.cycles.models import Cycle, Round
from enrolment.rounds.models import Run


def all_rounds() -> Sequence[Round]:
    """All rounds, the newest first. Rounds are joint: every bureau sees all of them."""
    query = (
        select(Round)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .options(joinedload(Round.cycle))
        .order_by(Cycle.year.desc(), Round.number.desc())
    )
    return db.session.scalars(query).all()


def get_round(round_id: uuid.UUID) -> Round:
    """The round, or NotVisible."""
    found = db.session.get(Round, round_id, options=[joinedload(Round.cycle)])
    if found is None:
        raise NotVisible
    return found


def runs_of(round_id: uuid.UUID) -> Sequence[Run]:
    """The runs of a round with snapshot and job, the newest first."""
    query = (
        select(Run)
        .where(Run.round_id == round_id)
        .options(joinedload(Run.snapshot), joinedload(Run.job))
        .order_by(Run.requested_at.desc())
    )
    return db.session.scalars(query).all()


def get_run(run_id: uuid.UUID) -> Run:
    """The run, or NotVisible."""
    return find(Run, run_id)


def run_before(run: Run) -> Run | None:
    """The newest run of the same round with an outcome that was asked for before this one."""
    query = (
        select(Run)
        .where(Run.round_id == run.round_id, Run.outcome.is_not(None), Run.requested_at < run.requested_at)
        .order_by(Run.requested_at.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()
