"""The command line of the house: worker, keys, backup, doctor. Rooms bring their own commands."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the commands."""
    from core.cli import backup, calendar, doctor, keys, work

    for command in (work.worker, keys.group, backup.group, doctor.doctor, calendar.group):
        app.cli.add_command(command)
