"""The gate: every request is checked against its route's declaration; what is not declared is closed."""

import datetime as dt
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.access import Actor
from core.access.declare import access_of
from core.audit.operations import request_id_var
from core.errors import NotAllowed
from core.i18n import lazy as _l
from core.web.actor import current_actor, forget_actor

SECOND_FACTOR_FRESH = dt.timedelta(minutes=10)
SIGN_IN = "accounts.sign_in"
SECOND_FACTOR = "accounts.second_factor"
ENROL_SECOND_FACTOR = "accounts.enrol_second_factor"
_WITHOUT_SECOND_FACTOR = frozenset(
    {SECOND_FACTOR, ENROL_SECOND_FACTOR, "accounts.sign_out", "web.reading", "accounts.recovery_codes"}
)


def init_app(app: Flask) -> None:
    """Number each request, then let it through or answer why not."""

    @app.before_request
    def number_request() -> None:
        forget_actor()
        g.received_at = clock.now()
        g.request_id = secrets.token_hex(8)
        request_id_var.set(g.request_id)

    app.before_request(_check_access)

    @app.after_request
    def name_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


def _check_access() -> AnyResponse | None:
    """None lets the request through; otherwise the answer instead of it."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise NotFound
    if access.level == "anonymous":
        return None
    actor = current_actor()
    if actor.account_id is None:
        return redirect(url_for(SIGN_IN, next=_way_back()), 303)
    step = _second_factor_step(actor)
    if step:
        return redirect(url_for(step, next=_way_back()), 303)
    if access.level == "permission" and not actor.may(access.permission):
        raise NotAllowed(_l("您的账号没有办理这项业务的权限。如需办理，请联系本单位的安全管理员。"))
    if access.second_factor and not is_fresh(actor):
        return redirect(url_for(SECOND_FACTOR, next=_way_back()), 303)
    return None


def _way_back() -> str:
    """Where to go on after signing in or giving a code: this page; for a sent form the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return local_path(request.full_path)
    came_from = urlsplit(request.referrer or "")
    same_site = came_from.netloc == request.host
    return local_path(f"{came_from.path}?{came_from.query}") if same_site else "/"


def received_at() -> dt.datetime:
    """When the running request arrived: deadlines are judged by it, not by how long the answer takes."""
    arrived: dt.datetime = g.received_at
    return arrived


def is_fresh(actor: Actor) -> bool:
    """Whether the second factor was given within the last ten minutes."""
    given = actor.second_factor_at
    return given is not None and clock.now() - given <= SECOND_FACTOR_FRESH


def _second_factor_step(actor: Actor) -> str:
    """Staff work only after their second factor; the first time they set it up."""
    if not actor.is_staff or request.endpoint in _WITHOUT_SECOND_FACTOR:
        return ""
    if actor.must_enrol_second_factor:
        return ENROL_SECOND_FACTOR
    return "" if actor.second_factor_at else SECOND_FACTOR


def local_path(target: str | None) -> str:
    """``target`` if it is a path of this site, else the home page: a link may never lead off the site."""
    if not target or not target.isprintable():
        return "/"
    cleaned = target.strip()
    parts = urlsplit(cleaned)
    hostile = parts.scheme or parts.netloc or not cleaned.startswith("/") or "\\" in cleaned
    if hostile or cleaned.startswith("//"):
        return "/"
    return cleaned.removesuffix("?")
