"""Accounts: activation by one-time code, sign-in, server-side sessions, second factor, role grants."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the session loader and the sign-in pages."""
    from core.accounts.sessions import actor_of
    from core.accounts.views import blueprint
    from core.web.actor import load_actors_with

    load_actors_with(actor_of)
    app.register_blueprint(blueprint)
