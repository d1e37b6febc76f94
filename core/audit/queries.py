"""Reading the chain: about one subject, and who looked at it."""

from collections.abc import Sequence

from sqlalchemy import select

from core.audit.models import AuditEntry, EntryKind
from core.db.base import db


def entries_about(subject_kind: str, subject_id: object, *, limit: int = 200) -> Sequence[AuditEntry]:
    """What was done to one subject, newest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


def reads_of(subject_kind: str, subject_id: object) -> Sequence[AuditEntry]:
    """Who looked at the personal data of one subject, newest first."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == subject_kind,
            AuditEntry.subject_id == str(subject_id),
            AuditEntry.kind == EntryKind.READ,
        )
        .order_by(AuditEntry.seq.desc())
    )
    return db.session.scalars(query).all()
