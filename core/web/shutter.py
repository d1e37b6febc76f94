"""The shutter: one file in the data directory closes the whole service with dated news and a phone number.

``shutter.txt`` holds one piece of news a line, newest first, each beginning with its moment in Beijing
time: ``2026-06-20 17:00 正在恢复数据库，预计 18:00 开放。`` The same text stands ready as ``shutter.html``
for a front server to show while the application itself is away.
"""

import base64
import datetime as dt
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from core import clock
from core.web.headers import HEADERS
from core.web.static_files import folder_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SWITCH, PAGE = "shutter.txt", "shutter.html"
RETRY_SECONDS = 600
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2})\s+(.*)")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_NEWS, _PHONE = "<!-- news -->", "<!-- phone -->"
_USUAL = "系统正在维护。您已提交的内容没有丢失，请稍后再来。 The service is closed for maintenance. Nothing is lost."


@dataclass(frozen=True, slots=True)
class News:
    """One dated sentence; ``at`` is written in Beijing time."""

    at: str
    text: str


def close(data_dir: Path, text: str, template: Path, phone: str) -> None:
    """Close the service, or add a piece of news on top if it is closed already; write the page to disk, too."""
    line = f"{clock.moment_cell(clock.now())} {' '.join(text.split()) or _USUAL}\n"
    switch = data_dir / SWITCH
    earlier = switch.read_text("utf-8") if switch.exists() else ""
    _replace(switch, line + earlier)
    _replace(data_dir / PAGE, page(template.read_text("utf-8"), news_of(switch), phone))


def _replace(target: Path, text: str) -> None:
    draft = target.with_name(f"{target.name}.new")
    draft.write_text(text, "utf-8")
    os.replace(draft, target)


def reopen(data_dir: Path) -> bool:
    """Open the service again; False if it was open."""
    was_closed = (data_dir / SWITCH).exists()
    (data_dir / SWITCH).unlink(missing_ok=True)
    (data_dir / PAGE).unlink(missing_ok=True)
    return was_closed


def news_of(switch: Path) -> tuple[News, ...]:
    """What the switch file says; a line without a moment is dated by the file, an empty file says the usual."""
    written = clock.moment_cell(dt.datetime.fromtimestamp(switch.stat().st_mtime, dt.UTC))
    lines = [line.strip() for line in switch.read_text("utf-8", errors="replace").splitlines() if line.strip()]
    found = [_STAMP.fullmatch(line) for line in lines]
    news = tuple(
        News(match[1], match[2]) if match else News(written, line) for match, line in zip(found, lines, strict=True)
    )
    return news or (News(written, _USUAL),)


def page(template: str, news: tuple[News, ...], phone: str) -> str:
    """The finished page, complete in itself."""
    items = "\n".join(
        f'<li><time datetime="{html.escape(one.at.replace(" ", "T"))}+08:00">{html.escape(one.at)}</time>'
        f"<p>{html.escape(one.text)}</p></li>"
        for one in news
    )
    return template.replace(_NEWS, items).replace(_PHONE, html.escape(phone))


class Shutter:
    """WSGI layer: while the switch file is there, every address answers 503 with the news."""

    def __init__(self, application: "WSGIApplication", data_dir: Path, template: Path, phone: str) -> None:
        self._application = application
        self._switch = data_dir / SWITCH
        self._template = template
        self._phone = phone

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            news = news_of(self._switch)
        except FileNotFoundError:
            return self._application(environ, start_response)
        template = self._template.read_text("utf-8")
        if _wants_json(environ):
            kind, body = "application/json", self._json(news)
        else:
            kind, body = "text/html; charset=utf-8", page(template, news, self._phone)
        content = body.encode()
        headers = {
            **HEADERS,
            "Content-Security-Policy": _policy(template),
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Retry-After": str(RETRY_SECONDS),
            "Vary": "Accept",
        }
        start_response("503 Service Unavailable", list(headers.items()))
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [content]

    def _json(self, news: tuple[News, ...]) -> str:
        return json.dumps(
            {
                "status": 503,
                "title": "服务暂停 Service closed",
                "news": [{"at": f"{one.at.replace(' ', 'T')}:00+08:00", "text": one.text} for one in news],
                "phone": self._phone,
                "retry_after_seconds": RETRY_SECONDS,
            },
            ensure_ascii=False,
        )


def _wants_json(environ: "WSGIEnvironment") -> bool:
    accept = environ.get("HTTP_ACCEPT", "")
    return "json" in accept.lower() and "text/html" not in accept.lower()


def _policy(template: str) -> str:
    """The page carries its own style sheet (nothing else may be there to serve one); its hash allows just that."""
    digests = (hashlib.sha256(sheet.encode()).digest() for sheet in _STYLE.findall(template))
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    return f"default-src 'none'; style-src {allowed}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def template_of(app: Flask) -> Path:
    """The page's file, with marks where news and phone number go."""
    return folder_of(app) / "shutter.html"


def init_app(app: Flask) -> None:
    """Put the shutter in front of everything."""
    settings = app.extensions["zone_settings"]
    app.wsgi_app = Shutter(app.wsgi_app, settings.data_dir, template_of(app), settings.helpline)  # type: ignore[method-assign]  # the documented way
