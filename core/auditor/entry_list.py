"""The list of audit entries: searchable by operation, actor, subject and time."""

import datetime as dt

from flask import url_for
from sqlalchemy import ColumnElement, or_

from core import clock
from core.audit.models import AuditEntry, AuditSeal, EntryKind
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, choice, day, text
from core.web.status_words import StatusWord, add_status_words

KIND_WORDS = {
    EntryKind.WRITE: StatusWord(_l("办理")),
    EntryKind.READ: StatusWord(_l("查看"), "info"),
    EntryKind.DENIED: StatusWord(_l("拒绝"), "warning"),
}


def _about(value: str) -> ColumnElement[bool]:
    """A table's name, an id, or both as they stand in the list."""
    kind, _space, key = value.partition(" ")
    if key:
        return (AuditEntry.subject_kind == kind) & (AuditEntry.subject_id == key.strip())
    return or_(AuditEntry.subject_kind == value, AuditEntry.subject_id == value)


def _since(value: dt.date) -> ColumnElement[bool]:
    return AuditEntry.at >= clock.at_beijing(value)


def _until(value: dt.date) -> ColumnElement[bool]:
    return AuditEntry.at < clock.at_beijing(value + dt.timedelta(days=1))


ENTRIES: ListSpec[AuditEntry] = ListSpec(
    columns=(
        Column(
            "seq",
            _l("序号"),
            value=lambda entry: entry.seq,
            sort=AuditEntry.seq,
            link=lambda entry: url_for("auditor.entry", seq=entry.seq),
            number=True,
        ),
        Column("at", _l("时间"), value=lambda entry: entry.at),
        Column("kind", _l("类别"), value=lambda entry: entry.kind, status="audit"),
        Column("operation", _l("操作"), value=lambda entry: entry.operation, width=28),
        Column("actor", _l("操作人"), value=lambda entry: entry.actor_label),
        Column("subject", _l("对象"), value=lambda entry: f"{entry.subject_kind} {entry.subject_id}", width=50),
        Column("request", _l("请求编号"), value=lambda entry: entry.request_id),
    ),
    last=(AuditEntry.seq.desc(),),
    filters=(
        text("operation", _l("操作"), lambda value: AuditEntry.operation.startswith(value, autoescape=True)),
        text("actor", _l("操作人"), lambda value: AuditEntry.actor_label.startswith(value, autoescape=True)),
        text("about", _l("对象"), _about, hint=_l("表名、编号，或两者（中间空一格）")),
        text("request", _l("请求编号"), lambda value: AuditEntry.request_id == value),
        choice(
            "kind",
            _l("类别"),
            tuple((kind.value, word.word) for kind, word in KIND_WORDS.items()),
            lambda value: AuditEntry.kind == EntryKind(value),
        ),
        day("since", _l("从哪天"), _since),
        day("until", _l("到哪天"), _until),
    ),
    sort="-seq",
)

SEALS: ListSpec[AuditSeal] = ListSpec(
    columns=(
        Column("day", _l("日期"), value=lambda seal: seal.day, sort=AuditSeal.day),
        Column("seq", _l("序号"), value=lambda seal: seal.seq, number=True),
        Column("entries", _l("记录数"), value=lambda seal: seal.entries, number=True),
        Column("hash", _l("封存值"), value=lambda seal: seal.entry_hash, width=66),
        Column("sealed", _l("封存时间"), value=lambda seal: seal.sealed_at),
    ),
    last=(AuditSeal.id,),
    sort="-day",
)

add_status_words("audit", {kind.value: word for kind, word in KIND_WORDS.items()})
