"""Applicants, guardians, consents, papers; applications and their versions with ranked choices."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.crypto import EncryptedText, blind_index
from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, guard_rows
from core.db.types import EnumText, JsonText, Points, UTCDateTime, WordsText, one_of
from core.files.models import StoredFile
from core.policy.filing import Residence
from core.words import Words
from enrolment.applications.consents import ConsentPurpose
from enrolment.applications.states import ApplicationState, PaperKind, PaperState, VersionState
from enrolment.cycles.models import Cycle, Round
from registry.schools.models import Programme

__all__ = [
    "Applicant",
    "ApplicantGuardian",
    "Application",
    "ApplicationState",
    "ApplicationVersion",
    "Choice",
    "Consent",
    "ConsentPurpose",
    "Paper",
    "PaperKind",
    "PaperState",
    "SubjectScore",
    "VersionState",
]


class Applicant(Versioned, Base):
    """A pupil on a county's list of one year. The list is the county's; corrections are asked for."""

    __tablename__ = "applicant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycle.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)
    county: Mapped[str] = mapped_column(String(6), index=True)
    candidate_number: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(100))
    sex: Mapped[str] = mapped_column(String(1))
    birth_date: Mapped[dt.date]
    document_type: Mapped[str] = mapped_column(String(4))
    document_number: Mapped[str] = mapped_column(EncryptedText("applicant.document_number"))
    document_index: Mapped[str] = mapped_column(String(64))
    ethnicity: Mapped[str | None] = mapped_column(String(2))
    junior_school: Mapped[str] = mapped_column(String(100), default="")
    junior_class: Mapped[str] = mapped_column(String(40), default="")
    earlier_leaver: Mapped[bool | None]
    hukou: Mapped[Residence | None] = mapped_column(EnumText(Residence))
    junior_roll: Mapped[Residence | None] = mapped_column(EnumText(Residence))
    residence_proof: Mapped[bool | None]
    phone: Mapped[str | None] = mapped_column(EncryptedText("applicant.phone"))
    address: Mapped[str | None] = mapped_column(EncryptedText("applicant.address"))
    boards: Mapped[bool | None]
    bonus: Mapped[Decimal] = mapped_column(Points, default=Decimal(0))
    lottery: Mapped[int | None]
    tags: Mapped[list[str]] = mapped_column(JsonText, default=list)
    taken_elsewhere: Mapped[bool] = mapped_column(default=False)
    cycle: Mapped[Cycle] = relationship()
    guardians: Mapped[list["ApplicantGuardian"]] = relationship(back_populates="applicant")
    scores: Mapped[list["SubjectScore"]] = relationship(
        back_populates="applicant", order_by="SubjectScore.position", cascade="all, delete-orphan"
    )
    papers: Mapped[list["Paper"]] = relationship(back_populates="applicant", order_by="Paper.uploaded_at")
    applications: Mapped[list["Application"]] = relationship(back_populates="applicant")

    __table_args__ = (
        UniqueConstraint("cycle_id", "candidate_number"),
        UniqueConstraint("cycle_id", "county", "document_type", "document_index"),
        Index("ix_applicant_document", "cycle_id", "document_type", "document_index"),
        CheckConstraint("sex IN ('1', '2')", name="sex_known"),
        CheckConstraint("bonus >= 0", name="bonus_not_negative"),
        CheckConstraint("hukou IN ('local', 'outside')", name="hukou_known"),
        CheckConstraint("junior_roll IN ('local', 'outside')", name="junior_roll_known"),
    )

    @validates("document_number")
    def _index_document(self, _key: str, value: str) -> str:
        self.document_index = blind_index("document", value)
        return value


class SubjectScore(Base):
    """One subject's score of an applicant, exact; a missing score is a missing row, never zero."""

    __tablename__ = "subject_score"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"))
    subject: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    points: Mapped[Decimal] = mapped_column(Points)
    full: Mapped[Decimal] = mapped_column(Points)
    applicant: Mapped[Applicant] = relationship(back_populates="scores")

    __table_args__ = (
        UniqueConstraint("applicant_id", "subject"),
        CheckConstraint('points >= 0 AND points <= "full"', name="points_within_full"),
    )


class ApplicantGuardian(Versioned, Base):
    """A guardian of an applicant. One phone, and one account, may serve several children."""

    __tablename__ = "applicant_guardian"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText("applicant_guardian.name"))
    relation: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str] = mapped_column(EncryptedText("applicant_guardian.phone"))
    phone_index: Mapped[str] = mapped_column(String(64), index=True)
    applicant: Mapped[Applicant] = relationship(back_populates="guardians")

    @validates("phone")
    def _index_phone(self, _key: str, value: str) -> str:
        self.phone_index = blind_index("phone", value)
        return value


class Consent(Base):
    """A guardian's consent to one purpose under one version of the notice."""

    __tablename__ = "consent"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"), index=True)
    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant_guardian.id"))
    purpose: Mapped[ConsentPurpose] = mapped_column(EnumText(ConsentPurpose))
    notice_version: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20), default="online")
    given_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (one_of("purpose", ConsentPurpose),)


