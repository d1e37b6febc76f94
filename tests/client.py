"""A test browser: https by default, sends the CSRF and idempotency tokens of the page it saw last."""

import re
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db

_HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|idempotency_token|version)"[^>]*value="([^"]*)"')


class Browser(FlaskClient):
    """FlaskClient over https; ``submit`` loads a page and posts its form with the page's hidden fields.

    Each request gets an application context of its own, as in a server: inside the test's context it would
    share ``flask.g`` (and with it the Actor) with the requests before it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", "https://localhost")
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        "".join(value for _name, value in answer.headers).encode("latin-1")  # a server sends no other signs
        if has_app_context():
            db.session.rollback()  # what the test reads next is what the request left
        return answer

    def hidden_fields(self, page: str) -> dict[str, str]:
        """The hidden tokens of a page (the first form's)."""
        found: dict[str, str] = {}
        for name, value in _HIDDEN.findall(page):
            found.setdefault(name, value)
        return found

    def submit(self, page: str, fields: dict[str, Any], *, to: str | None = None, **kwargs: Any) -> TestResponse:
        """Open ``page``, then post ``fields`` with its tokens (to ``to`` if the form goes elsewhere)."""
        shown = self.get(page)
        hidden = self.hidden_fields(shown.get_data(as_text=True))
        return self.post(to or page, data={**hidden, **fields}, headers={"Referer": "https://localhost"}, **kwargs)
