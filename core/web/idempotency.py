"""The same form sent twice has one effect: the token is stored in the effect's own transaction."""

import secrets
import time

from flask import Flask, Response, flash, g, has_request_context, redirect, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db.base import db
from core.db.transaction import DuplicateRequest, at_start, housekeeping
from core.i18n import gettext as _
from core.web.actor import current_actor
from core.web.models import RequestToken

FIELD = "idempotency_token"
_WAIT_SECONDS = 5.0
_STEP_SECONDS = 0.05


def new_token() -> str:
    """A fresh token for a form."""
    return secrets.token_urlsafe(24)


def _claim(session: Session) -> None:
    """Store the request's token first; whoever comes second gets DuplicateRequest."""
    token = g.get(FIELD) if has_request_context() else None
    if not token or g.get("zone_token_claimed"):
        return
    session.add(
        RequestToken(
            token=token,
            account_id=current_actor().account_id,
            endpoint=str(request.endpoint),
            used_at=clock.now(),
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise DuplicateRequest from error
    g.zone_token_claimed = True


def init_app(app: Flask) -> None:
    """Read the token of each form, answer repeats like the first time."""
    at_start(_claim)

    @app.before_request
    def read_token() -> AnyResponse | None:
        g.pop(FIELD, None)
        g.pop("zone_token_claimed", None)
        token = request.form.get(FIELD, "") if request.method == "POST" else ""
        if not 20 <= len(token) <= 64:
            return None
        setattr(g, FIELD, token)
        current_actor()
        first = db.session.get(RequestToken, token)
        return _answer(token) if first is not None else None

    @app.after_request
    def store_answer(response: Response) -> Response:
        if g.get("zone_token_claimed") and 300 <= response.status_code < 400:
            with housekeeping() as session:
                row = session.get(RequestToken, g.get(FIELD))
                if row is not None and not row.location:
                    row.location = response.headers.get("Location", "")[:500]
        return response

    @app.errorhandler(DuplicateRequest)
    def repeat(_error: DuplicateRequest) -> AnyResponse:
        return _answer(str(g.get(FIELD, "")))


def _answer(token: str) -> AnyResponse:
    """Wait for the first request's answer and send the user to the same place."""
    waited = 0.0
    actor_id = current_actor().account_id
    while waited < _WAIT_SECONDS:
        db.session.rollback()
        row = db.session.get(RequestToken, token)
        if row is not None and row.location and row.account_id == actor_id:
            return redirect(row.location, 303)
        time.sleep(_STEP_SECONDS)
        waited += _STEP_SECONDS
    flash(_("这份表单已经提交过一次，没有重复办理。"), "info")
    return redirect("/", 303)
