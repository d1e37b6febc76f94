"""监督: what looks at both halves together."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of oversight: routes, permissions, menu."""
    from oversight import supervision

    supervision.init_app(app)
