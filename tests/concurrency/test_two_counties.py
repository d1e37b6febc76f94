"""One person submits in two counties at the same moment: the case is found, once."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.access import OrganisationKind
from core.db import db, housekeeping
from enrolment.applications import confirming
from enrolment.applications.clash_models import FilingClash
from enrolment.applications.consents import notice_for
from enrolment.applications.models import Applicant, ApplicantGuardian, Application, ConsentPurpose, VersionState
from enrolment.applications.records import newest_version
from enrolment.cycles.models import Cycle, Round
from registry.schools.models import Programme
from tests.concurrency.race import of_kind, race
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for, scene
from tests.factories import WJ, organisation
from tests.figures import Figure

pytestmark = pytest.mark.slow


def submit(application_id: uuid.UUID, guardian_id: uuid.UUID) -> uuid.UUID:
    """What the confirm page does, in its own session."""
    application = db.session.get_one(Application, application_id)
    guardian = db.session.get_one(ApplicantGuardian, guardian_id)
    now = clock.now()
    return confirming.confirm(
        actor_for(guardian.account_id),
        application_id=application.id,
        version=newest_version(application).version,
        purposes=set(ConsentPurpose),
        notice_version=notice_for(application.applicant.birth_date, clock.beijing_day(now)),
        at=now,
    ).id


def test_two_submissions_at_once_make_one_case(context: Flask, figure: Figure) -> None:
    tries = 5
    world = scene()
    organisation(OrganisationKind.COUNTY, WJ, "乙区教育局")
    year = db.session.get_one(Cycle, world.in_round.cycle_id)
    for _ in range(tries):
        here, mother = make.family(world.in_round)
        there = make.applicant(year, WJ, document_number=here.document_number)
        father = make.guardian(there)
        sent = [_sent(child, world.in_round, world.near) for child in (here, there)]
        pairs = list(zip(sent, (mother.id, father.id), strict=True))
        db.session.rollback()
        outcomes = race(context, [lambda pair=pair: submit(*pair) for pair in pairs])
        assert of_kind(outcomes, uuid.UUID) == 2, outcomes
        db.session.rollback()
        found = select(func.count()).where(FilingClash.one_id.in_(sent), FilingClash.other_id.in_(sent))
        assert db.session.scalar(found) == 1
    figure(f"two counties: {tries} pairs of submissions at once on {db.engine.dialect.name}, each one case")


def _sent(child: Applicant, in_round: Round, programme: Programme) -> uuid.UUID:
    """An application that waits for the guardian."""
    application = make.application(child, in_round, [programme])
    with housekeeping() as session:
        version = newest_version(session.get_one(Application, application.id))
        version.state, version.sent_at = VersionState.AWAITING_GUARDIAN, clock.now()
    return application.id
