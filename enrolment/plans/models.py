"""Plan versions, their programmes and quota cells, agreements, and the seat ledger."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only, guard_rows
from core.db.types import EnumText, JsonText, Points, UTCDateTime, one_of
from enrolment.cycles.models import Round
from enrolment.plans.states import PlanState
from registry.schools.models import Programme


class Plan(Versioned, Base):
    """One version of the plan of a round (招生计划).

    ``rules`` holds the round's rules of allocation, its counties and its schools as the sheet stated them.
    """

    __tablename__ = "plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    state: Mapped[PlanState] = mapped_column(EnumText(PlanState), default=PlanState.DRAFT)
    based_on_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan.id"))
    rules: Mapped[dict[str, Any]] = mapped_column(JsonText)
    note: Mapped[str] = mapped_column(Text, default="")
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[uuid.UUID | None]
    edited_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    frozen_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    frozen_sha256: Mapped[str | None] = mapped_column(String(64))
    round: Mapped[Round] = relationship()
    programmes: Mapped[list["PlanProgramme"]] = relationship(
        back_populates="plan", order_by="PlanProgramme.position", cascade="all, delete-orphan"
    )
    limits: Mapped[list["PlanLimit"]] = relationship(
        back_populates="plan", order_by="PlanLimit.name", cascade="all, delete-orphan"
    )
    agreements: Mapped[list["PlanAgreement"]] = relationship(back_populates="plan")

    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        one_of("state", PlanState),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(
            "(state = 'frozen') = (frozen_at IS NOT NULL AND frozen_sha256 IS NOT NULL)",
            name="frozen_has_hash",
        ),
        Index(
            "uq_plan_frozen",
            "round_id",
            unique=True,
            sqlite_where=(state == PlanState.FROZEN),
            postgresql_where=(state == PlanState.FROZEN),
        ),
    )


class PlanProgramme(Base):
    """A programme in a plan: its total, its opening rule, its conditions.

    ``stated`` holds what the bureaus' sheet said of the programme itself (school, form, majors, fee), so that
    a version stays what it was when the register is corrected later.
    """

    __tablename__ = "plan_programme"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int]
    capacity: Mapped[int]
    min_open: Mapped[int] = mapped_column(default=0)
    local_enrolled: Mapped[int] = mapped_column(default=0)
    sexes: Mapped[str] = mapped_column(String(2), default="")
    legal_basis: Mapped[str] = mapped_column(String(200), default="")
    advice: Mapped[str] = mapped_column(Text, default="")
    excludes: Mapped[list[str]] = mapped_column(JsonText, default=list)
    requires: Mapped[list[str]] = mapped_column(JsonText, default=list)
    stated: Mapped[dict[str, Any]] = mapped_column(JsonText)
    plan: Mapped[Plan] = relationship(back_populates="programmes")
    programme: Mapped[Programme] = relationship()
    cells: Mapped[list["QuotaCell"]] = relationship(
        back_populates="plan_programme", order_by="QuotaCell.county", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("plan_id", "programme_id"),
        CheckConstraint("capacity >= 0 AND min_open >= 0 AND local_enrolled >= 0", name="counts_not_negative"),
        CheckConstraint("sexes IN ('', 'M', 'F')", name="sexes_known"),
        CheckConstraint("sexes = '' OR legal_basis <> ''", name="sex_limit_has_basis"),
    )


class QuotaCell(Base):
    """Seats of one programme for one source county (计划数); 0 shuts it.

    ``floor`` is the county's guarantee, ``share`` its share of the programme total, ``line`` the lowest total.
    """

    __tablename__ = "quota_cell"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_programme.id"))
    county: Mapped[str] = mapped_column(String(6))
    seats: Mapped[int]
    floor: Mapped[int] = mapped_column(default=0)
    share: Mapped[int | None]
    line: Mapped[Decimal | None] = mapped_column(Points)
    plan_programme: Mapped[PlanProgramme] = relationship(back_populates="cells")

    __table_args__ = (
        UniqueConstraint("plan_programme_id", "county"),
        CheckConstraint("seats >= 0", name="seats_not_negative"),
        CheckConstraint("floor >= 0 AND floor <= seats", name="floor_within_seats"),
        CheckConstraint("share IS NULL OR share >= 0", name="share_not_negative"),
    )


class PlanLimit(Base):
    """Any other named limit of a plan, in the terms of the allocation instance (``body``)."""

    __tablename__ = "plan_limit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    body: Mapped[dict[str, Any]] = mapped_column(JsonText)
    plan: Mapped[Plan] = relationship(back_populates="limits")

    __table_args__ = (UniqueConstraint("plan_id", "kind", "name"),)


class PlanAgreement(Base):
    """A bureau's approval of one plan version (host and source bureaus agree separately)."""

    __tablename__ = "plan_agreement"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    county: Mapped[str] = mapped_column(String(6))
    agreed_by: Mapped[uuid.UUID]
    agreed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    plan: Mapped[Plan] = relationship(back_populates="agreements")

    __table_args__ = (UniqueConstraint("plan_id", "county"),)


class SeatKind(enum.StrEnum):
    """Why a seat moved; ``carried`` hands free seats over to a cell of the next round."""

    PLACED = "placed"
    DECLINED = "declined"
    NO_SHOW = "no_show"
    RETURNED = "returned"
    MOVED = "moved"
    CARRIED = "carried"
    CORRECTED = "corrected"


class SeatEntry(Base):
    """One line of the seat ledger (名额流水): taken −n, given back +n. Free = seats + Σ delta."""

    __tablename__ = "seat_entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cell_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quota_cell.id"), index=True)
    delta: Mapped[int]
    kind: Mapped[SeatKind] = mapped_column(EnumText(SeatKind))
    subject_id: Mapped[uuid.UUID]
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    cell: Mapped[QuotaCell] = relationship()

    __table_args__ = (
        one_of("kind", SeatKind),
        CheckConstraint("delta <> 0", name="delta_not_zero"),
        UniqueConstraint("cell_id", "kind", "subject_id"),
    )


append_only(SeatEntry)

_FROZEN_PLAN = "EXISTS (SELECT 1 FROM plan p WHERE p.id = {row}.plan_id AND p.state = 'frozen')"
_FROZEN_CELL = (
    "EXISTS (SELECT 1 FROM plan_programme pp JOIN plan p ON p.id = pp.plan_id "
    "WHERE pp.id = {row}.plan_programme_id AND p.state = 'frozen')"
)
guard_rows(PlanProgramme, "frozen", _FROZEN_PLAN, "the plan is frozen")
guard_rows(PlanLimit, "frozen", _FROZEN_PLAN, "the plan is frozen")
guard_rows(QuotaCell, "frozen", _FROZEN_CELL, "the plan is frozen")
