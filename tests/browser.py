"""A real browser for tests: the system's Chromium against a live server of the application.

``Visitor.look(name)`` photographs a page at phone and desktop size in both languages, runs axe on it, and
fails on serious findings, on violations of the content-security policy, on script errors and on any
request that leaves the house.
"""

import logging
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route
from werkzeug.serving import WSGIRequestHandler, make_server

from core import clock
from core.accounts.models import Account
from core.accounts.sessions import open_session
from core.db import db, housekeeping
from core.documents import fonts
from core.web.actor import SESSION_KEY

PHONE, DESKTOP = (360, 640), (1280, 800)
SCREENS = Path(__file__).resolve().parent.parent / "build" / "screens"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HEADERS = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB,en;q=0.9"}
_UNMARKED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.textContent.trim();
    if (/[\\u3400-\\u9fff]/.test(text) && !node.parentElement.closest("[lang^=zh], script, style, textarea")) {
      found.push(text.slice(0, 60));
    }
  }
  return found.slice(0, 8);
}"""
"""Texts with Chinese that no element marks as Chinese: left without a translation, or without ``lang``."""
_WATCH = """
addEventListener("securitypolicyviolation", (event) => {
  window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


def chromium_path() -> str:
    """The browser on this machine; raises RuntimeError saying how to get one."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError(
        "Browser tests need Chromium on the PATH. On Debian or Ubuntu: apt-get install chromium. "
        "Without a browser run the other tests with: pytest -m 'not browser'"
    )


def launch(playwright: Playwright, work: Path) -> Browser:
    """Chromium with the house's typeface, so that Chinese is drawn on machines without one."""
    setting = work / "fonts.conf"
    setting.write_text(_fonts_conf(work), "utf-8")
    return playwright.chromium.launch(
        executable_path=chromium_path(),
        args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--lang=zh-CN"],
        env={**os.environ, "FONTCONFIG_FILE": str(setting), "LANGUAGE": "zh_CN"},
    )


def _fonts_conf(work: Path) -> str:
    folders = "".join(f"<dir>{folder}</dir>" for folder in (fonts.folder(), "/usr/share/fonts"))
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{work}/font-cache</cachedir></fontconfig>"
    )


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # the name of the base class
        logging.getLogger("tests.browser").debug(message, *args)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free port of 127.0.0.1; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitor:
    """One person with an own browser: cookies of their own, a page, and everything that went wrong there."""

    context: BrowserContext
    page: Page
    address: str
    scripts: bool = True
    violations: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    language: str = "zh"

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to a path of the service, which must answer so (a refusal is no page to look at)."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status} {self.page.title()}"
        return self.page

    def cookie(self, name: str, value: str) -> None:
        """Give the browser a cookie of the service."""
        secure_address = self.address.replace("http://", "https://")
        cookie: Any = {"name": name, "value": value, "url": secure_address, "secure": True, "httpOnly": True}
        self.context.add_cookies([cookie])

    def sign_in(self, app: Flask, who: Account, *, second_factor: bool = True) -> None:
        """Give the browser a session of this account, as the sign-in page would. Needs an app context."""
        with housekeeping():
            token = open_session(
                db.session.get_one(Account, who.id),
                address="127.0.0.1",
                second_factor_at=clock.now() if second_factor else None,
            )
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        self.cookie(str(app.config["SESSION_COOKIE_NAME"]), signer.dumps({SESSION_KEY: token}))

    def look(
        self, name: str, *, languages: Sequence[str] = ("zh", "en"), axe: bool = True, stay: bool = True
    ) -> None:
        """Photograph and check the page as it is. Pages that answer a POST: give ``languages=("zh",)``.

        The page is loaded once more for each language it is not in yet; ``stay`` loads the first one again,
        for tests that go on from here. axe runs once a width, in the first language.
        """
        SCREENS.mkdir(parents=True, exist_ok=True)
        for language in languages:
            self._turn(language)
            for size in (PHONE, DESKTOP):
                self.page.set_viewport_size({"width": size[0], "height": size[1]})
                self.page.screenshot(path=SCREENS / f"{name}-{size[0]}-{language}.png", full_page=True)
                overflow = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert overflow <= 0, f"{name}: {overflow} px too wide at {size[0]} px ({language})"
                if axe and language == languages[0]:
                    self._axe(f"{name} at {size[0]} px ({language})")
            if language == "en":
                strange = self.page.evaluate(_UNMARKED)
                assert not strange, f"{name}: Chinese on the English page without its language: {strange}"
        if stay:
            self._turn(languages[0])
        self.language = languages[0]
        self.check(name)

    def _turn(self, language: str) -> None:
        """Load the page in a language, if it is not in it already."""
        shown = str(self.page.evaluate("document.documentElement.lang"))
        if not shown.startswith(language):
            self.language = language
            self.page.reload()
            assert str(self.page.evaluate("document.documentElement.lang")).startswith(language)

    def check(self, name: str = "") -> None:
        """Fail on anything that went wrong in this browser so far."""
        assert not self.violations, f"{name}: content-security policy: {self.violations}"
        assert not self.foreign, f"{name}: requests left the house: {self.foreign}"
        assert not self.faults, f"{name}: script errors: {self.faults}"

    def _axe(self, where: str) -> None:
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        grave = [
            f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not grave, f"{where}: " + "; ".join(grave)


@contextmanager
def visiting(
    browser: Browser, address: str, *, scripts: bool = True, size: tuple[int, int] = PHONE
) -> Iterator[Visitor]:
    """A new visitor, watched from the first request to the last."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        java_script_enabled=scripts,
    )
    visitor = Visitor(context, context.new_page(), address, scripts)
    _watch(visitor)
    try:
        yield visitor
    finally:
        context.close()


def _watch(visitor: Visitor) -> None:
    host = urlsplit(visitor.address).netloc

    def gate(route: Route) -> None:
        target = urlsplit(route.request.url)
        if target.scheme in ("data", "blob", "about") or target.netloc == host:
            route.continue_(headers={**route.request.headers, "accept-language": _HEADERS[visitor.language]})
            return
        visitor.foreign.append(route.request.url)
        route.abort()

    visitor.context.route("**/*", gate)
    visitor.context.expose_binding("reportViolation", lambda _source, text: visitor.violations.append(text))
    visitor.context.add_init_script(_WATCH)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    visitor.page.on(
        "console",
        lambda line: visitor.violations.append(line.text) if "Content Security Policy" in line.text else None,
    )
