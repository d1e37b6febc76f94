"""What the student page shows: the history of each spell, with both dates, newest first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import date_cell, moment_text
from core.i18n import current_language
from core.i18n import gettext as _
from registry.students.history import in_force, status_on
from registry.students.models import Spell, StatusEntry
from registry.students.states import EVENT_WORDS, STATUS_WORDS, Event


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One line of a timeline: what, when it was true, when we knew, and details."""

    title: str
    when: str
    who: str
    lines: tuple[str, ...]


def status_word(spell: Spell, day: dt.date, known_at: dt.datetime | None = None) -> str:
    """The word for a spell's status on a day; a dash before its first entry."""
    status = status_on(spell.entries, day, known_at=known_at)
    return STATUS_WORDS[status].text(current_language()) if status else "—"


def timeline(spell: Spell, *, known_at: dt.datetime | None = None) -> Sequence[TimelineItem]:
    """All entries known at a moment, the corrected ones marked, newest effect first."""
    known = [entry for entry in spell.entries if known_at is None or entry.recorded_at <= known_at]
    standing = {entry.id for entry in in_force(known)}
    ordered = sorted(known, key=lambda entry: (entry.effective_on, entry.recorded_at), reverse=True)
    return [_item(entry, stands=entry.id in standing) for entry in ordered]


def _item(entry: StatusEntry, *, stands: bool) -> TimelineItem:
    language = current_language()
    lines = [_("登记时间：%(at)s", at=moment_text(entry.recorded_at, language))]
    if entry.note:
        lines.append(entry.note)
    if not stands:
        lines.append(_("此条已被后来的更正取代。"))
    event = EVENT_WORDS[Event(entry.event)].text(language)
    return TimelineItem(
        title=f"{event} → {STATUS_WORDS[entry.status].text(language)}",
        when=_("生效日期：%(day)s", day=date_cell(entry.effective_on)),
        who="",
        lines=tuple(lines),
    )
