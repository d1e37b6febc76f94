"""Release by two persons: nothing shows before the minute, everything after it."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.db import db, housekeeping
from core.errors import Refused
from core.notices.models import Notice
from enrolment.results import operations
from enrolment.results.models import Publication, PublicationState
from enrolment.results.scope import visible_placements
from enrolment.rounds.models import Run
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import Stage, ready, solved


def proposed() -> tuple[Stage, Run, Publication]:
    stage = ready()
    run = solved(stage)
    release = clock.now() + dt.timedelta(hours=1)
    return stage, run, operations.propose(stage.actor, run_id=run.id, release_at=release)


def approved() -> tuple[Stage, Run, Publication]:
    stage, run, publication = proposed()
    operations.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    return stage, run, db.session.get_one(Publication, publication.id)


def own(stage: Stage, name: str) -> int:
    actor = actor_for(stage.applications[name].applicant.account_id)
    return len(db.session.scalars(visible_placements(actor)).all())


def test_nothing_is_visible_before_the_minute_and_everything_after(context: Flask) -> None:
    stage, _run, publication = approved()
    assert own(stage, "赵一") == own(stage, "孙三") == 0
    with clock.frozen(publication.release_at):
        assert own(stage, "赵一") == own(stage, "孙三") == 1
    notices = db.session.scalars(select(Notice).where(Notice.template == "results.released")).all()
    assert len(notices) == 8
    assert {one.visible_from for one in notices} == {publication.release_at}


def test_one_person_alone_cannot_release(context: Flask) -> None:
    stage, _run, publication = proposed()
    with pytest.raises(Refused):
        operations.approve(stage.actor, publication_id=publication.id, version=publication.version, typed=3)
    with pytest.raises(DatabaseError, match="two_persons"), housekeeping() as session:
        session.execute(text("UPDATE publication SET approved_by = proposed_by"))


def test_the_second_person_must_type_the_right_number(context: Flask) -> None:
    stage, _run, publication = proposed()
    with pytest.raises(Refused) as refused:
        operations.approve(stage.other, publication_id=publication.id, version=publication.version, typed=4)
    assert refused.value.field == "typed"
    assert db.session.get_one(Publication, publication.id).state is PublicationState.PROPOSED


def test_the_signature_binds_input_outcome_and_both_persons(context: Flask) -> None:
    _stage, _run, publication = approved()
    assert publication.signature == operations.signature_of(publication)
    publication.admitted += 1
    assert publication.signature != operations.signature_of(publication)
    db.session.rollback()


def test_a_release_can_be_cancelled_until_its_minute(context: Flask) -> None:
    stage, _run, publication = approved()
    with clock.frozen(publication.release_at), pytest.raises(Refused):
        operations.cancel(stage.actor, publication_id=publication.id, version=publication.version)
    operations.cancel(stage.actor, publication_id=publication.id, version=publication.version)
    with clock.frozen(publication.release_at + dt.timedelta(days=1)):
        assert own(stage, "赵一") == 0


def test_a_past_release_time_and_a_second_proposal_are_refused(context: Flask) -> None:
    stage, run, _publication = proposed()
    later = clock.now() + dt.timedelta(hours=1)
    with pytest.raises(Refused):
        operations.propose(stage.other, run_id=run.id, release_at=later)
    other = ready_run_with_past_release()
    assert other.field == "release_at"


def ready_run_with_past_release() -> Refused:
    run = db.session.scalars(select(Run)).one()
    publication = db.session.scalars(select(Publication)).one()
    actor = actor_for(publication.proposed_by)
    operations.cancel(actor, publication_id=publication.id, version=publication.version)
    with pytest.raises(Refused) as refused:
        operations.propose(actor, run_id=run.id, release_at=clock.now())
    return refused.value


def test_placements_are_never_changed(context: Flask) -> None:
    approved()
    with pytest.raises(DatabaseError, match="append-only"), housekeeping() as session:
        session.execute(text("UPDATE placement SET rank = 1"))
