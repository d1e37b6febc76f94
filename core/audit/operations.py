"""Recording. Entries wait in the session and are chained just before the commit."""

import datetime as dt
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import clock
from core.audit.chain import GENESIS, entry_hash
from core.audit.models import AuditEntry, AuditSeal, EntryKind
from core.db.transaction import before_commit, require_transaction, transaction

_PENDING = "zone_audit_pending"
_LOCK_KEY = 7_105_001

request_id_var: ContextVar[str] = ContextVar("request_id", default="")


class Signature(Protocol):
    """Whoever acts: an Actor of ``core.access``, or the house itself."""

    @property
    def account_id(self) -> uuid.UUID | None: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class House:
    """The product acting by itself: a job, a command, the reaper."""

    label: str = "house"
    account_id: uuid.UUID | None = None


def record(actor: Signature, operation: str, subject: object, **facts: Any) -> None:
    """Add an entry about ``subject`` (a model row, or a pair kind/id) to the open transaction.

    ``facts`` must be JSON values and hold no personal data beyond what is masked.
    """
    _add(EntryKind.WRITE, actor, operation, subject, facts)


def record_read(actor: Signature, operation: str, subject: object, **facts: Any) -> None:
    """Record that personal data of ``subject`` were shown in clear, exported or queried."""
    with transaction():
        _add(EntryKind.READ, actor, operation, subject, facts)


def record_denied(actor: Signature, operation: str, subject: object, **facts: Any) -> None:
    """Record a request for an object that the actor may not see."""
    with transaction():
        _add(EntryKind.DENIED, actor, operation, subject, facts)


def _add(kind: EntryKind, actor: Signature, operation: str, subject: object, facts: dict[str, Any]) -> None:
    subject_kind, subject_id = _name(subject)
    entry = AuditEntry(
        at=clock.now(),
        kind=kind,
        operation=operation,
        actor_id=actor.account_id,
        actor_label=actor.label,
        subject_kind=subject_kind,
        subject_id=subject_id,
        facts=facts,
        request_id=request_id_var.get(),
    )
    require_transaction().info.setdefault(_PENDING, []).append((entry, subject))


def _name(subject: object) -> tuple[str, str]:
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1])
    table = getattr(subject, "__tablename__", type(subject).__name__)
    return str(table), str(getattr(subject, "id", "") or "")


def _write_pending(session: Session) -> int:
    """Chain the waiting entries; holds the chain lock from here to the commit."""
    pending = session.info.pop(_PENDING, [])
    if not pending:
        return 0
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    head = session.execute(
        select(AuditEntry.seq, AuditEntry.entry_hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).one_or_none()
    seq, previous = (head.seq, head.entry_hash) if head else (0, GENESIS)
    for entry, subject in pending:
        seq += 1
        entry.seq = seq
        entry.subject_kind, entry.subject_id = _name(subject)
        entry.previous_hash = previous
        entry.entry_hash = previous = entry_hash(entry)
        session.add(entry)
    session.flush()
    return len(pending)


before_commit(_write_pending)


def seal_day(actor: Signature, day: dt.date) -> AuditSeal:
    """Write the seal of ``day`` (the head as it stands); a day already sealed returns its seal."""
    with transaction() as session:
        sealed = session.scalars(select(AuditSeal).where(AuditSeal.day == day)).one_or_none()
        if sealed is not None:
            record(actor, "audit.seal_again", sealed, day=day.isoformat())
            return sealed
        head = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).first()
        seal = AuditSeal(
            day=day,
            seq=head.seq if head else 0,
            entry_hash=head.entry_hash if head else GENESIS,
            entries=session.scalar(select(func.count()).select_from(AuditEntry)) or 0,
            sealed_at=clock.now(),
        )
        session.add(seal)
        session.flush()
        record(actor, "audit.seal", seal, day=day.isoformat(), seq=seal.seq, hash=seal.entry_hash)
        return seal
