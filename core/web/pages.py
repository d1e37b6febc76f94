"""What every template may use: the actor, the menu, dates, the demo mark."""

import datetime as dt

from flask import Flask, current_app, request

from core import clock
from core.config import Settings
from core.i18n import current_language, say
from core.web.actor import current_actor
from core.web.chinese import chinese_marked
from core.web.gate import local_path
from core.web.idempotency import new_token
from core.web.menu import MenuEntry, grouped, menu_of
from core.web.standing import standing_notes
from core.web.status_words import status_word
from core.words import Words

DISPLAY_COOKIE = "__Host-display"
LARGE_PRINT = "large"


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["zone_settings"]
    return found


def init_app(app: Flask) -> None:
    """Install the template globals and filters."""

    @app.context_processor
    def common() -> dict[str, object]:
        actor = current_actor()
        return {
            "actor": actor,
            "menu": grouped(_existing(menu_of(actor))),
            "language": current_language(),
            "demo": settings().mode == "demo",
            "helpline": settings().helpline,
            "standing_notes": lambda: standing_notes(actor),
            "now": clock.now(),
            "today": clock.today(),
            "large_print": request.cookies.get(DISPLAY_COOKIE) == LARGE_PRINT,
            "this_address": local_path(request.full_path) if request.method == "GET" else "/",
        }

    app.jinja_env.globals.update(has_endpoint=has_endpoint, new_token=new_token, status_word=status_word)
    app.jinja_env.finalize = in_words
    app.jinja_env.filters["say"] = say
    app.jinja_env.filters["spoken"] = show_spoken
    app.jinja_env.filters["cell"] = show_cell
    app.jinja_env.filters["clock"] = show_clock
    app.jinja_env.filters["moment"] = show_moment
    app.jinja_env.filters["day"] = show_day
    app.jinja_env.filters["weekday"] = show_weekday


def has_endpoint(endpoint: str) -> bool:
    """Whether a page of this name exists in this installation."""
    return endpoint in current_app.view_functions


def _existing(entries: tuple[MenuEntry, ...]) -> tuple[MenuEntry, ...]:
    """Entries whose page exists in this installation."""
    return tuple(entry for entry in entries if has_endpoint(entry.endpoint))


def in_words(value: object) -> object:
    """What every template expression passes through: bilingual words in the reader's language."""
    return say(value) if isinstance(value, Words) else value


def show_spoken(value: object) -> object:
    """Text as people wrote it (names, addresses, letters); Chinese on an English page is marked as Chinese.

    For the content of elements, never inside attributes.
    """
    text = in_words(value)
    return text if current_language() == "zh" else chinese_marked(text)


def show_cell(value: object) -> object:
    """A value as tables show it: days and moments short, nothing as a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, dt.datetime):
        return clock.moment_cell(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def show_clock(value: dt.datetime) -> str:
    """The time of day in Beijing: 17:05."""
    return clock.moment_cell(value)[-5:]


def show_moment(value: dt.datetime | None) -> str:
    """An instant in Beijing time, in words of the reader's language."""
    if value is None:
        return ""
    return clock.moment_text(value, current_language())


def show_weekday(value: dt.date) -> str:
    """A day in words with its weekday: 2026年9月1日（周二）."""
    return clock.date_text(value, current_language(), weekday=True)


def show_day(value: dt.date | None) -> str:
    """A day as it is written in tables: 2026-09-01."""
    return value.isoformat() if value else ""
