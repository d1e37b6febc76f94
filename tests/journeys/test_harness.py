"""The watch itself: what should be caught is caught."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from core.access import anonymous
from tests import browser as harness
from tests.browser import visiting

pytestmark = pytest.mark.browser

FAULTY = {
    "inline-style": ('<p style="color:red">x</p>', "content-security policy"),
    "inline-script": ("<script>1</script>", "content-security policy"),
    "foreign": ('<img alt="" src="https://elsewhere.example/x.png">', "left the house|content-security policy"),
    "unlabelled": ("<input type=text>", "label"),
    "pale": ('<p class="tag">淡色的字</p><link rel="stylesheet" href="/test/pale.css">', "color-contrast"),
    "too-wide": ("<pre>" + "x" * 400 + "</pre>", "too wide"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_faults_are_caught(app: Flask, browser: Browser, address: str, name: str) -> None:
    markup, complaint = FAULTY[name]

    @anonymous("a test")
    def page() -> str:
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>x</title>'
        body = f"<body><main><h1>x</h1>{markup}</main></body>"
        return f'<!doctype html><html lang="zh-CN"><head>{head}</head>{body}</html>'

    @anonymous("a test")
    def pale() -> tuple[str, dict[str, str]]:
        return ".tag { color: #bbb; background: #fff }", {"Content-Type": "text/css"}

    app.add_url_rule("/test/faulty", "test_faulty", page)
    app.add_url_rule("/test/pale.css", "test_pale", pale)
    with visiting(browser, address) as visitor:
        visitor.open("/test/faulty")
        with pytest.raises(AssertionError, match=complaint):
            visitor.look(f"harness-{name}", languages=("zh",))


def test_a_machine_without_a_browser_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        harness.chromium_path()
