"""No canary leaves the house in a log line."""

import json
import logging
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from core.access import OrganisationKind, Role
from core.observe.redaction import REMOVED, redact, redact_text
from tests.factories import JS, account, organisation, sign_in

CANARIES = ("310118200901010004", "330421201002080001", "13800138000", "+86 13912345678", "张三丰", "买买提·阿布都",
            "zhang.san@example.cn", "G310118200901010004", "H1234567890", "𬭎〇")  # fmt: skip


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_is_removed_from_every_place(canary: str) -> None:
    event = {
        "event": f"said {canary}!",
        "list": [canary],
        "map": {"deep": f"x {canary}"},
        "object": ValueError(canary),
    }
    assert canary not in json.dumps(redact(None, "info", event), ensure_ascii=False)


@pytest.mark.parametrize("key", ["name", "guardian_phone", "password", "totp_secret", "document_number", "address"])
def test_private_keys_lose_their_value(key: str) -> None:
    assert redact(None, "info", {key: "Ann"})[key] == REMOVED


def test_ids_codes_and_figures_of_the_house_stay() -> None:
    event = {
        "job": "95f8c52c-415d-4397-b835-eeabdbf9a721",
        "account_id": "13800138-0000-4000-8000-013800138000",
        "request_id": "4fca8d1a99e041bc",
        "route": "applications.show",
        "status": 200,
        "ms": 12.5,
        "live": True,
    }
    assert redact(None, "info", event) == event


@given(st.text())
def test_a_line_stays_one_line(text: str) -> None:
    assert len(redact_text(text).splitlines()) <= 1


def lines(captured: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.splitlines() if line.startswith("{")]


def test_errors_are_told_without_what_they_hold(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    for logger in (logging.getLogger("library"), structlog.get_logger("ours")):
        try:
            raise LookupError("no pupil 张三 310118200901010004")
        except LookupError:
            logger.exception("lost 张三")
    found = [line for line in lines(capsys.readouterr().err) if line.get("error") == "LookupError"]
    assert found
    for line in found:
        assert any("test_redaction.py" in place for place in line["places"])
        assert "张三" not in json.dumps(line, ensure_ascii=False)
        assert "310118" not in json.dumps(line)


def test_one_json_line_a_request(context: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    officer = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS), name="张三丰")
    sign_in(client, officer)
    capsys.readouterr()
    answer = client.get("/?look=310118200901010004&name=张三丰")
    written = capsys.readouterr().err
    (line,) = [one for one in lines(written) if one["event"] == "request"]
    assert set(line) == {
        "event", "level", "at", "request_id", "account_id", "route", "method", "status", "ms", "queries"
    }  # fmt: skip
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["account_id"], line["route"], line["status"]) == (str(officer.id), "web.home", 200)
    assert line["queries"] > 0
    assert not any(canary in written for canary in CANARIES)


def test_the_liveness_probe_writes_no_line(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/healthz")
    assert not lines(capsys.readouterr().err)
