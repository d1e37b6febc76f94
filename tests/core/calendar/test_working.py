from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import DayOverride, Deadline, WorkingCalendar

CALENDAR = WorkingCalendar()


def test_twenty_working_days_end_on_a_worked_sunday() -> None:
    assert CALENDAR.add_working_days(date(2025, 9, 1), 20) == date(2025, 9, 28)
    assert CALENDAR.deadline(date(2025, 9, 1), 20) == Deadline(date(2025, 9, 28), provisional=False)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 9, 28), True),
        (date(2025, 10, 11), True),
        (date(2025, 9, 27), False),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2026, 1, 4), True),
        (date(2026, 2, 16), False),
        (date(2005, 12, 31), True),
        (date(2024, 12, 31), True),
    ],
)
def test_holidays_and_shifted_days(day: date, working: bool) -> None:
    assert CALENDAR.is_working_day(day) is working


def test_reasons_are_given_in_both_languages() -> None:
    national = CALENDAR.day(date(2025, 10, 1)).reason
    assert national is not None
    assert (national.zh, national.en) == ("国庆节", "National Day")
    shifted = CALENDAR.day(date(2025, 9, 28))
    assert shifted.working
    assert shifted.reason is not None
    assert shifted.reason.zh == "调休上班"
    assert CALENDAR.day(date(2025, 9, 29)).reason is None
    weekend = CALENDAR.day(date(2025, 9, 20)).reason
    assert weekend is not None
    assert weekend.zh == "周末"


def test_unannounced_years_are_provisional_until_the_bureau_enters_them() -> None:
    assert not CALENDAR.is_provisional(2026)
    assert CALENDAR.is_provisional(2040)
    assert not CALENDAR.is_working_day(date(2040, 10, 1))
    entered = WorkingCalendar({date(2040, 9, 29): DayOverride(True, "国庆调休")}, announced=[2040])
    assert not entered.is_provisional(2040)
    assert entered.is_working_day(date(2040, 9, 29))


def test_a_term_reaching_into_a_provisional_year_says_so() -> None:
    assert CALENDAR.deadline(date(2040, 12, 20), 20).provisional
    assert CALENDAR.deadline(date(2039, 12, 20), 20).provisional
    assert not CALENDAR.deadline(date(2025, 12, 20), 20).provisional
    mixed = WorkingCalendar(announced=[2039])
    assert mixed.deadline(date(2039, 12, 20), 20).provisional
    assert mixed.deadline(date(2039, 11, 1), 20) == Deadline(date(2039, 11, 29), provisional=False)


def test_overrides_win_over_everything() -> None:
    closed = WorkingCalendar({date(2025, 9, 28): DayOverride(False, "台风停课")})
    assert not closed.is_working_day(date(2025, 9, 28))
    assert closed.add_working_days(date(2025, 9, 1), 20) == date(2025, 9, 29)
    day = closed.day(date(2025, 9, 28))
    assert day.overridden
    assert day.reason is not None
    assert day.reason.zh == "台风停课"


def test_overrides_are_copied() -> None:
    rows = {date(2025, 9, 28): DayOverride(False, "台风停课")}
    closed = WorkingCalendar(rows)
    rows.clear()
    assert not closed.is_working_day(date(2025, 9, 28))


def test_counting_back_from_the_leaving_day() -> None:
    assert CALENDAR.add_working_days(date(2026, 6, 30), -20) == date(2026, 6, 1)
    assert CALENDAR.add_working_days(date(2026, 6, 30), 0) == date(2026, 6, 30)


def test_working_days_between() -> None:
    assert CALENDAR.working_days_between(date(2025, 9, 1), date(2025, 9, 28)) == 20
    assert CALENDAR.working_days_between(date(2025, 9, 28), date(2025, 9, 28)) == 0
    assert CALENDAR.working_days_between(date(2026, 6, 30), date(2026, 6, 1)) == -20


@settings(deadline=None)
@given(st.dates(date(2002, 1, 1), date(2045, 12, 31)), st.integers(-60, 60))
def test_adding_and_counting_are_inverse(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days_between(start, end) == count
    assert count == 0 or CALENDAR.is_working_day(end)
    assert abs(end - start) <= timedelta(days=abs(count) * 3 + 15)
