"""The year in one line on the first page."""

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.i18n import say
from enrolment.cycles.year_line import public_dates
from tests.enrolment import factories as make
from tests.factories import JS, QP

NOON = dt.datetime(2026, 6, 19, 4, tzinfo=dt.UTC)


def test_nothing_is_shown_before_dates_are_published(context: Flask) -> None:
    assert public_dates() == ()
    made = make.cycle()
    assert public_dates() == ()
    make.round_(made)
    assert public_dates() == ()


def test_steps_span_the_counties_and_know_where_the_year_stands(context: Flask) -> None:
    with clock.frozen(NOON):
        made = make.cycle()
        make.window(made, QP, opens=dt.timedelta(days=-1), closes=dt.timedelta(days=1))
        make.window(made, JS, opens=dt.timedelta(days=1), closes=dt.timedelta(days=3))
        make.round_(made)
        dates = public_dates()
    assert [(say(one.note), one.state) for one in dates] == [
        ("2026年6月18日至2026年6月22日", "now"),
        ("2026年6月25日至2026年6月27日", "ahead"),
        ("2026年7月29日", "ahead"),
        ("2026年8月18日至2026年8月20日", "ahead"),
    ]
    with clock.frozen(NOON + dt.timedelta(days=7)):
        assert [one.state for one in public_dates()] == ["done", "now", "ahead", "ahead"]


def test_the_first_page_shows_the_line(context: Flask, client: FlaskClient) -> None:
    make.open_round()
    page = client.get("/").text
    assert "今年的时间安排" in page
    assert "到校报到" in page
    assert 'aria-current="step"' in page
