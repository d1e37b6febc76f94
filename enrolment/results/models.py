"""Placements of a stored run, and the publication that two persons make of it."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only, guard
from core.db.types import EnumText, UTCDateTime, one_of
from enrolment.applications.models import Application
from enrolment.plans.models import QuotaCell
from enrolment.rounds.models import Run
from registry.schools.models import Programme


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
