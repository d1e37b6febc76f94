"""The working calendar.

Holidays and shifted days come from the `holidays` package, which follows the yearly notice of the State
Council. A year whose notice it does not know has the statutory days only and is *provisional*. Bureaus
correct single days, and declare a year announced, with rows that the caller hands in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays
from holidays.countries.china import ChinaStaticHolidays

from core.words import Words

_DAY = timedelta(days=1)
_WORKED_WEEKEND = Words("调休上班", "worked in exchange for a holiday")
_WEEKEND = Words("周末", "weekend")


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A bureau's word on one day; `reason` is what the calendar page shows."""

    working: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as the calendar page shows it; `reason` is None on an ordinary working day."""

    day: date
    working: bool
    reason: Words | None
    overridden: bool

    @property
    def special(self) -> bool:
        """Whether a list of the year names it: no ordinary working day and no ordinary weekend."""
        return self.overridden or self.reason not in (None, _WEEKEND)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day on which a term of working days ends, and whether an unannounced year was counted."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Year:
    days_off: Mapping[date, Words]
    worked_weekends: frozenset[date]


@lru_cache(maxsize=128)
def _year(year: int) -> _Year:
    # A notice may shift days of the December before it, so the next year's notice is read as well.
    years = [year, year + 1]
    chinese = country_holidays("CN", years=years, language="zh_CN")
    english = country_holidays("CN", years=years, language="en_US")
    return _Year(
        days_off={day: Words(chinese[day], english[day]) for day in chinese if day.year == year},
        worked_weekends=frozenset(day for day in chinese.weekend_workdays if day.year == year),
    )


class WorkingCalendar:
    """Working days under the State Council's calendar and the given corrections.

    `overrides` correct single days; `announced` are years whose notice the bureau has entered itself, so
    that they are no longer provisional. Both are copied.
    """

    __slots__ = ("_announced", "_overrides")

    def __init__(self, overrides: Mapping[date, DayOverride] | None = None, announced: Collection[int] = ()) -> None:
        self._overrides = dict(overrides or {})
        self._announced = frozenset(announced)

    def with_day(self, day: date, change: DayOverride) -> "WorkingCalendar":
        """The same calendar with one day set otherwise; this one stays as it is."""
        return WorkingCalendar({**self._overrides, day: change}, self._announced)

    def is_provisional(self, year: int) -> bool:
        """Whether nobody has given the shifted days of this year yet."""
        return year not in self._announced and year not in ChinaStaticHolidays.special_public_holidays

    def day(self, day: date) -> CalendarDay:
        """What kind of day this is, and why."""
        override = self._overrides.get(day)
        if override is not None:
            reason = Words(override.reason, override.reason)
            return CalendarDay(day, override.working, reason, overridden=True)
        year = _year(day.year)
        if day in year.worked_weekends:
            return CalendarDay(day, True, _WORKED_WEEKEND, overridden=False)
        off = year.days_off.get(day) or (_WEEKEND if day.weekday() >= 5 else None)
        return CalendarDay(day, off is None, off, overridden=False)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`: weekends worked in exchange count, holidays do not."""
        return self.day(day).working

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which itself is not counted (day 0 is `start`).

        A negative count goes back: -20 is the twentieth working day before `start`.
        """
        step = _DAY if count >= 0 else -_DAY
        day, left = start, abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def deadline(self, start: date, count: int) -> Deadline:
        """`add_working_days`, saying also whether a provisional year was counted on the way."""
        day = self.add_working_days(start, count)
        years = range(min(start, day).year, max(start, day).year + 1)
        return Deadline(day, provisional=any(self.is_provisional(year) for year in years))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` comes first.

        The inverse of `add_working_days`: counting from `start`, `end` is day n.
        """
        if end < start:
            return -sum(self.is_working_day(day) for day in _days(end, start - _DAY))
        return sum(self.is_working_day(day) for day in _days(start + _DAY, end))


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _DAY
