"""Pupils who do not come: calls, extensions within the province's leave, and the places handed back."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import Role
from core.db import db, housekeeping
from core.documents.models import DocumentState, IssuedDocument
from core.errors import Refused
from core.notices.models import Notice
from enrolment.applications.status import Outcome
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.missing import hand_back, longest_extension, mark_missing, overdue_placements
from enrolment.confirmations.models import ArrivalMethod, CallResult, NoShow
from enrolment.confirmations.operations import arrive
from enrolment.confirmations.outcomes import outcome_of
from enrolment.plans.ledger import free
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.scene import Released, released
from tests.factories import account, school, sign_in


def accepted() -> Released:
    """Three have accepted; 李四 arrives."""
    scene = released()
    with clock.frozen(scene.at):
        for name in ("赵一", "钱二", "李四"):
            scene.accept(name)
        letter = letter_of(scene.place("李四").id)
        assert letter is not None
        arrive(actor_for(scene.desk()), raw=letter.number, method=ArrivalMethod.NUMBER)
    return scene


def test_overdue_places_go_back_once_and_the_letter_with_them(context: Flask) -> None:
    scene = accepted()
    desk = actor_for(scene.desk())
    with clock.frozen(scene.after_arrivals - dt.timedelta(days=1)), pytest.raises(Refused):
        hand_back(desk, expected=2)
    with clock.frozen(scene.after_arrivals):
        with pytest.raises(Refused):
            hand_back(desk, expected=3)
        place = scene.place("赵一")
        letter = letter_of(place.id)
        assert letter is not None
        assert hand_back(desk, expected=2) == 2
        with pytest.raises(Refused):
            hand_back(desk, expected=2)
        assert place.cell_id is not None
        assert free(place.cell_id) == 1
        assert db.session.get_one(IssuedDocument, letter.id).state is DocumentState.REVOKED
        with pytest.raises(Refused):
            arrive(desk, raw=letter.number, method=ArrivalMethod.NUMBER)
        with context.test_request_context():
            found = outcome_of(scene.stage.applications["赵一"])
        assert found is not None
        assert found.outcome is Outcome.NO_SHOW
    told = db.session.scalars(select(Notice).where(Notice.template == "confirmations.no_show")).all()
    assert len(told) == 4


def test_an_extension_keeps_the_place_until_its_day(context: Flask) -> None:
    scene = accepted()
    desk = actor_for(scene.desk())
    with clock.frozen(scene.at):
        place = scene.place("赵一")
    until = scene.round.arrive_until + dt.timedelta(days=5)
    with clock.frozen(scene.after_arrivals):
        too_long = longest_extension(place) + dt.timedelta(days=1)
        for day in (None, scene.round.arrive_until, too_long):
            with pytest.raises(Refused) as refused:
                mark_missing(desk, placement=place, result=CallResult.LATER, extended_until=day)
            assert refused.value.field == "extended_until"
        mark_missing(desk, placement=place, result=CallResult.NO_ANSWER)
    with clock.frozen(scene.after_arrivals + dt.timedelta(hours=1)):
        mark_missing(desk, placement=place, result=CallResult.LATER, extended_until=until)
        assert hand_back(desk, expected=1) == 1
    with clock.frozen(clock.at_beijing(until, 23)):
        assert db.session.scalars(overdue_placements(desk)).all() == []
    with clock.frozen(clock.at_beijing(until + dt.timedelta(days=1), 1)):
        assert hand_back(desk, expected=1) == 1
        with pytest.raises(Refused):
            mark_missing(desk, placement=place, result=CallResult.COMING)


def test_the_database_keeps_arrival_and_no_show_apart(context: Flask) -> None:
    scene = accepted()
    with clock.frozen(scene.at):
        place, desk = scene.place("李四"), scene.desk()
        row = NoShow(placement_id=place.id, at=clock.now(), handed_back_by=desk.id)
        with pytest.raises(DatabaseError, match="has arrived"), housekeeping() as session:
            session.add(row)
        scene.decline("赵一")
    with pytest.raises(DatabaseError, match="not taken up again"), housekeeping() as session:
        session.execute(text("UPDATE confirmation SET state = 'accepted' WHERE state = 'declined'"))


def test_the_pages_of_the_school_and_nobody_elses(context: Flask, client: Browser) -> None:
    scene = accepted()
    with clock.frozen(scene.after_arrivals):
        place = scene.place("赵一")
        sign_in(client, scene.desk())
        page = client.get("/arrivals/missing").get_data(as_text=True)
        assert "赵一" in page
        assert "交回 2 个名额" in page
        own = client.get(f"/arrivals/missing/{place.id}").get_data(as_text=True)
        assert place.application.applicant.guardians[0].phone in own
        wrong = client.submit(f"/arrivals/missing/{place.id}", {"result": "later"})
        assert wrong.status_code == 422
        day = scene.round.arrive_until + dt.timedelta(days=3)
        answer = client.submit(
            f"/arrivals/missing/{place.id}",
            {"result": "later", "extended_until": day.isoformat(), "note": "发烧"},
        )
        assert answer.status_code == 303
        page = client.get("/arrivals/missing").get_data(as_text=True)
        assert day.isoformat() in page
        assert "发烧" in client.get(f"/arrivals/missing/{place.id}").get_data(as_text=True)
        back = client.submit("/arrivals/missing", {"expected": "1"}, to="/arrivals/missing/hand-back")
        assert back.status_code == 303
        assert "钱二" not in client.get("/arrivals/missing").get_data(as_text=True)
        sign_in(client, account(Role.SCHOOL_REGISTRAR, school().organisation))
        assert client.get(f"/arrivals/missing/{place.id}").status_code == 404
        assert "赵一" not in client.get("/arrivals/missing").get_data(as_text=True)
