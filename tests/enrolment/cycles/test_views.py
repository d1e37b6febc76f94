"""The timetable in public, and the pages where dates are set."""

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.db import db
from core.notices.models import Notice
from enrolment.applications.models import ApplicationState
from enrolment.cycles.models import CountyWindow, Cycle
from tests.client import Browser
from tests.enrolment import factories as make
from tests.factories import JS, QP, WJ, account, organisation, sign_in

DATES = {"opens_at": "2026-06-18T09:00", "closes_at": "2026-06-20T17:00", "scores_on": "2026-07-03"}


def text(response: object) -> str:
    return str(response.get_data(as_text=True))


def bureau(client: FlaskClient, county: str = QP) -> FlaskClient:
    office = organisation(OrganisationKind.COUNTY, county, f"{county}教育局")
    return sign_in(client, account(Role.COUNTY_OFFICER, office))


def test_before_anything_is_published_the_page_says_so(client: FlaskClient) -> None:
    page = client.get("/timetable", headers={"Accept-Language": "zh"})
    assert page.status_code == 200
    assert "还没有公布" in text(page)


def test_everybody_reads_the_same_clock(context: Flask, client: FlaskClient) -> None:
    organisation(OrganisationKind.COUNTY, QP, "甲区教育局")
    organisation(OrganisationKind.COUNTY, WJ, "乙区教育局")
    in_round = make.round_(make.cycle())
    shown = make.window(in_round.cycle, QP)
    page = text(client.get("/timetable", headers={"Accept-Language": "zh"}))
    assert "甲区教育局" in page
    assert clock.moment_text(shown.closes_at) in page
    assert "还有 10 天" in page
    assert "这个县区的时间还没有公布" in page
    assert clock.date_text(in_round.arrive_from, weekday=True) in page


def test_a_bureau_sets_its_own_dates_only(context: Flask, client: Browser) -> None:
    year = make.cycle()
    bureau(client, QP)
    organisation(OrganisationKind.COUNTY, WJ, "乙区教育局")
    address = f"/cycles/{year.id}/rounds/1/{QP}"
    saved = client.submit(address, DATES)
    assert saved.status_code == 303
    window = db.session.scalars(select(CountyWindow)).one()
    assert window.closes_at == clock.at_beijing(dt.date(2026, 6, 20), 17)
    assert "2026年6月20日（周六）17:00" in text(client.get("/cycles"))
    assert client.get(f"/cycles/{year.id}/rounds/1/{WJ}").status_code == 403
    assert client.get(f"/cycles/{year.id}/rounds/1/{JS}").status_code == 404
    assert client.get(f"/cycles/{year.id}/rounds/7/{QP}").status_code == 404
    assert client.get("/cycles/new").status_code == 403


def test_the_second_editor_gets_the_page_with_both_versions(context: Flask, client: Browser) -> None:
    year = make.cycle()
    make.window(year, QP)
    bureau(client, QP)
    address = f"/cycles/{year.id}/rounds/1/{QP}"
    stale = client.hidden_fields(text(client.get(address)))
    assert client.submit(address, {**DATES, "closes_at": "2026-06-21T12:00", "step": "save"}).status_code == 303
    answer = client.post(address, data={**stale, **DATES, "step": "save"}, headers={"Referer": "https://localhost"})
    assert answer.status_code == 409
    assert "2026-06-21 12:00" in text(answer)
    assert "2026-06-20 17:00" in text(answer)


