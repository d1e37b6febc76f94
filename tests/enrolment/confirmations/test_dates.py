"""A change of the dates after the results: what it moves is listed, and families with a place are told."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import Actor, Grant, Role
from core.db import db
from core.notices.models import Notice
from enrolment.cycles import operations
from enrolment.cycles.impact import RoundDates, round_impact_of
from enrolment.cycles.models import Round
from tests.enrolment.confirmations.scene import released
from tests.factories import account


def test_places_that_still_lead_to_an_arrival_are_told(context: Flask) -> None:
    found = released()
    in_round = db.session.get_one(Round, found.stage.round.id)
    after = RoundDates(in_round.confirm_until, in_round.arrive_from + dt.timedelta(1), in_round.arrive_until)
    assert not [one for one in round_impact_of(operations.round_change_of(in_round, after)) if one.count is not None]
    with clock.frozen(found.at):
        found.accept("赵一")
        found.decline("李四")
        lines = {line.what: line for line in round_impact_of(operations.round_change_of(in_round, after))}
        assert (lines["通知"].count, lines["已答复的录取"].count) == (2, 1)
        committee = Actor(account(Role.COMMITTEE).id, "committee", (Grant(Role.COMMITTEE),))
        operations.set_round_dates(
            committee,
            round_id=in_round.id,
            version=in_round.version,
            confirm_until=after.confirm_until,
            arrive_from=after.arrive_from,
            arrive_until=after.arrive_until,
        )
    told = db.session.scalars(select(Notice).where(Notice.template == "confirmations.dates_moved")).all()
    assert {one.link for one in told} == {
        f"/applications/{found.stage.applications[name].id}" for name in ("赵一", "钱二")
    }
