"""Dates as bureaus write them."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from core.sheets.grid import Raw
from core.sheets.kinds import Taken, Unreadable, Value
from core.sheets.repair import halfwidth
from core.words import Words

_SERIAL_DAY_ZERO = dt.date(1899, 12, 30)
_SERIAL_RANGE = range(10_000, 80_000)
"""Serial day numbers taken for dates: 1927 to 2119."""

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:T?\d{1,2}:\d{2}(?::\d{2})?)?",
        r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:\d{1,2}:\d{2}(?::\d{2})?)?",
        r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})月?",
        r"(?P<y>\d{4})(?P<m>\d{2})",
    )
)


@dataclass(frozen=True, slots=True)
class Date:
    """A day (value: that date) or, with `month`, a month (value: its first day).

    Read are 2026-09-01, 2026/9/1, 20260901, 2026年9月1日, a date cell and a spreadsheet's serial day; for
    months also 202609 and 2026-09. A month where a day is wanted is refused: a day is not made up.
    """

    month: bool = False
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        if self.month:
            return Words("年月，如 202609", "year and month, as 202609")
        return Words("日期，如 2026-09-01", "a date, as 2026-09-01")

    def read(self, raw: Raw) -> Taken:
        if isinstance(raw, dt.datetime):
            return self._taken(raw.date())
        if isinstance(raw, dt.date):
            return self._taken(raw)
        if isinstance(raw, bool | dt.time | dt.timedelta):
            raise self._wrong()
        if isinstance(raw, int | float):
            if raw != int(raw):
                raise self._wrong()
            if int(raw) in _SERIAL_RANGE:
                return self._taken(_SERIAL_DAY_ZERO + dt.timedelta(days=int(raw)))
            raw = str(int(raw))
        return self._from_text(raw)

    def _from_text(self, raw: str) -> Taken:
        text, repaired = halfwidth(raw)
        if text.isdigit() and len(text) == 5 and int(text) in _SERIAL_RANGE:
            return self._taken(_SERIAL_DAY_ZERO + dt.timedelta(days=int(text)))
        for pattern in _PATTERNS:
            match = pattern.fullmatch(text)
            if match:
                parts = match.groupdict()
                return self._date(int(parts["y"]), int(parts["m"]), parts.get("d"), repaired)
        raise self._wrong()

    def _date(self, year: int, month: int, day: str | None, repaired: Words | None) -> Taken:
        if day is None and not self.month:
            raise Unreadable(
                Words("只有年月，缺少日", "year and month only, the day is missing"),
                Words("请补上日期，如 2026-09-01", "add the day, as 2026-09-01"),
            )
        try:
            return self._taken(dt.date(year, month, int(day or 1)), repaired)
        except ValueError as error:
            last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 and year else 31
            raise Unreadable(
                Words(f"没有这一天（{year} 年 {month} 月）", f"there is no such day ({year}-{month:02})"),
                Words(f"月为 1–12，日为 1–{last}", f"months run 1–12, days 1–{last}"),
            ) from error

    def _taken(self, day: dt.date, repaired: Words | None = None) -> Taken:
        return Taken(day.replace(day=1) if self.month else day, repaired)

    def _wrong(self) -> Unreadable:
        return Unreadable(
            Words(f"应为{self.shape.zh}", f"should be {self.shape.en}"),
            Words("请改写日期", "write the date so"),
        )

    def write(self, value: Value) -> str | int | Decimal | dt.date:
        if not isinstance(value, dt.date):
            return str(value)
        return value.strftime("%Y%m") if self.month else value.isoformat()
