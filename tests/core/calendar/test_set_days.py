"""Days set by hand win over the published list, are audited, and can be corrected."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from core.audit import AuditEntry
from core.audit.operations import House
from core.calendar.operations import set_day, working_calendar
from core.db import db

START = dt.date(2025, 9, 1)


def test_a_day_set_free_moves_the_deadline_and_back(context: Flask) -> None:
    assert working_calendar().add_working_days(START, 20) == dt.date(2025, 9, 28)
    set_day(House(), day=dt.date(2025, 9, 3), working=False, basis="通知一")
    assert working_calendar().add_working_days(START, 20) == dt.date(2025, 9, 29)
    set_day(House(), day=dt.date(2025, 9, 3), working=True, basis="通知二")
    assert working_calendar().add_working_days(START, 20) == dt.date(2025, 9, 28)
    assert len(db.session.scalars(select(AuditEntry)).all()) == 2


def test_the_command_sets_and_checks(app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["calendar", "set", "2025-09-03", "free", "--basis", "通知一"])
    assert done.exit_code == 0, done.output
    assert "2025-09-29" in runner.invoke(args=["calendar", "check", "2025-09-01", "20"]).output
    assert runner.invoke(args=["calendar", "set", "soon", "free", "--basis", "x"]).exit_code == 2
    assert "provisional" in runner.invoke(args=["calendar", "check", "2030-01-01", "5"]).output
