"""Who holds a case in the review queue, and what was decided on it."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from enrolment.applications.models import Application


class ReviewClaim(Base):
    """One officer holds one application until a moment; after it anybody may take it."""

    __tablename__ = "review_claim"

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    application: Mapped[Application] = relationship()


class Verdict(enum.StrEnum):
    """What the officer decided (预审). A refusal counts once a second officer has confirmed it."""

    PASSED = "passed"
    RETURNED = "returned"
    REFUSAL_PROPOSED = "refusal_proposed"
    REFUSED = "refused"
    UNDONE = "undone"


class ReviewDecision(Base):
    """One decision; append-only. ``codes`` are return codes with the item each re-opens.

    ``number`` counts an application's decisions from 1, so that two officers cannot write the same one;
    ``batch_id`` is shared by the cases that one operation passed together.
    """

    __tablename__ = "review_decision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application_version.id"))
    verdict: Mapped[Verdict] = mapped_column(EnumText(Verdict))
    codes: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    batch_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    decided_by_label: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    application: Mapped[Application] = relationship()

    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("verdict <> 'returned' OR codes <> '[]'", name="returned_has_codes"),
        CheckConstraint("number >= 1", name="number_from_one"),
        UniqueConstraint("application_id", "number"),
    )


append_only(ReviewDecision)
