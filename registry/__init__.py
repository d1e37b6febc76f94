"""学籍: one student-status record a person, across schools and provinces."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of the registry: routes, permissions, menu, commands."""
