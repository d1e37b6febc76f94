"""Issued documents: what was printed, under which number, and whether it still holds."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.models import Organisation
from core.crypto import EncryptedText
from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, never_removed
from core.db.types import EnumText, JsonText, UTCDateTime, one_of


class DocumentKind(enum.StrEnum):
    """The kinds of paper that a stranger can verify."""

    RECEIPT = "receipt"
    ADMISSION_LETTER = "admission_letter"
    STATUS_PROOF = "status_proof"


class DocumentState(enum.StrEnum):
    """``replaced`` names its successor; ``revoked`` has none."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"


class IssuedDocument(Versioned, Base):
    """One issued paper. ``content`` holds exactly the facts printed, names masked; it never changes."""

    __tablename__ = "issued_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    number: Mapped[str] = mapped_column(String(40))
    verification_code: Mapped[str] = mapped_column(String(60), unique=True)
    short_code: Mapped[str] = mapped_column(String(20), unique=True)
    issuer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID]
    content: Mapped[list[dict[str, str]]] = mapped_column(JsonText)
    content_sha256: Mapped[str] = mapped_column(String(64))
    holder_name: Mapped[str] = mapped_column(EncryptedText("issued_document.holder_name"))
    second_fact: Mapped[str | None] = mapped_column(EncryptedText("issued_document.second_fact"))
    issued_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    printed: Mapped[int] = mapped_column(default=0)
    state: Mapped[DocumentState] = mapped_column(EnumText(DocumentState), default=DocumentState.VALID)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issued_document.id"))
    issuer: Mapped[Organisation] = relationship()
    replaced_by: Mapped["IssuedDocument | None"] = relationship(remote_side=[id])

    __table_args__ = (
        UniqueConstraint("kind", "number"),
        one_of("kind", DocumentKind),
        one_of("state", DocumentState),
        CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("(state = 'replaced') = (replaced_by_id IS NOT NULL)", name="replaced_names_successor"),
        CheckConstraint("printed >= 0", name="printed_counted"),
        Index("ix_issued_document_subject", "subject_kind", "subject_id"),
        Index(
            "uq_issued_document_valid_subject",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=(state == DocumentState.VALID),
            postgresql_where=(state == DocumentState.VALID),
        ),
    )


_FIXED = (
    "kind",
    "number",
    "verification_code",
    "short_code",
    "issuer_id",
    "subject_kind",
    "subject_id",
    "content",
    "content_sha256",
    "issued_at",
)
guard(
    IssuedDocument,
    "content_fixed",
    "UPDATE",
    " OR ".join(f"NEW.{name} <> OLD.{name}" for name in _FIXED),
    "an issued document never changes",
)
never_removed(IssuedDocument, "an issued document is never removed")


class DocumentSerial(Base):
    """The last serial used by an issuer for a kind and year; numbers are never used again."""

    __tablename__ = "document_serial"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    issuer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        UniqueConstraint("issuer_id", "kind", "year"),
        one_of("kind", DocumentKind),
        CheckConstraint("last >= 0", name="serial_counts_up"),
    )
