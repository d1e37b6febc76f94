"""Accepting or declining a place, arriving at the school, and not arriving."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only, guard
from core.db.types import EnumText, UTCDateTime, one_of
from enrolment.applications.models import Application
from enrolment.plans.models import QuotaCell
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


class CallResult(enum.StrEnum):
    """What became of the school's call to a family whose child has not come."""

    COMING = "coming"
    LATER = "later"
    NOT_COMING = "not_coming"
    NO_ANSWER = "no_answer"


class MissingMark(Base):
    """One call about a pupil who has not come; ``extended_until`` is the day up to which the place waits (延期至)."""

    __tablename__ = "missing_mark"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), index=True)
    result: Mapped[CallResult] = mapped_column(EnumText(CallResult))
    extended_until: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    marked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("result", CallResult),
        CheckConstraint("(result = 'later') = (extended_until IS NOT NULL)", name="later_says_until_when"),
    )


class NoShow(Base):
    """The school has handed the place back because the pupil did not come (未报到)."""

    __tablename__ = "no_show"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), unique=True)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    handed_back_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    placement: Mapped[Placement] = relationship()


class WaitingEntry(Base):
    """A pupil's place on the waiting list (候补) of one cell, fixed with the release; equal positions share it."""

    __tablename__ = "waiting_entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quota_cell.id"), index=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    publication_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publication.id"))
    place: Mapped[int]
    cell: Mapped[QuotaCell] = relationship()
    application: Mapped[Application] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "cell_id", "application_id"),
        CheckConstraint("place >= 1", name="place_from_one"),
    )


class ExitReason(enum.StrEnum):
    """Why somebody left a waiting list: moved up here, or moved up in another programme."""

    MOVED_UP = "moved_up"
    ELSEWHERE = "elsewhere"


class WaitingExit(Base):
    """Somebody left a waiting list; everybody behind moves forward by one, and is told why."""

    __tablename__ = "waiting_exit"

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("waiting_entry.id"), primary_key=True)
    reason: Mapped[ExitReason] = mapped_column(EnumText(ExitReason))
    placement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("placement.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    entry: Mapped[WaitingEntry] = relationship()

    __table_args__ = (one_of("reason", ExitReason),)


append_only(WaitingEntry)
append_only(WaitingExit)
append_only(MissingMark)
append_only(NoShow)
guard(
    NoShow,
    "arrived",
    "INSERT",
    "EXISTS (SELECT 1 FROM arrival x WHERE x.placement_id = NEW.placement_id)",
    "the pupil has arrived",
)
guard(
    Arrival,
    "handed_back",
    "INSERT",
    "EXISTS (SELECT 1 FROM no_show x WHERE x.placement_id = NEW.placement_id)",
    "the place was handed back",
)
guard(
    Confirmation,
    "declined_stays",
    "UPDATE",
    "OLD.state = 'declined' AND NEW.state <> 'declined'",
    "a declined place is not taken up again",
)
_HOLDS_A_PLACE = (
    "EXISTS (SELECT 1 FROM confirmation c JOIN placement p ON p.id = c.placement_id "
    "JOIN application a ON a.id = p.application_id WHERE a.applicant_id = NEW.applicant_id "
    "AND a.round_id <> NEW.round_id AND c.state = 'accepted' "
    "AND NOT EXISTS (SELECT 1 FROM no_show n WHERE n.placement_id = p.id) "
    "AND NOT EXISTS (SELECT 1 FROM placement later WHERE later.corrects_id = p.id))"
)
guard(Application, "holds_a_place", "INSERT", _HOLDS_A_PLACE, "the pupil holds a confirmed place")
