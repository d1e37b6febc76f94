"""The exact security headers on every answer, whatever its status; and cookies that stay home."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Role
from core.web.headers import CONTENT_SECURITY_POLICY, HEADERS
from tests.client import Browser
from tests.factories import account, sign_in


@pytest.mark.parametrize(
    ("address", "status"), [("/", 200), ("/students", 303), ("/no-such-page", 404), ("/verify/short", 404)]
)
def test_the_same_headers_on_every_status(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_post_and_a_broken_page_carry_them_too(app: Flask) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    from core.access import anonymous

    app.add_url_rule("/broken-for-the-test", "broken", anonymous("a page that breaks")(broken))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = Browser(app, app.response_class, use_cookies=True)
    for answer, status in ((client.post("/reading"), 400), (client.get("/broken-for-the-test"), 500)):
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_lets_nothing_foreign_or_inline_in() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_the_cookie_is_for_this_host_only(context: Flask, client: Browser) -> None:
    sign_in(client, account(Role.COMMITTEE))
    answer = client.post("/reading", data={"language": "en"})
    shown = client.submit("/", {"language": "en", "next": "/"}, to="/reading")
    cookie = shown.headers.get("Set-Cookie", "")
    assert answer.status_code == 400
    assert cookie.startswith("__Host-zone=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
