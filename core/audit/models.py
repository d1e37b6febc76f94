"""Audit entries and their daily seals; both append-only on both databases."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, JsonText, UTCDateTime, one_of

Sequence = BigInteger().with_variant(Integer, "sqlite")


class EntryKind(enum.StrEnum):
    """What an entry tells: something was done, somebody looked, or a request was denied."""

    WRITE = "write"
    READ = "read"
    DENIED = "denied"


class AuditEntry(Base):
    """One link of the chain. ``entry_hash`` covers every other column and the previous hash."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    operation: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[uuid.UUID | None]
    actor_label: Mapped[str] = mapped_column(String(200))
    subject_kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    request_id: Mapped[str] = mapped_column(String(60), default="")
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (
        one_of("kind", EntryKind),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "seq"),
        Index("ix_audit_entry_actor", "actor_id", "seq"),
    )


class AuditSeal(Base):
    """The head of the chain at the end of a day, to be printed or kept elsewhere."""

    __tablename__ = "audit_seal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    day: Mapped[dt.date]
    seq: Mapped[int] = mapped_column(Sequence)
    entry_hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int] = mapped_column(Sequence)
    sealed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("day"),)


append_only(AuditEntry)
append_only(AuditSeal)
