"""Reading the chain: about one subject, and who looked at it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, false, or_, select

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


def reads_of_any(subjects: Iterable[tuple[str, object]], *, limit: int = 500) -> Sequence[AuditEntry]:
    """Who looked at any of these subjects (a record and what belongs to it), newest first."""
    wanted = [
        and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id == str(subject_id))
        for kind, subject_id in subjects
    ]
    query = (
        select(AuditEntry)
        .where(AuditEntry.kind == EntryKind.READ, or_(false(), *wanted))
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()
