"""The Actor of the running request. How a session becomes an Actor is registered by ``core.accounts``."""

from collections.abc import Callable

from flask import g, session

from core.access import ANONYMOUS, Actor

SESSION_KEY = "sid"

Loader = Callable[[str], Actor | None]


class _Registered:
    loader: Loader | None = None


def load_actors_with(loader: Loader) -> None:
    """Register the function that turns a session token into an Actor (None: not or no longer valid)."""
    _Registered.loader = loader


def current_actor() -> Actor:
    """Who asks; the anonymous Actor where nobody is signed in. Read once a request."""
    if "zone_actor" not in g:
        token = session.get(SESSION_KEY)
        found = _Registered.loader(str(token)) if token and _Registered.loader else None
        if token and found is None:
            session.pop(SESSION_KEY, None)
        g.zone_actor = found or ANONYMOUS
    actor: Actor = g.zone_actor
    return actor


def forget_actor() -> None:
    """Start a request anew: an application context may outlive it (commands, tests, nested requests)."""
    g.pop("zone_actor", None)
