"""What a browser keeps of a sign-in: the session token, and secrets shown once (encrypted).

The cookie is signed by the house; the token in it opens nothing once the session row has ended.
"""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import g, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from core import clock
from core.accounts.throttle import Throttled
from core.crypto import current_keys
from core.errors import Refused
from core.forms import BaseForm
from core.i18n import LANGUAGE_KEY
from core.web.actor import SESSION_KEY
from core.web.gate import local_path

_PURPOSE = "browser.once"
_KEPT = dt.timedelta(minutes=15)
_SYSTEMS = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
_BROWSERS = {
    "MicroMessenger": "WeChat",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}


def begin(token: str, *, to: str) -> Response:
    """Answer a successful sign-in: everything the browser brought is dropped but its language."""
    language = session.get(LANGUAGE_KEY)
    session.clear()
    if language:
        session[LANGUAGE_KEY] = language
    return renew(token, to=to)


def renew(token: str, *, to: str) -> Response:
    """Answer a step that gave the session a new token; secrets waiting to be shown are kept."""
    session[SESSION_KEY] = token
    g.pop("zone_actor", None)
    return redirect(to, HTTPStatus.SEE_OTHER)


def end(*, to: str) -> Response:
    """Answer a sign-out."""
    return begin("", to=to)


def here_or_next() -> str:
    """Where the person wanted to go before this page came between: a path of this site."""
    return local_path(request.args.get("next"))


def address() -> str:
    """The network address the request came from."""
    return request.remote_addr or ""


def device() -> str:
    """A word for the device, by which its owner knows it again: "Chrome · Windows"."""
    said = request.user_agent.string
    browser = next((word for mark, word in _BROWSERS.items() if mark in said), "")
    system = next((word for word in _SYSTEMS if word in said), "")
    return " · ".join(filter(None, (browser, system)))


def keep_once(name: str, *lines: str) -> None:
    """Keep secrets for the one page that shows them, encrypted, for a quarter of an hour."""
    content = json.dumps({"at": clock.now().timestamp(), "lines": lines})
    session[f"once.{name}"] = current_keys().encrypt(content.encode(), _PURPOSE)


def kept(name: str) -> tuple[str, ...]:
    """The secrets kept under that name, or none."""
    stored = session.get(f"once.{name}")
    if not stored:
        return ()
    content = json.loads(current_keys().decrypt(stored, _PURPOSE))
    fresh = clock.now().timestamp() - content["at"] < _KEPT.total_seconds()
    return tuple(content["lines"]) if fresh else ()


def drop(name: str) -> None:
    """Forget the secrets kept under that name."""
    session.pop(f"once.{name}", None)


@contextmanager
def refusals_in(form: BaseForm) -> Iterator[None]:
    """Show in ``form`` what an operation inside the block refuses."""
    try:
        yield
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Throttled):
            g.zone_retry_after = refusal.seconds


def page(template: str, form: BaseForm, **context: object) -> Response:
    """The page of a form: 200 when asked for, 422 with its errors, 429 when the person must wait."""
    answer = make_response(render_template(template, form=form, **context))
    wait = g.get("zone_retry_after")
    if wait:
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer.headers["Retry-After"] = str(wait)
    elif request.method == "POST":
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer
