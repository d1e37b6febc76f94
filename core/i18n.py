"""Words: Chinese is the source text, English a complete catalogue.

Everything above imports gettext from here, so that no operation knows the web framework.
"""

from collections.abc import Sequence

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale, lazy_gettext, ngettext
from flask_babel import gettext as translated

from core.words import Words

__all__ = ["babel", "current_language", "gettext", "init_app", "lazy", "ngettext", "say", "spoken_language", "_"]

babel = Babel()
lazy = lazy_gettext


def gettext(string: str, **variables: object) -> str:
    """The sentence in the reader's language, its named places filled."""
    return str(translated(string, **variables))


_ = gettext

SUPPORTED: Sequence[str] = ("zh", "en")
LANGUAGE_KEY = "language"


def current_language() -> str:
    """``zh`` or ``en``: the person's choice, else the browser's, else Chinese."""
    if not has_request_context():
        return "zh"
    chosen = session.get(LANGUAGE_KEY)
    if chosen in SUPPORTED:
        return str(chosen)
    return request.accept_languages.best_match(SUPPORTED) or "zh"


def spoken_language() -> str:
    """The language the catalogue speaks at this moment: of the page, or the one set around a call."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in SUPPORTED else SUPPORTED[0]


def say(sentence: object) -> str:
    """A sentence of any origin (catalogue, bilingual words, plain text) in the reader's language."""
    return sentence.text(current_language()) if isinstance(sentence, Words) else str(sentence)


def init_app(app: Flask) -> None:
    """Install the catalogue and the language choice."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    babel.init_app(app, locale_selector=current_language)
