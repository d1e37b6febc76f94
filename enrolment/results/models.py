"""Placements of a stored run, the publication two persons make of it, the sealed roster, the public answers."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.crypto import EncryptedText, blind_index
from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only, guard
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from core.documents.models import IssuedDocument
from enrolment.applications.models import Application
from enrolment.plans.models import QuotaCell
from enrolment.rounds.models import Run
from registry.schools.models import Programme, School


class Placement(Base):
    """Where one application was placed by one run; an empty programme is an unplaced pupil.

    ``rank`` is the choice that was granted (list length + 1 for an adjusted place). A placement with
    ``corrects_id`` puts another one right after the release; what counts is the one that nothing corrects.
    """

    __tablename__ = "placement"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("run.id"))
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme.id"), index=True)
    cell_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("quota_cell.id"))
    rank: Mapped[int | None]
    adjusted: Mapped[bool] = mapped_column(default=False)
    corrects_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("placement.id"), unique=True)
    run: Mapped[Run] = relationship()
    application: Mapped[Application] = relationship()
    programme: Mapped[Programme | None] = relationship()
    cell: Mapped[QuotaCell | None] = relationship()

    __table_args__ = (
        Index(
            "uq_placement_run_application",
            "run_id",
            "application_id",
            unique=True,
            sqlite_where=corrects_id.is_(None),
            postgresql_where=corrects_id.is_(None),
        ),
        CheckConstraint(
            "(programme_id IS NULL) = (rank IS NULL) AND (programme_id IS NULL) = (cell_id IS NULL)",
            name="placed_has_rank_and_cell",
        ),
    )


append_only(Placement)
guard(
    Placement,
    "closed",
    "INSERT",
    "NEW.corrects_id IS NULL AND EXISTS (SELECT 1 FROM run x JOIN round r ON r.id = x.round_id "
    "WHERE x.id = NEW.run_id AND r.state = 'closed')",
    "the round is closed",
)


class PublicationState(enum.StrEnum):
    """proposed → approved → (visible from release_at); cancelled until that minute."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class Publication(Versioned, Base):
    """The release of a run's result: proposed by one person, approved by another who typed the count.

    ``signature`` is SHA-256 over snapshot hash, assignment hash, count and both account ids.
    """

    __tablename__ = "publication"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("run.id"), index=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    state: Mapped[PublicationState] = mapped_column(EnumText(PublicationState), default=PublicationState.PROPOSED)
    release_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    admitted: Mapped[int]
    signature: Mapped[str | None] = mapped_column(String(64))
    run: Mapped[Run] = relationship()

    __table_args__ = (
        one_of("state", PublicationState),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint(
            "state <> 'approved' OR (approved_by IS NOT NULL AND approved_at IS NOT NULL AND signature IS NOT NULL)",
            name="approved_is_signed",
        ),
        Index(
            "uq_publication_live",
            "round_id",
            unique=True,
            sqlite_where=(state != PublicationState.CANCELLED),
            postgresql_where=(state != PublicationState.CANCELLED),
        ),
    )


class SealedRoster(Base):
    """The roster of one school in one release (录取名册), frozen with its hash; the base of every letter.

    ``lines`` are the released placements as text; ``sha256`` is over their canonical JSON with year, round and
    school, so that equal placements give an equal hash; ``signature`` binds it to both approvers. After a
    correction the school gets an edition with the next number; earlier ones stay.
    """

    __tablename__ = "sealed_roster"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"))
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    number: Mapped[int] = mapped_column(default=1)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    first_signer: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    second_signer: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    sealed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    publication: Mapped[Publication] = relationship()
    school: Mapped[School] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "school_id", "number"),
        CheckConstraint("first_signer <> second_signer", name="two_signers"),
    )


class RosterLine(Base):
    """One placement on a sealed roster: without it there is no letter."""

    __tablename__ = "roster_line"

    roster_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_roster.id"), primary_key=True)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), primary_key=True, index=True)


append_only(SealedRoster)
append_only(RosterLine)
guard(
    IssuedDocument,
    "needs_roster",
    "INSERT",
    "NEW.kind = 'admission_letter' AND NEW.subject_kind = 'placement' AND NOT EXISTS (SELECT 1 FROM roster_line l "
    "JOIN sealed_roster s ON s.id = l.roster_id JOIN publication p ON p.id = s.publication_id "
    "WHERE l.placement_id = NEW.subject_id AND p.state = 'approved')",
    "a letter needs the sealed roster",
)


class PublicAnswer(Base):
    """What the public list and the look-up by two facts say of one placement, prepared before the release.

    ``facts`` are year, candidate number and the last six of the document; found by their index alone. A
    correction ends an answer (``ended_at``) and makes another with ``corrected`` set.
    """

    __tablename__ = "public_answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"), index=True)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), unique=True)
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme.id"))
    county: Mapped[str] = mapped_column(String(6))
    masked_name: Mapped[str] = mapped_column(String(100))
    receipt_tail: Mapped[str] = mapped_column(String(4))
    facts: Mapped[str] = mapped_column(EncryptedText("public_answer.facts"))
    facts_index: Mapped[str] = mapped_column(String(64), index=True)
    corrected: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    publication: Mapped[Publication] = relationship()
    programme: Mapped[Programme | None] = relationship()

    @validates("facts")
    def _index_facts(self, _key: str, value: str) -> str:
        self.facts_index = blind_index("public_answer", value)
        return value
