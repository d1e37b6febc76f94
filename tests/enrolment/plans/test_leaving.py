"""A school that drops out of a year (X26): no plan row, old pupils and figures stay, and it may come back."""

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.audit.operations import House
from core.db import db, housekeeping
from core.errors import NotVisible, Refused
from core.i18n import say
from enrolment.plans.models import Plan
from enrolment.plans.operations import import_plan
from enrolment.plans.states import PlanState
from registry.schools import years
from registry.schools.models import SchoolYear
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import sheet_for
from tests.factories import JS, QP, account, organisation, programme, school, sign_in


def test_no_plan_row_for_a_school_out_of_the_year(context: Flask) -> None:
    host = school(JS, name="甲职校")
    bureau = actor_for(account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
    taking_part = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == host.id)).one()
    foreign = actor_for(account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, QP)))
    with pytest.raises(NotVisible):
        years.leave_year(foreign, school_year_id=taking_part.id, version=taking_part.version, reason="停招")
    left = years.leave_year(bureau, school_year_id=taking_part.id, version=taking_part.version, reason="停招通知")
    in_round = make.open_round()
    sheet = sheet_for(host, programme(host), programme(host, "660301", college="460301"))
    with pytest.raises(Refused) as refusal:
        import_plan(House(), round_id=in_round.id, sheet=sheet, source=b"plan")
    assert "甲职校" in say(refusal.value.sentence)
    assert "不参加" in say(refusal.value.sentence)
    back = years.rejoin_year(bureau, school_year_id=left.id, version=left.version)
    plan = import_plan(House(), round_id=in_round.id, sheet=sheet, source=b"plan")
    with housekeeping() as session:
        session.get_one(Plan, plan.id).state = PlanState.APPROVED
    with pytest.raises(Refused) as still:
        years.leave_year(bureau, school_year_id=back.id, version=back.version, reason="停招")
    assert "2 个专业" in say(still.value.sentence)


def test_the_bureau_does_it_on_the_page_of_the_school(context: Flask, client: Browser) -> None:
    host = school(JS, name="甲职校")
    sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    taking_part = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == host.id)).one()
    address, leave = f"/own-schools/{host.id}", f"/own-schools/years/{taking_part.id}/leave"
    assert client.submit(leave, {"reason": " "}).status_code == 422
    assert client.submit(leave, {"reason": "停招通知"}).status_code == 303
    assert "停招通知" in text(client.get(address))
    back = {"version": str(db.session.get_one(SchoolYear, taking_part.id).version)}
    assert client.submit(address, back, to=f"/own-schools/years/{taking_part.id}/rejoin").status_code == 303
    assert "参加招生" in text(client.get(address))
    next_year = {"year": str(clock.today().year + 1)}
    assert client.submit(address, next_year, to=f"{address}/years").status_code == 303
    assert client.submit(address, {"year": "1066"}, to=f"{address}/years").status_code == 422
    found = db.session.scalars(select(SchoolYear.year).where(SchoolYear.school_id == host.id)).all()
    assert sorted(found) == [clock.today().year, clock.today().year + 1]


def text(response: object) -> str:
    return str(response.get_data(as_text=True))
