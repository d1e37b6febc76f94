"""The only place that reads the time.

Moments are aware datetimes in UTC; days are days in Beijing. Tests and the training frame replace the
clock with `frozen`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1992, so no zone database is needed."""

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class FrozenClock:
    """A clock that stands still until it is moved."""

    __slots__ = ("_at",)

    def __init__(self, at: datetime) -> None:
        self._at = _as_utc(at)

    def read(self) -> datetime:
        """The moment this clock shows, in UTC."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock by `by` (a negative step moves it back)."""
        self._at += by

    def move_to(self, at: datetime) -> None:
        """Set the clock to the aware moment `at`."""
        self._at = _as_utc(at)


_replacement: ContextVar[FrozenClock | None] = ContextVar("clock_replacement", default=None)


def _as_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    replacement = _replacement.get()
    return replacement.read() if replacement is not None else datetime.now(tz=UTC)


def today() -> date:
    """The present day in Beijing."""
    return beijing_day(now())


def beijing_day(at: datetime) -> date:
    """The day in Beijing on which the aware moment `at` falls. Raises ValueError for a naive moment."""
    return _as_utc(at).astimezone(BEIJING).date()


def at_beijing(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment, in UTC, at which clocks in Beijing show `hour`:`minute` on `day`."""
    return datetime.combine(day, time(hour, minute), tzinfo=BEIJING).astimezone(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[FrozenClock]:
    """Let `now` and `today` answer from a standing clock inside the block.

    `at` must be aware (ValueError otherwise). The replacement holds for the current context only: other
    threads go on reading the real time.
    """
    clock = FrozenClock(at)
    token = _replacement.set(clock)
    try:
        yield clock
    finally:
        _replacement.reset(token)


def date_text(day: date, language: str = "zh", *, weekday: bool = False) -> str:
    """A day for running text: 2026年6月20日 or 20 June 2026; with weekday 2026年6月20日（周六）."""
    if language.lower().startswith("en"):
        plain = f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
        return f"{_WEEKDAYS_EN[day.weekday()]} {plain}" if weekday else plain
    plain = f"{day.year}年{day.month}月{day.day}日"
    return f"{plain}（周{_WEEKDAYS_ZH[day.weekday()]}）" if weekday else plain


def moment_text(at: datetime, language: str = "zh") -> str:
    """A moment for running text, always with weekday and zone, because deadlines hang on it."""
    local = _as_utc(at).astimezone(BEIJING)
    day = date_text(local.date(), language, weekday=True)
    if language.lower().startswith("en"):
        return f"{day}, {local:%H:%M} (Beijing time)"
    return f"{day}{local:%H:%M}（北京时间）"


def date_cell(day: date) -> str:
    """A day for table cells and files: 2026-06-20."""
    return day.isoformat()


def moment_cell(at: datetime) -> str:
    """A moment for table cells, in Beijing time: 2026-06-20 17:00."""
    return f"{_as_utc(at).astimezone(BEIJING):%Y-%m-%d %H:%M}"
