"""The shutter: one file closes every address, with dated news and a phone number."""

import base64
import hashlib
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.config import Settings
from core.web import shutter


@pytest.fixture
def switch(settings: Settings, app: Flask) -> Path:
    return settings.data_dir / shutter.SWITCH


@pytest.mark.parametrize("path", ["/", "/help", "/nowhere", "/static/x/zone.css", "/sign-in", "/api/v1/anything"])
def test_every_address_answers_503_while_closed(client: FlaskClient, switch: Path, path: str) -> None:
    switch.write_text("2026-06-20 17:00 正在恢复数据库，预计 18:00 开放。\n", "utf-8")
    answer = client.get(path)
    assert answer.status_code == 503
    assert "正在恢复数据库，预计 18:00 开放。" in answer.text
    assert 'datetime="2026-06-20T17:00+08:00"' in answer.text
    assert "400-000-0000" in answer.text
    assert answer.headers["Retry-After"] == "600"
    assert answer.headers["Cache-Control"] == "no-store"


def test_posts_are_refused_too_and_opening_again_is_at_once(client: FlaskClient, switch: Path) -> None:
    switch.write_text("", "utf-8")
    closed = client.post("/reading", data={"language": "en"})
    assert closed.status_code == 503
    assert "系统正在维护" in closed.text
    switch.unlink()
    assert client.get("/").status_code == 200


def test_programs_get_json(client: FlaskClient, switch: Path) -> None:
    switch.write_text("2026-06-20 17:30 第二条\n2026-06-20 17:00 第一条\n", "utf-8")
    answer = client.get("/api/v1/anything", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json == {
        "status": 503,
        "title": "服务暂停 Service closed",
        "news": [
            {"at": "2026-06-20T17:30:00+08:00", "text": "第二条"},
            {"at": "2026-06-20T17:00:00+08:00", "text": "第一条"},
        ],
        "phone": "400-000-0000",
        "retry_after_seconds": 600,
    }


def test_browsers_that_also_accept_json_get_the_page(client: FlaskClient, switch: Path) -> None:
    switch.write_text("维护", "utf-8")
    answer = client.get("/", headers={"Accept": "text/html,application/json;q=0.9"})
    assert answer.mimetype == "text/html"


def test_news_is_text_and_the_policy_allows_just_the_page_style(client: FlaskClient, switch: Path) -> None:
    switch.write_text("2026-06-20 17:00 <script>alert(1)</script>\n", "utf-8")
    answer = client.get("/")
    assert "<script>" not in answer.text
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_a_line_without_a_moment_is_dated_by_the_file(tmp_path: Path) -> None:
    switch = tmp_path / shutter.SWITCH
    switch.write_text("停电\n", "utf-8")
    os.utime(switch, (1_781_946_000, 1_781_946_000))
    assert shutter.news_of(switch) == (shutter.News("2026-06-20 17:00", "停电"),)


def test_commands_close_add_news_show_and_open(app: Flask, client: FlaskClient, switch: Path) -> None:
    run = app.test_cli_runner().invoke
    assert "开放" in run(args=["shutter", "show"]).output
    assert run(args=["shutter", "on", "正在升级"]).exit_code == 0
    assert run(args=["shutter", "on", "快好了"]).exit_code == 0
    lines = switch.read_text("utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == ["快好了", "正在升级"]
    assert "快好了" in run(args=["shutter", "show"]).output
    standing = (switch.parent / shutter.PAGE).read_text("utf-8")
    assert standing == client.get("/").text
    assert run(args=["shutter", "off"]).exit_code == 0
    assert not switch.exists()
    assert not (switch.parent / shutter.PAGE).exists()
    assert "本来就是" in run(args=["shutter", "off"]).output
    assert client.get("/").status_code == 200
