"""The enrolment year, each county's own windows in it, and its rounds."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.types import EnumText, UTCDateTime, one_of
from core.policy.models import StoredPolicySheet


class Cycle(Versioned, Base):
    """One enrolment year (招生年度)."""

    __tablename__ = "cycle"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    year: Mapped[int] = mapped_column(unique=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(160))
    windows: Mapped[list["CountyWindow"]] = relationship(
        back_populates="cycle", order_by="CountyWindow.round_number, CountyWindow.county"
    )
    rounds: Mapped[list["Round"]] = relationship(back_populates="cycle", order_by="Round.number")


class CountyWindow(Versioned, Base):
    """A county's own dates in a round: when its pupils file, when its scores are out.

    It names the round by number, because a timetable is published before its round is opened.
    """

    __tablename__ = "county_window"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycle.id"))
    round_number: Mapped[int] = mapped_column(default=1)
    county: Mapped[str] = mapped_column(String(6))
    opens_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    scores_on: Mapped[dt.date]
    cycle: Mapped[Cycle] = relationship(back_populates="windows")

    __table_args__ = (
        UniqueConstraint("cycle_id", "round_number", "county"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("round_number >= 1", name="round_from_one"),
    )


class RoundKind(enum.StrEnum):
    """Regular (统一轮次) or supplementary (征求志愿)."""

    REGULAR = "regular"
    SUPPLEMENTARY = "supplementary"


class RoundState(enum.StrEnum):
    """open → locked → closed. Whether results show is no state of the round: the publication says it."""

    OPEN = "open"
    LOCKED = "locked"
    CLOSED = "closed"


class Round(Versioned, Base):
    """One round of the year. ``locked_at`` freezes applications in the database itself."""

    __tablename__ = "round"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycle.id"))
    number: Mapped[int]
    kind: Mapped[RoundKind] = mapped_column(EnumText(RoundKind), default=RoundKind.REGULAR)
    state: Mapped[RoundState] = mapped_column(EnumText(RoundState), default=RoundState.OPEN)
    locked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    confirm_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    arrive_from: Mapped[dt.date]
    arrive_until: Mapped[dt.date]
    seed: Mapped[str] = mapped_column(String(100))
    cycle: Mapped[Cycle] = relationship(back_populates="rounds")
    sheets: Mapped[list["RoundSheet"]] = relationship(back_populates="round")

    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        one_of("kind", RoundKind),
        one_of("state", RoundState),
        CheckConstraint("(state = 'open') = (locked_at IS NULL)", name="locked_has_time"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("arrive_until >= arrive_from", name="arrival_in_order"),
        Index(
            "uq_round_open",
            "cycle_id",
            unique=True,
            sqlite_where=(state == RoundState.OPEN),
            postgresql_where=(state == RoundState.OPEN),
        ),
    )


class RoundSheet(Base):
    """A policy sheet a round was opened under; a later edition does not touch a round that is open."""

    __tablename__ = "round_sheet"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    sheet_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("policy_sheet.id"), primary_key=True)
    round: Mapped[Round] = relationship(back_populates="sheets")
    sheet: Mapped[StoredPolicySheet] = relationship()
