"""招生: applying, reviewing, placing, publishing, confirming."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of the enrolment half: routes, permissions, menu, commands."""
    from enrolment import appeals, applications, confirmations, cycles, exchange, plans, results, reviews, rounds

    for room in (cycles, plans, applications, reviews, rounds, results, confirmations, appeals, exchange):
        room.init_app(app)