class Paper(Versioned, Base):
    """One uploaded paper and what the officer said of it."""

    __tablename__ = "paper"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(EnumText(PaperKind))
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id"), index=True)
    state: Mapped[PaperState] = mapped_column(EnumText(PaperState), default=PaperState.UPLOADED)
    reason: Mapped[Words | None] = mapped_column(WordsText)
    uploaded_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    applicant: Mapped[Applicant] = relationship(back_populates="papers")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        one_of("kind", PaperKind),
        one_of("state", PaperState),
        CheckConstraint("state <> 'returned' OR reason IS NOT NULL", name="returned_says_why"),
        Index(
            "uq_paper_current",
            "applicant_id",
            "kind",
            unique=True,
            sqlite_where=(state != PaperState.REPLACED),
            postgresql_where=(state != PaperState.REPLACED),
        ),
    )


class Application(Versioned, Base):
    """An applicant's application in one round; what counts is its version in force.

    ``open_items`` names what a return for correction has opened again (values of ``states.Item``).
    """

    __tablename__ = "application"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"), index=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(EnumText(ApplicationState), default=ApplicationState.DRAFT)
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    identity_checked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    correct_by: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    open_items: Mapped[list[str]] = mapped_column(JsonText, default=list)
    signed_copy_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    applicant: Mapped[Applicant] = relationship(back_populates="applications")
    round: Mapped[Round] = relationship()
    versions: Mapped[list["ApplicationVersion"]] = relationship(
        back_populates="application", order_by="ApplicationVersion.number"
    )

    __table_args__ = (
        UniqueConstraint("applicant_id", "round_id"),
        one_of("state", ApplicationState),
        CheckConstraint("(state = 'returned') = (correct_by IS NOT NULL)", name="returned_has_deadline"),
    )


class ApplicationVersion(Versioned, Base):
    """One version of the choices. Submitted ones are readable for ever; at most one is being edited."""

    __tablename__ = "application_version"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(EnumText(VersionState), default=VersionState.DRAFT)
    accepts_adjustment: Mapped[bool] = mapped_column(default=False)
    guardian_comment: Mapped[str] = mapped_column(Text, default="")
    edited_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("applicant_guardian.id"))
    receipt_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    application: Mapped[Application] = relationship(back_populates="versions")
    choices: Mapped[list["Choice"]] = relationship(
        back_populates="version_row", order_by="Choice.rank", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        one_of("state", VersionState),
        CheckConstraint(
            "state NOT IN ('submitted', 'superseded') OR (submitted_at IS NOT NULL AND receipt_number IS NOT NULL "
            "AND content_sha256 IS NOT NULL)",
            name="submitted_has_receipt",
        ),
        Index(
            "uq_application_version_edited",
            "application_id",
            unique=True,
            sqlite_where=(state.in_([VersionState.DRAFT, VersionState.AWAITING_GUARDIAN])),
            postgresql_where=(state.in_([VersionState.DRAFT, VersionState.AWAITING_GUARDIAN])),
        ),
        Index(
            "uq_application_version_in_force",
            "application_id",
            unique=True,
            sqlite_where=(state == VersionState.SUBMITTED),
            postgresql_where=(state == VersionState.SUBMITTED),
        ),
    )


class Choice(Base):
    """One ranked choice (志愿), first = 1."""

    __tablename__ = "choice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application_version.id"))
    rank: Mapped[int]
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    version_row: Mapped[ApplicationVersion] = relationship(back_populates="choices")
    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        UniqueConstraint("version_id", "rank"),
        UniqueConstraint("version_id", "programme_id"),
        CheckConstraint("rank BETWEEN 1 AND 10", name="rank_in_range"),
    )


_LOCKED_ROUND = "EXISTS (SELECT 1 FROM round r WHERE r.id = {row}.round_id AND r.locked_at IS NOT NULL)"
_LOCKED = (
    "EXISTS (SELECT 1 FROM application a JOIN round r ON r.id = a.round_id "
    "WHERE a.id = {row}.application_id AND r.locked_at IS NOT NULL)"
)
_LOCKED_CHOICE = (
    "EXISTS (SELECT 1 FROM application_version v JOIN application a ON a.id = v.application_id "
    "JOIN round r ON r.id = a.round_id WHERE v.id = {row}.version_id AND r.locked_at IS NOT NULL)"
)
_IN, _OUT = _LOCKED_ROUND.format(row="NEW"), _LOCKED_ROUND.format(row="OLD")
_MOVED = f"NEW.round_id <> OLD.round_id AND ({_OUT} OR {_IN})"
guard(Application, "locked_insert", "INSERT", _IN, "the round is locked")
guard(Application, "locked_move", "UPDATE", _MOVED, "the round is locked")
guard(Application, "locked_delete", "DELETE", _OUT, "the round is locked")
guard_rows(ApplicationVersion, "locked", _LOCKED, "the round is locked")
guard_rows(Choice, "locked", _LOCKED_CHOICE, "the round is locked")
