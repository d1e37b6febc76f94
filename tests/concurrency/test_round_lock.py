"""A family files while the round is being locked: the change is in time and frozen with the rest, or refused."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import event, select

from core import clock
from core.audit import record
from core.audit.operations import House
from core.db import db, lock_row, transaction
from core.errors import Refused
from enrolment.applications import choosing, confirming
from enrolment.applications.models import Application, ApplicationVersion, Choice
from enrolment.applications.records import newest_version
from enrolment.cycles.models import Round, RoundState
from tests.concurrency.race import race
from tests.enrolment.applications.scene import Scene, scene
from tests.figures import Figure

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 10
TURNS = 8


@dataclass(frozen=True, slots=True)
class Filing:
    """One family's next step, with all it needs read before the race begins."""

    round_id: uuid.UUID
    application_id: uuid.UUID
    step: Callable[[], object]


def adding(at: Scene) -> Filing:
    """A second choice is put on the list."""
    application = at.ready(at.near)
    actor, version, moment = at.pupil, newest_version(application).version, clock.now()
    application_id, wanted = application.id, at.far.id
    return Filing(
        at.in_round.id,
        application_id,
        lambda: choosing.add_choice(
            actor, application_id=application_id, programme_id=wanted, version=version, at=moment
        ),
    )


def withdrawing(at: Scene) -> Filing:
    """The guardian takes the consents back, and the application with them."""
    application = at.submitted()
    actor, applicant_id, moment = at.guardian, at.child.id, clock.now()
    return Filing(
        at.in_round.id,
        application.id,
        lambda: confirming.withdraw_consents(actor, applicant_id=applicant_id, at=moment),
    )


def lock_round(round_id: uuid.UUID) -> int:
    """Lock the round as the operation does; the number of choices in it at the moment of the lock."""
    with transaction():
        row = lock_row(Round, round_id)
        row.state, row.locked_at = RoundState.LOCKED, clock.now()
        record(House(), "probe.lock", row)
        return choices_of(round_id)


def choices_of(round_id: uuid.UUID) -> int:
    query = (
        select(Choice.id)
        .join(ApplicationVersion, ApplicationVersion.id == Choice.version_id)
        .join(Application, Application.id == ApplicationVersion.application_id)
        .where(Application.round_id == round_id)
    )
    return len(db.session.scalars(query).all())


@pytest.mark.parametrize("made", [adding, withdrawing])
def test_the_lock_waits_for_a_family_that_is_writing(context: Flask, made: Callable[[Scene], Filing]) -> None:
    """The filing stops just before its commit; the lock that is asked for meanwhile comes after it."""
    filing = made(scene())
    db.session.rollback()
    writing, done = threading.Event(), []

    def file() -> None:
        def hold(_session: object) -> None:
            done.append("filed")
            writing.set()
            locking.wait(0.3)

        session = db.session()
        event.listen(session, "before_commit", hold)
        filing.step()
        event.remove(session, "before_commit", hold)

    locking = threading.Event()

    def lock() -> int:
        assert writing.wait(PATIENCE_SECONDS)
        locked = lock_round(filing.round_id)
        done.append("locked")
        locking.set()
        return locked

    outcomes = race(context, [file, lock])
    db.session.rollback()
    assert outcomes == [None, choices_of(filing.round_id)]
    assert done == ["filed", "locked"]


def test_who_comes_after_the_lock_is_refused(context: Flask) -> None:
    filing = adding(scene())
    db.session.rollback()
    locked, tried = threading.Event(), threading.Event()

    def lock() -> None:
        with transaction():
            row = lock_row(Round, filing.round_id)
            row.state, row.locked_at = RoundState.LOCKED, clock.now()
            record(House(), "probe.lock", row)
            db.session.flush()
            locked.set()
            tried.wait(0.3)

    def file() -> None:
        assert locked.wait(PATIENCE_SECONDS)
        filing.step()
        tried.set()

    outcomes = race(context, [lock, file])
    db.session.rollback()
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Refused), outcomes
    assert choices_of(filing.round_id) == 1


def test_no_choice_slips_in_after_the_lock(context: Flask, figure: Figure) -> None:
    """Both at the same moment, several times: what the lock saw is what stays."""
    refused = 0
    for turn in range(TURNS):
        filing = adding(scene())
        round_id = filing.round_id
        db.session.rollback()
        outcomes = race(context, [filing.step, lambda round_id=round_id: lock_round(round_id)])
        db.session.rollback()
        assert outcomes[1] == choices_of(round_id), outcomes
        refused += isinstance(outcomes[0], Refused)
        assert isinstance(outcomes[0], Refused | ApplicationVersion), outcomes
        close_year(round_id, 1900 + turn)
    figure(
        f"proof 39: {TURNS} times a choice against the lock of its round on {db.engine.dialect.name}: "
        f"{TURNS - refused} in time, {refused} refused, 0 slipped in"
    )


def close_year(round_id: uuid.UUID, year: int) -> None:
    """Move the year aside, so that the next turn opens its own."""
    with transaction():
        row = db.session.get_one(Round, round_id)
        row.cycle.year = year
        record(House(), "probe.close", row)