def test_wrong_dates_come_back_with_a_summary(context: Flask, client: Browser) -> None:
    year = make.cycle()
    bureau(client, QP)
    answer = client.submit(
        f"/cycles/{year.id}/rounds/1/{QP}", {"opens_at": "", "closes_at": "20.6.", "scores_on": "soon"}
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "请填写报名开始时间" in page
    assert "请按 2026-06-20 17:00 的样子填写日期和时间" in page
    assert "请按 2026-06-20 的样子填写日期" in page
    reversed_dates = {**DATES, "closes_at": DATES["opens_at"]}
    assert "截止时间要晚于开始时间" in text(client.submit(f"/cycles/{year.id}/rounds/1/{QP}", reversed_dates))


def test_the_committee_opens_year_and_round(context: Flask, client: Browser) -> None:
    sign_in(client, account(Role.COMMITTEE, organisation(OrganisationKind.COMMITTEE)))
    organisation(OrganisationKind.COUNTY, QP, "甲区教育局")
    assert "还没有招生年度" in text(client.get("/cycles"))
    named = {"year": "2026", "name_zh": "2026年招生", "name_en": "Enrolment 2026"}
    assert client.submit("/cycles/new", named).status_code == 303
    assert client.submit("/cycles/new", named).status_code == 422
    year = db.session.scalars(select(Cycle)).one()
    new_round = f"/cycles/{year.id}/rounds/new"
    dates = {"confirm_until": "2026-07-20T17:00", "arrive_from": "2026-08-30", "arrive_until": "2026-09-01"}
    assert "还没有任何县区的报名时间" in text(client.submit(new_round, dates))
    assert client.submit(f"/cycles/{year.id}/rounds/1/{QP}", DATES).status_code == 303
    assert client.submit(new_round, dates).status_code == 303
    db.session.expire_all()
    opened = year.rounds[0]
    later = {**dates, "arrive_until": "2026-09-02"}
    shown = text(client.submit(f"/cycles/rounds/{opened.id}", later))
    assert "还没有保存" in shown
    assert shown.count("有改动") == 1
    assert client.submit(f"/cycles/rounds/{opened.id}", {**later, "step": "save"}).status_code == 303
    assert client.submit(f"/cycles/rounds/{opened.id}", {**dates, "arrive_until": "2026-01-01"}).status_code == 422
    assert "2026年9月2日" in text(client.get("/cycles"))


def test_a_family_does_not_reach_the_staff_pages(context: Flask, client: Browser) -> None:
    year = make.cycle()
    sign_in(client, account(Role.APPLICANT))
    for address in ("/cycles", "/cycles/new", f"/cycles/{year.id}/rounds/1/{QP}"):
        assert client.get(address).status_code == 403


def test_a_change_shows_what_moves_before_it_is_saved(context: Flask, client: Browser) -> None:
    in_round = make.open_round()
    window = db.session.scalars(select(CountyWindow).where(CountyWindow.county == QP)).one()
    child, parent = make.family(in_round, QP)
    make.application(child, in_round)
    other, _parent = make.family(in_round, QP, name="钱二")
    make.application(other, in_round, state=ApplicationState.SUBMITTED)
    bureau(client, QP)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    later = window.closes_at.astimezone(clock.BEIJING) + dt.timedelta(days=2)
    fields = {
        "opens_at": f"{window.opens_at.astimezone(clock.BEIJING):%Y-%m-%dT%H:%M}",
        "closes_at": f"{later:%Y-%m-%dT%H:%M}",
        "scores_on": window.scores_on.isoformat(),
    }
    address = f"/cycles/{in_round.cycle_id}/rounds/1/{QP}"
    shown = text(client.submit(address, fields))
    assert "还没有保存" in shown
    assert "截止时间晚 2 天" in shown
    assert "本轮最早可以锁定的时间" in shown
    assert "公开的时间表" in shown
    assert db.session.get_one(CountyWindow, window.id).closes_at == window.closes_at
    assert 'value="save"' in shown
    assert "查看影响" in text(client.submit(address, {**fields, "step": "edit"}))
    assert client.submit(address, {**fields, "step": "save"}).status_code == 303
    assert db.session.get_one(CountyWindow, window.id).closes_at == later.replace(second=0)
    told = db.session.scalars(select(Notice.account_id).where(Notice.template == "applications.dates_moved")).all()
    assert {child.account_id, parent.account_id, other.account_id} <= set(told)
    early = {**fields, "closes_at": f"{clock.now().astimezone(clock.BEIJING) - dt.timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    stopped = text(client.submit(address, early))
    assert "保存后立即截止" in stopped
    assert "新截止时间以后提交的报名" in stopped
