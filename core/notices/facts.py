"""What a notice knows, as it is kept and as its reader sees it: moments and names have no language until then."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core import clock
from core.words import Words

Fact = str | int | dt.datetime | Words
Facts = Mapping[str, Fact]
Stored = Mapping[str, Any]

_MOMENT = "at"


def stored(facts: Facts) -> dict[str, Any]:
    """The facts as JSON: a moment as ISO 8601, bilingual words with both languages."""
    return {name: _kept(fact) for name, fact in facts.items()}


def shown(facts: Stored, language: str) -> dict[str, Any]:
    """The stored facts in words of ``language`` (``zh`` or ``en``)."""
    return {name: _read(fact, language) for name, fact in facts.items()}


def _kept(fact: Fact) -> Any:
    if isinstance(fact, Words):
        return {"zh": fact.zh, "en": fact.en}
    return {_MOMENT: fact.isoformat()} if isinstance(fact, dt.datetime) else fact


def _read(fact: Any, language: str) -> Any:
    if not isinstance(fact, dict):
        return fact
    if _MOMENT in fact:
        return clock.moment_text(dt.datetime.fromisoformat(fact[_MOMENT]), language)
    return Words(**fact).text(language)
