"""The guardian answers: confirms, sends back, agrees before anything is stored, takes consents back."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from enrolment.applications import confirming, operations
from enrolment.applications.consents import NOTICE, NOTICE_UNDER_14
from enrolment.applications.models import (
    ApplicationState,
    Consent,
    ConsentPurpose,
    VersionState,
)
from enrolment.applications.records import newest_version
from tests.enrolment.applications.scene import Scene, notices_of, scene


def test_the_guardian_sends_it_back_with_a_word(world: Scene) -> None:
    application = world.send(world.ready())
    waiting = newest_version(application)
    with pytest.raises(Refused) as refusal:
        confirming.send_back(
            world.guardian, application_id=application.id, version=waiting.version, comment="  ", at=clock.now()
        )
    assert refusal.value.field == "comment"
    confirming.send_back(
        world.guardian, application_id=application.id, version=waiting.version, comment="先看看学费", at=clock.now()
    )
    assert newest_version(application).state is VersionState.DRAFT
    assert newest_version(application).guardian_comment == "先看看学费"
    assert "applications.sent_back" in notices_of(world.child.account_id)


def test_the_pupil_cannot_confirm(world: Scene) -> None:
    application = world.send(world.ready())
    with pytest.raises(NotAllowed):
        confirming.confirm(
            world.pupil,
            application_id=application.id,
            version=newest_version(application).version,
            purposes=set(ConsentPurpose),
            notice_version=NOTICE,
            at=clock.now(),
        )


def test_each_box_has_to_be_ticked(world: Scene) -> None:
    application = world.send(world.ready())
    for ticked, missing in (
        (set(), ConsentPurpose.PERSONAL_DATA),
        ({ConsentPurpose.PERSONAL_DATA, ConsentPurpose.APPLICATION}, ConsentPurpose.SENSITIVE_DATA),
        ({ConsentPurpose.PERSONAL_DATA, ConsentPurpose.SENSITIVE_DATA}, ConsentPurpose.APPLICATION),
    ):
        with pytest.raises(Refused) as refusal:
            confirming.confirm(
                world.guardian,
                application_id=application.id,
                version=newest_version(application).version,
                purposes=ticked,
                notice_version=NOTICE,
                at=clock.now(),
            )
        assert refusal.value.field == missing.value
    assert db.session.scalars(select(Consent)).all() == []


def test_the_guardian_confirms_what_was_shown(world: Scene) -> None:
    application = world.send(world.ready())
    shown = newest_version(application).version
    operations.take_back(world.pupil, application_id=application.id, at=clock.now())
    world.send(application)
    with pytest.raises(Conflict):
        confirming.confirm(
            world.guardian,
            application_id=application.id,
            version=shown,
            purposes=set(ConsentPurpose),
            notice_version=NOTICE,
            at=clock.now(),
        )


class TestUnderFourteen:
    """13 years and 11 months on the day: the special notice, and nothing sensitive before it (X71)."""

    @pytest.fixture
    def child(self, context: Flask) -> Scene:
        today = clock.today()
        return scene(born=dt.date(today.year - 14, today.month, 1) + dt.timedelta(days=40))

    def test_papers_wait_for_the_guardian(self, child: Scene) -> None:
        application = child.ready()
        with pytest.raises(Refused) as refusal:
            child.send(application)
        assert "任务" in str(refusal.value.sentence)
        with pytest.raises(Refused):
            self.consent(child, NOTICE)
        self.consent(child, NOTICE_UNDER_14)
        child.confirm(child.send(application))
        assert application.state is ApplicationState.SUBMITTED
        assert {one.notice_version for one in db.session.scalars(select(Consent))} == {NOTICE_UNDER_14}

    def test_on_the_birthday_the_rule_changes_for_new_consents_only(self, child: Scene) -> None:
        self.consent(child, NOTICE_UNDER_14)
        birthday = child.child.birth_date.replace(year=child.child.birth_date.year + 14)
        with clock.frozen(clock.at_beijing(birthday, 9)):
            with pytest.raises(Refused):
                self.consent(child, NOTICE_UNDER_14)
            self.consent(child, NOTICE)

    @staticmethod
    def consent(child: Scene, notice: str) -> None:
        confirming.give_consents(
            child.guardian,
            applicant_id=child.child.id,
            purposes=set(ConsentPurpose),
            notice_version=notice,
            at=clock.now(),
        )


def test_taking_consents_back_takes_the_pupil_out(world: Scene) -> None:
    application = world.submitted()
    (left,) = confirming.withdraw_consents(world.guardian, applicant_id=world.child.id, at=clock.now())
    assert left.id == application.id
    assert application.state is ApplicationState.WITHDRAWN
    with pytest.raises(Refused):
        confirming.withdraw_consents(world.guardian, applicant_id=world.child.id, at=clock.now())
    with pytest.raises(NotAllowed):
        confirming.withdraw_consents(world.pupil, applicant_id=world.child.id, at=clock.now())
