"""The inbox as it is shown: newest first, each notice in the reader's language."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from core.i18n import lazy as _l
from core.notices.models import Notice
from core.notices.templates import UnknownTemplate, worded
from core.tables import Column, ListSpec, choice


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice as its reader sees it."""

    id: uuid.UUID
    title: str
    text: str
    at: dt.datetime
    leads_on: bool
    unread: bool


def letters(notices: Iterable[Notice]) -> tuple[Letter, ...]:
    """The notices in words; one whose room is not installed any more is left out."""
    shown = []
    for notice in notices:
        try:
            words = worded(notice.template, notice.facts)
        except UnknownTemplate:
            continue
        shown.append(
            Letter(notice.id, words.title, words.text, notice.visible_from, bool(notice.link), notice.read_at is None)
        )
    return tuple(shown)


def _is_read(value: str) -> ColumnElement[bool]:
    return Notice.read_at.is_(None) if value == "unread" else Notice.read_at.is_not(None)


INBOX: ListSpec[Notice] = ListSpec(
    columns=(Column("at", _l("时间"), value=lambda notice: notice.visible_from, sort=Notice.visible_from),),
    last=(Notice.id,),
    filters=(choice("read", _l("阅读情况"), (("unread", _l("未读")), ("read", _l("已读"))), _is_read),),
    sort="-at",
    size=20,
)
