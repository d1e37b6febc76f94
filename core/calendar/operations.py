"""The calendar as this installation has it: the published list, and the days an office set by hand."""

import datetime as dt

from sqlalchemy import select

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.calendar.models import CalendarDay
from core.calendar.working import DayOverride, WorkingCalendar
from core.db import db, transaction


def set_day(actor: Signature, *, day: dt.date, working: bool, basis: str) -> CalendarDay:
    """Set one day as working or free; the same day again is corrected. ``basis`` names the notice."""
    with transaction() as session:
        found = session.scalars(select(CalendarDay).where(CalendarDay.day == day).with_for_update()).one_or_none()
        if found is None:
            found = CalendarDay(day=day, working=working, basis=basis, entered_at=clock.now())
            session.add(found)
        found.working, found.basis, found.entered_at = working, basis, clock.now()
        session.flush()
        record(actor, "calendar.set_day", found, day=day.isoformat(), working=working, basis=basis)
        return found


def working_calendar() -> WorkingCalendar:
    """The calendar in force: hand-set days win over the published list."""
    days = db.session.scalars(select(CalendarDay)).all()
    return WorkingCalendar({one.day: DayOverride(one.working, one.basis) for one in days})
