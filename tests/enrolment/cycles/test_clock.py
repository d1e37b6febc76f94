"""Windows are half open; days are counted in Beijing."""

import datetime as dt
from dataclasses import dataclass

import pytest
from flask import Flask

from core import clock
from enrolment.cycles.clock import Phase, days_left, phase
from enrolment.cycles.words import days_left_text, deadline_text, long_day, phase_text

CLOSES = clock.at_beijing(dt.date(2026, 6, 20), 17)
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    opens_at: dt.datetime = clock.at_beijing(dt.date(2026, 6, 18), 9)
    closes_at: dt.datetime = CLOSES


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (Window().opens_at - SECOND, Phase.BEFORE),
        (Window().opens_at, Phase.OPEN),
        (CLOSES - dt.timedelta(microseconds=1), Phase.OPEN),
        (CLOSES, Phase.CLOSED),
        (CLOSES + SECOND, Phase.CLOSED),
    ],
)
def test_the_closing_second_is_outside(at: dt.datetime, expected: Phase) -> None:
    assert phase(Window(), at) is expected


@pytest.mark.parametrize(
    ("at", "left", "words"),
    [
        (clock.at_beijing(dt.date(2026, 6, 17), 23, 59), 3, "还有 3 天"),
        (clock.at_beijing(dt.date(2026, 6, 18), 0), 2, "还有 2 天"),
        (clock.at_beijing(dt.date(2026, 6, 20), 0), 0, "今天截止"),
        (CLOSES - SECOND, 0, "今天截止"),
        (CLOSES, -1, "已截止"),
        (CLOSES + dt.timedelta(days=3), -3, "已截止"),
    ],
)
def test_days_left(context: Flask, at: dt.datetime, left: int, words: str) -> None:
    assert days_left(CLOSES, at) == left
    with context.test_request_context(headers={"Accept-Language": "zh"}):
        assert days_left_text(CLOSES, at) == words


def test_midnight_belongs_to_the_day_before() -> None:
    midnight = clock.at_beijing(dt.date(2026, 6, 21), 0)
    assert days_left(midnight, clock.at_beijing(dt.date(2026, 6, 20), 12)) == 0


def test_one_sentence_for_each_phase(context: Flask) -> None:
    with context.test_request_context(headers={"Accept-Language": "zh"}):
        with clock.frozen(CLOSES - dt.timedelta(days=1)):
            assert phase_text(Window()) == "报名截止：2026年6月20日（周六）17:00（北京时间），还有 1 天"
        with clock.frozen(Window().opens_at - SECOND):
            assert phase_text(Window()) == "2026年6月18日（周四）09:00（北京时间）开始报名"
        with clock.frozen(CLOSES):
            assert phase_text(Window()) == "报名已于2026年6月20日（周六）17:00（北京时间）截止"
        assert deadline_text(None) == ""
        assert long_day(dt.date(2026, 9, 1)) == "2026年9月1日（周二）"
        assert long_day(None) == ""
