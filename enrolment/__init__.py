"""招生: applying, reviewing, placing, publishing, confirming."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of the enrolment half: routes, permissions, menu, commands."""
    from enrolment import applications, cycles

    for room in (cycles, applications):
        room.init_app(app)
