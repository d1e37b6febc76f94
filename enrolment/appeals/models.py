"""Cases that put something right: a score before the release, a placement after it."""

import datetime as dt
import enum
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, never_removed
from core.db.types import EnumText, Points, UTCDateTime, one_of
from core.files.models import StoredFile
from enrolment.applications.models import Application
from enrolment.results.models import Placement
from enrolment.rounds.models import Run
from registry.schools.models import Programme


class CaseKind(enum.StrEnum):
    """score_review (成绩复核) changes an input before the release; correction (更正) a placement after it."""

    SCORE_REVIEW = "score_review"
    CORRECTION = "correction"


class CaseState(enum.StrEnum):
    """proposed by one person → approved or refused by another, or taken back by the first."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CorrectionCase(Versioned, Base):
    """One case: what is wrong, on which evidence, who proposed and who decided, and what came of it.

    A correction names the placement that stands (``placement_id``) and the programme that should (none: the
    place is taken away); a score review names the subject and the right score.
    """

    __tablename__ = "correction_case"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[CaseKind] = mapped_column(EnumText(CaseKind))
    state: Mapped[CaseState] = mapped_column(EnumText(CaseState), default=CaseState.PROPOSED)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    placement_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("placement.id"))
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme.id"))
    subject: Mapped[str | None] = mapped_column(String(20))
    old_points: Mapped[Decimal | None] = mapped_column(Points)
    new_points: Mapped[Decimal | None] = mapped_column(Points)
    reason: Mapped[str] = mapped_column(Text)
    evidence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id"))
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    made_placement_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("placement.id"), unique=True)
    superseded_run_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("run.id"))
    application: Mapped[Application] = relationship()
    placement: Mapped[Placement | None] = relationship(foreign_keys=[placement_id])
    made_placement: Mapped[Placement | None] = relationship(foreign_keys=[made_placement_id])
    programme: Mapped[Programme | None] = relationship()
    superseded_run: Mapped[Run | None] = relationship()
    evidence: Mapped[StoredFile] = relationship()

    __table_args__ = (
        one_of("kind", CaseKind),
        one_of("state", CaseState),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint(
            "state NOT IN ('approved', 'refused') OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="two_persons",
        ),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("(kind = 'correction') = (placement_id IS NOT NULL)", name="correction_names_placement"),
        CheckConstraint(
            "(kind = 'score_review') = (subject IS NOT NULL AND new_points IS NOT NULL)", name="review_names_score"
        ),
        CheckConstraint("state <> 'refused' OR note <> ''", name="refused_says_why"),
        CheckConstraint(
            "(made_placement_id IS NOT NULL) = (kind = 'correction' AND state = 'approved')", name="correction_made"
        ),
        Index(
            "uq_correction_case_open",
            "application_id",
            unique=True,
            sqlite_where=(state == CaseState.PROPOSED),
            postgresql_where=(state == CaseState.PROPOSED),
        ),
    )


guard(CorrectionCase, "decided_stays", "UPDATE", "OLD.state <> 'proposed'", "a decided case never changes")
never_removed(CorrectionCase, "a case is never removed")
