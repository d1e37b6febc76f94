"""报名: applicants and guardians, papers and choices, from the county's list to the receipt."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: routes, permissions, menu."""
