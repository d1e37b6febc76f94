"""Person, spells, status entries: one person across schools and provinces, true on every past day."""

import datetime as dt
import enum
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.crypto import EncryptedText, blind_index
from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, Points, UTCDateTime, one_of
from registry.schools.models import Programme, School, Stage
from registry.students.states import Status


class IdentityState(enum.StrEnum):
    """``open``: the document is missing or temporary; ``conflict``: facts contradict each other."""

    CONFIRMED = "confirmed"
    OPEN = "open"
    CONFLICT = "conflict"


class Person(Versioned, Base):
    """One human being, once. The document number is encrypted and found by its blind index."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    name_pinyin: Mapped[str] = mapped_column(String(200), default="")
    name_initials: Mapped[str] = mapped_column(String(40), default="", index=True)
    sex: Mapped[str] = mapped_column(String(1))
    birth_date: Mapped[dt.date | None]
    ethnicity: Mapped[str | None] = mapped_column(String(2))
    political_status: Mapped[str | None] = mapped_column(String(2))
    document_type: Mapped[str] = mapped_column(String(4))
    document_number: Mapped[str | None] = mapped_column(EncryptedText("person.document_number"))
    document_index: Mapped[str | None] = mapped_column(String(64), index=True)
    identity_state: Mapped[IdentityState] = mapped_column(EnumText(IdentityState))
    phone: Mapped[str | None] = mapped_column(EncryptedText("person.phone"))
    address: Mapped[str | None] = mapped_column(EncryptedText("person.address"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    spells: Mapped[list["Spell"]] = relationship(back_populates="person", order_by="Spell.entered_on")
    guardians: Mapped[list["Guardian"]] = relationship(back_populates="person")
    numbers: Mapped[list["RegistryNumber"]] = relationship(back_populates="person")

    __table_args__ = (
        one_of("identity_state", IdentityState),
        CheckConstraint("sex IN ('0', '1', '2', '9')", name="sex_known"),
        Index(
            "uq_person_document",
            "document_type",
            "document_index",
            unique=True,
            sqlite_where=(document_index.is_not(None)),
            postgresql_where=(document_index.is_not(None)),
        ),
    )

    @validates("document_number")
    def _index_document(self, _key: str, value: str | None) -> str | None:
        self.document_index = blind_index("document", value) if value else None
        return value


class NumberKind(enum.StrEnum):
    """学籍号: kept from compulsory school, temporary (L), formal (G)."""

    KEPT = "kept"
    TEMPORARY = "temporary"
    FORMAL = "formal"


class RegistryNumber(Base):
    """A 学籍号 of a person from a day on; old numbers stay and still find."""

    __tablename__ = "registry_number"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[NumberKind] = mapped_column(EnumText(NumberKind))
    number: Mapped[str] = mapped_column(EncryptedText("registry_number.number"))
    number_index: Mapped[str] = mapped_column(String(64), unique=True)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    person: Mapped[Person] = relationship(back_populates="numbers")

    __table_args__ = (one_of("kind", NumberKind),)

    @validates("number")
    def _index_number(self, _key: str, value: str) -> str:
        self.number_index = blind_index("registry_number", value)
        return value


class Guardian(Versioned, Base):
    """A guardian of a person; the phone may serve several children."""

    __tablename__ = "guardian"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText("guardian.name"))
    relation: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(EncryptedText("guardian.phone"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    person: Mapped[Person] = relationship(back_populates="guardians")


class SchoolClass(Versioned, Base):
    """A class (班级) of one school, programme and entry year."""

    __tablename__ = "school_class"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme.id"))
    entry_year: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))

    __table_args__ = (UniqueConstraint("school_id", "entry_year", "name"),)


class Spell(Versioned, Base):
    """One stay of a person at one school (就读阶段), open while ``left_on`` is empty.

    Exam facts keep the true source county, score and full mark; exports only map them.
    ``origin_id`` names the placement that led here, if the enrolment half did.
    """

    __tablename__ = "spell"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    class_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("school_class.id"))
    entered_on: Mapped[dt.date]
    left_on: Mapped[dt.date | None] = mapped_column()
    school_number: Mapped[str | None] = mapped_column(String(40))
    source_county: Mapped[str] = mapped_column(String(6), index=True)
    governing_province: Mapped[str] = mapped_column(String(6))
    stage: Mapped[Stage] = mapped_column(EnumText(Stage), default=Stage.SECONDARY)
    entry_kind: Mapped[str] = mapped_column(String(2), default="01")
    boards: Mapped[bool] = mapped_column(default=False)
    exam_year: Mapped[int | None]
    exam_number: Mapped[str | None] = mapped_column(String(40))
    exam_score: Mapped[Decimal | None] = mapped_column(Points)
    exam_full: Mapped[Decimal | None] = mapped_column(Points)
    origin_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    person: Mapped[Person] = relationship(back_populates="spells")
    school: Mapped[School] = relationship()
    programme: Mapped[Programme] = relationship()
    school_class: Mapped[SchoolClass | None] = relationship()
    entries: Mapped[list["StatusEntry"]] = relationship(
        back_populates="spell", order_by="StatusEntry.recorded_at, StatusEntry.id"
    )

    __table_args__ = (
        one_of("stage", Stage),
        CheckConstraint("left_on IS NULL OR left_on >= entered_on", name="dates_in_order"),
        UniqueConstraint("school_id", "school_number"),
        Index(
            "uq_spell_open",
            "person_id",
            unique=True,
            sqlite_where=(left_on.is_(None)),
            postgresql_where=(left_on.is_(None)),
        ),
    )


class StatusEntry(Base):
    """One status of a spell: true in the world from ``effective_on``, known to us from ``recorded_at``.

    Append-only. An entry may put an earlier one right (``corrects_id``); nothing is overwritten.
    """

    __tablename__ = "status_entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    spell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("spell.id"), index=True)
    status: Mapped[Status] = mapped_column(EnumText(Status))
    effective_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    event: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str | None] = mapped_column(String(4))
    note: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[uuid.UUID | None]
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("status_entry.id"), unique=True)
    recorded_by: Mapped[uuid.UUID | None]
    spell: Mapped[Spell] = relationship(back_populates="entries")

    __table_args__ = (
        one_of("status", Status),
        Index("ix_status_entry_spell_time", "spell_id", "effective_on", "recorded_at"),
    )


append_only(StatusEntry)
