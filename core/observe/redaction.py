"""The one place where log lines lose what could name a person.

Two nets: keys that hold personal data or secrets lose their value whatever it is; every other text loses
what looks like a document number, a phone, an address of mail, or a run of Chinese characters (a name).
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REMOVED = "[removed]"

_PRIVATE_KEYS = re.compile(
    r"name$|phone|document|number$|address|password|secret|token|code$|birth|guardian|cookie|authorization|email"
    r"|body|form|query",
    re.IGNORECASE,
)
_HOUSE_KEYS = frozenset({"event", "request_id", "account_id", "status_code", "logger_name", "route_name"})
_LOOKS_PRIVATE = re.compile(
    r"(?<![0-9a-f-])(?:"
    r"\d{17}[\dXx]|\d{15}"  # resident ID, old and new
    r"|(?:\+?86[- ]?)?1[3-9]\d{9}"  # mobile phone
    r"|[HMhm]\d{8,10}|[GLgl]\d{17}[\dXx]"  # permits, 学籍号
    r")(?![0-9a-f-])"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
)
_CHINESE = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]+")

Event = MutableMapping[str, Any]


def redact_text(text: str) -> str:
    """The text without numbers and names that could belong to a person, on one line."""
    cleaned = _CHINESE.sub("…", _LOOKS_PRIVATE.sub(REMOVED, text))
    return "".join(character if character.isprintable() else " " for character in cleaned)


def redact(_logger: object, _method: str, event: Event) -> Event:
    """A structlog processor: the same event, fit to be kept."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if key not in _HOUSE_KEYS and _PRIVATE_KEYS.search(key):
        return REMOVED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {str(inner): _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item) for item in value]
    return value if isinstance(value, bool | int | float | None) else redact_text(str(value))
