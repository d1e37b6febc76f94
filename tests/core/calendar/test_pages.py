"""The calendar page: the year's list, what a day would move, the entry in the audit chain."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import Role
from core.audit import AuditEntry
from core.calendar import terms
from core.calendar.models import CalendarDay
from core.calendar.terms import RunningTerm, add_running_terms, moved
from core.calendar.working import DayOverride, WorkingCalendar
from core.db import db
from tests.client import Browser
from tests.factories import account, sign_in

ZH = {"Accept-Language": "zh"}
AT_DAY = dt.date(2025, 9, 1)
AT = clock.at_beijing(AT_DAY, 9)


@pytest.fixture
def desk(context: Flask, client: Browser) -> Browser:
    sign_in(client, account(Role.SYSTEM_ADMIN))
    return client


def test_the_year_lists_holidays_and_worked_weekends_but_no_plain_weekend(desk: Browser) -> None:
    shown = desk.get("/calendar?year=2025", headers=ZH).text
    assert "2025年10月1日（周三）" in shown
    assert "2025年9月28日（周日）" in shown
    assert "调休上班" in shown
    assert "2025年9月6日" not in shown
    assert "还没有公布" not in shown
    assert "还没有公布" in desk.get("/calendar?year=2031", headers=ZH).text
    assert "National Day" in desk.get("/calendar?year=2025", headers={"Accept-Language": "en"}).text


def test_a_day_is_checked_then_set(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "_SOURCES", [])
    long, short = RunningTerm("转学审核", AT_DAY, 20, "/x"), RunningTerm("短", AT_DAY, 1)
    add_running_terms(lambda: [long, short])
    said = {"day": "2025-09-03", "kind": "free", "basis": "台风停工通知"}
    with clock.frozen(AT):
        sign_in(desk, account(Role.SYSTEM_ADMIN))
        looked = desk.submit("/calendar", said, to="/calendar/check")
        assert looked.status_code == 200
        assert "转学审核" in looked.text
        assert "2025年9月28日（周日）" in looked.text
        assert "2025年9月29日（周一）" in looked.text
        assert ">短<" not in looked.text
        assert "从今天起 5 个工作日" in looked.text
        assert db.session.scalars(select(CalendarDay)).all() == []
        answer = desk.submit("/calendar", said, to="/calendar")
        assert (answer.status_code, answer.location) == (303, "/calendar?year=2025")
        shown = desk.get(answer.location, headers=ZH).text
    assert "手工设定" in shown
    assert "台风停工通知" in shown
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "calendar.set_day")).one()
    assert entry.facts == {"day": "2025-09-03", "working": False, "basis": "台风停工通知"}


@pytest.mark.parametrize("step", ["", "/check"])
@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"day": "", "kind": "free", "basis": "x"}, "请填写日期"),
        ({"day": "1999-01-01", "kind": "free", "basis": "x"}, "2000 到 2099"),
        ({"day": "2027-02-06", "kind": "", "basis": "x"}, "请选择上班或放假"),
        ({"day": "2027-02-06", "kind": "free", "basis": ""}, "依据的通知"),
    ],
)
def test_what_is_missing_is_said(desk: Browser, step: str, said: dict[str, str], word: str) -> None:
    answer = desk.submit("/calendar", said, to=f"/calendar{step}")
    assert answer.status_code == 422
    assert word in answer.text


def test_a_working_day_added_brings_deadlines_forward() -> None:
    term = RunningTerm("x", dt.date(2025, 9, 1), 5)
    (one,) = moved([term], WorkingCalendar(), dt.date(2025, 9, 6), DayOverride(True, "x"))
    assert (one.before, one.after) == (dt.date(2025, 9, 8), dt.date(2025, 9, 6))


def test_others_have_no_calendar(context: Flask, client: Browser) -> None:
    sign_in(client, account(Role.COMMITTEE))
    assert client.get("/calendar").status_code == 403
