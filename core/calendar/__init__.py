"""Working days in China, with shifted days and the bureau's own corrections. Pure."""

from core.calendar.working import CalendarDay, DayOverride, Deadline, WorkingCalendar

__all__ = ["CalendarDay", "DayOverride", "Deadline", "WorkingCalendar"]
