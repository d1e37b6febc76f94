"""Accepting or declining a place, and arriving at the school."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.types import EnumText, UTCDateTime, one_of
from enrolment.results.models import Placement


class ConfirmationState(enum.StrEnum):
    """accepted; or decline_asked by the pupil and declined once the guardian agreed."""

    ACCEPTED = "accepted"
    DECLINE_ASKED = "decline_asked"
    DECLINED = "declined"


class Confirmation(Versioned, Base):
    """A family's answer to a place (录取确认 / 放弃录取)."""

    __tablename__ = "confirmation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), unique=True)
    state: Mapped[ConfirmationState] = mapped_column(EnumText(ConfirmationState))
    answered_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    guardian_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    guardian_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("applicant_guardian.id"))
    by_default: Mapped[bool] = mapped_column(default=False)
    placement: Mapped[Placement] = relationship()

    __table_args__ = (
        one_of("state", ConfirmationState),
        CheckConstraint(
            "state <> 'declined' OR by_default OR guardian_at IS NOT NULL", name="decline_needs_guardian"
        ),
    )


class ArrivalMethod(enum.StrEnum):
    """How the school found the letter at the gate."""

    SCAN = "scan"
    NUMBER = "number"
    BULK = "bulk"


class Arrival(Base):
    """A pupil has come (报到); the registry record was opened in the same transaction."""

    __tablename__ = "arrival"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), unique=True)
    letter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issued_document.id"))
    spell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("spell.id"), unique=True)
    method: Mapped[ArrivalMethod] = mapped_column(EnumText(ArrivalMethod))
    arrived_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    placement: Mapped[Placement] = relationship()

    __table_args__ = (one_of("method", ArrivalMethod),)
