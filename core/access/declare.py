"""Every route declares its access; a route without a declaration does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
Level = Literal["anonymous", "signed_in", "permission"]
_MARK = "__zone_access__"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route: anybody (``why`` says why), any account, or holders of a permission."""

    level: Level
    permission: str = ""
    why: str = ""
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """One line of the access table."""

    endpoint: str
    rule: str
    methods: frozenset[str]
    access: Access


class UndeclaredRoute(RuntimeError):
    """A route was registered without saying who may call it."""


def anonymous(why: str) -> Callable[[View], View]:
    """Open to everybody; ``why`` is printed in the access table."""
    return _mark(Access("anonymous", why=why))


def signed_in(view: View) -> View:
    """Open to every account (its own things only)."""
    return _mark(Access("signed_in"))(view)


def requires(permission: str, *, second_factor: bool = False) -> Callable[[View], View]:
    """Open to holders of ``permission``; ``second_factor`` asks for a fresh code."""
    return _mark(Access("permission", permission=permission, second_factor=second_factor))


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declaration of an endpoint."""
    view = app.view_functions.get(endpoint)
    return getattr(view, _MARK, None)


def access_table(app: Flask) -> tuple[DeclaredRoute, ...]:
    """All routes with their declarations; raises UndeclaredRoute naming those without."""
    rows, missing = [], []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, one.endpoint)):
        access = access_of(app, rule.endpoint)
        if access is None:
            missing.append(f"{rule.endpoint} ({rule.rule})")
            continue
        methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        rows.append(DeclaredRoute(rule.endpoint, rule.rule, methods, access))
    if missing:
        raise UndeclaredRoute("routes without declared access: " + ", ".join(missing))
    return tuple(rows)
