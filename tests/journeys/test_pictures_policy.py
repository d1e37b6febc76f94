"""Pictures inline under the strictest content-security policy: the browser reports no violation."""

import pytest
from playwright.sync_api import Browser

from core.documents.qr import qr_svg
from tests.core.charts.samples import KINDS

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>t</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-n'">
<script nonce="n">window.found = [];
document.addEventListener('securitypolicyviolation', e => found.push(e.violatedDirective));</script>
</head><body>%s</body></html>"""


@pytest.mark.browser
def test_pictures_break_no_content_security_policy(browser: Browser) -> None:
    pictures = [draw("zh").svg for draw in KINDS.values()]
    pictures.append(qr_svg("https://zone.example.cn/verify/X", title="扫码核验"))
    assert _violations(browser, "".join(pictures)) == []
    assert _violations(browser, "<p style='color:red'>x</p>") == ["style-src-attr"]


def _violations(browser: Browser, body: str) -> list[str]:
    page = browser.new_page()
    page.set_content(PAGE % body)
    page.wait_for_timeout(50)
    found: list[str] = page.evaluate("window.found")
    return found
