"""The public pages in a real browser."""

import pytest

from tests.browser import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility", "/site-map"])
def test_public_page(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.look("public-" + (path.strip("/") or "home"))


def test_secure_cookies_hold_and_switches_keep_the_place(visitor: Visitor) -> None:
    page = visitor.open("/help")
    page.get_by_role("button", name="大字版").click()
    assert page.url.endswith("/help")
    assert "large-print" in str(page.locator("html").get_attribute("class"))
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/help")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "large-print" in str(page.locator("html").get_attribute("class"))
