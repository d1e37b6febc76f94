"""A county's new edition of its filing rules between its making and the second person's approval (规则修订)."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, never_removed
from core.db.types import EnumText, JsonText, UTCDateTime, one_of


class RevisionState(enum.StrEnum):
    """proposed → approved (the policy sheet exists) | refused by the second person | withdrawn by its makers."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RuleRevision(Versioned, Base):
    """A whole new filing sheet of a county that waits for, or has had, its second person."""

    __tablename__ = "rule_revision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    county: Mapped[str] = mapped_column(String(6))
    sheet_version: Mapped[str] = mapped_column(String(40))
    based_on: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[dt.date]
    body: Mapped[dict[str, Any]] = mapped_column(JsonText)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[RevisionState] = mapped_column(EnumText(RevisionState), default=RevisionState.PROPOSED)
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    sheet_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("policy_sheet.id"))

    __table_args__ = (
        UniqueConstraint("county", "sheet_version"),
        one_of("state", RevisionState),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(state = 'approved') = (sheet_id IS NOT NULL)", name="approved_has_sheet"),
        CheckConstraint("state <> 'approved' OR decided_by <> proposed_by", name="two_persons"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refusal_says_why"),
        Index(
            "uq_rule_revision_open",
            "county",
            unique=True,
            sqlite_where=(state == RevisionState.PROPOSED),
            postgresql_where=(state == RevisionState.PROPOSED),
        ),
    )


guard(RuleRevision, "decided", "UPDATE", "OLD.state <> 'proposed'", "the revision is decided")
never_removed(RuleRevision, "rule_revision is append-only")
