"""Moves of seats between two counties' cells of one programme (名额调整), each agreed to by up to three bureaus."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, UTCDateTime, one_of
from enrolment.plans.models import Plan, QuotaCell


class MoveState(enum.StrEnum):
    """proposed → done (a new version of the plan holds it) | refused."""

    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"


class CellMove(Versioned, Base):
    """``seats`` from one cell to another of the same programme; the programme's total stays as it is."""

    __tablename__ = "cell_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    from_cell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quota_cell.id"))
    to_cell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quota_cell.id"))
    seats: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[MoveState] = mapped_column(EnumText(MoveState), default=MoveState.PROPOSED)
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    made_plan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan.id"))
    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    made_plan: Mapped[Plan | None] = relationship(foreign_keys=[made_plan_id])
    from_cell: Mapped[QuotaCell] = relationship(foreign_keys=[from_cell_id])
    to_cell: Mapped[QuotaCell] = relationship(foreign_keys=[to_cell_id])
    agreements: Mapped[list["CellMoveAgreement"]] = relationship(back_populates="move")

    __table_args__ = (
        one_of("state", MoveState),
        CheckConstraint("seats > 0", name="moves_something"),
        CheckConstraint("from_cell_id <> to_cell_id", name="two_cells"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("(state = 'done') = (made_plan_id IS NOT NULL)", name="done_made_a_version"),
        CheckConstraint("(state = 'proposed') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refusal_says_why"),
        Index(
            "uq_cell_move_open",
            "plan_id",
            "from_cell_id",
            "to_cell_id",
            unique=True,
            sqlite_where=(state == MoveState.PROPOSED),
            postgresql_where=(state == MoveState.PROPOSED),
        ),
    )


class CellMoveAgreement(Base):
    """A bureau's approval of one move."""

    __tablename__ = "cell_move_agreement"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    move_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cell_move.id"))
    county: Mapped[str] = mapped_column(String(6))
    agreed_by: Mapped[uuid.UUID]
    agreed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    move: Mapped[CellMove] = relationship(back_populates="agreements")

    __table_args__ = (UniqueConstraint("move_id", "county"),)


append_only(CellMoveAgreement)
