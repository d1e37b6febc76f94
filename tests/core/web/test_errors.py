"""Every error a person may meet is a page in words, with a number to quote and a way on."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from core.access import anonymous
from core.errors import Conflict, FieldDifference, NotAllowed, NotVisible, Refused
from tests.client import Browser


def raising(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return anonymous("a test")(view)


def code(number: int) -> Callable[[], str]:
    @anonymous("a test")
    def view() -> str:
        abort(number)

    return view


DIFFERENCES = (FieldDifference("联系电话", "13900000000", "13800000000"), FieldDifference("住址", "", "甲路"))
VIEWS = {
    "refused": raising(Refused("名额已满，请选择其他专业。")),
    "conflict": raising(Conflict("李老师两分钟前保存过。", differences=DIFFERENCES)),
    "not-allowed": raising(NotAllowed("请联系安全管理员。")),
    "not-visible": raising(NotVisible()),
    "database": raising(OperationalError("select 1", {}, Exception("secret detail"))),
    "broken": raising(RuntimeError("secret detail")),
    "slow-down": raising(TooManyRequests(retry_after=30)),
} | {f"code-{number}": code(number) for number in (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    for name, view in VIEWS.items():
        app.add_url_rule(f"/test/{name}", name, view, methods=["GET", "POST"])
    return Browser(app, app.response_class, use_cookies=True)


@pytest.mark.parametrize("number", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_each_code_has_a_page(client: FlaskClient, number: int) -> None:
    answer = client.get(f"/test/code-{number}")
    assert answer.status_code == number
    assert "<h1>" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "返回首页" in answer.text
    assert "400-000-0000" in answer.text


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("refused", 422, "名额已满，请选择其他专业。"),
        ("not-allowed", 403, "请联系安全管理员。"),
        ("not-visible", 404, "没有找到这个页面"),
        ("database", 503, "您的数据没有丢失"),
        ("broken", 500, "问题已记录"),
    ],
)
def test_refusals_speak(client: FlaskClient, name: str, number: int, words: str) -> None:
    answer = client.get(f"/test/{name}")
    assert answer.status_code == number
    assert words in answer.text
    assert "secret" not in answer.text


def test_a_conflict_shows_both_versions_and_the_way_back(client: FlaskClient) -> None:
    answer = client.get("/test/conflict", headers={"Referer": "https://localhost/help?q=1"})
    assert answer.status_code == 409
    assert "李老师两分钟前保存过。" in answer.text
    for text in ("联系电话", "13900000000", "13800000000", "住址", "未填写", "甲路"):
        assert text in answer.text
    assert 'href="/help?q=1"' in answer.text


@pytest.mark.parametrize("referer", ["https://elsewhere.example/x", "", "javascript:alert(1)"])
def test_a_conflict_never_leads_off_the_site(client: FlaskClient, referer: str) -> None:
    answer = client.get("/test/conflict", headers={"Referer": referer})
    assert '<a class="btn btn-primary" href="/">' in answer.text


def test_waiting_time_and_allowed_methods_are_kept(client: FlaskClient) -> None:
    assert client.get("/test/slow-down").headers["Retry-After"] == "30"
    wrong = client.post("/help", data={}, headers={"Referer": "https://localhost"})
    assert wrong.status_code in (400, 405)
    assert "GET" in client.delete("/help").headers.get("Allow", "")


def test_error_pages_are_never_stored(client: FlaskClient) -> None:
    assert client.get("/test/broken").headers["Cache-Control"] == "no-store"


def test_a_stale_form_is_told_apart(client: FlaskClient) -> None:
    answer = client.post("/reading", data={"language": "en", "csrf_token": "wrong"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
