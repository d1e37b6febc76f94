"""Snapshots (what the solver reads) and runs (one solving of a snapshot)."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from core.jobs.models import Job
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan


class Snapshot(Base):
    """The frozen input of a round: canonical JSON and its SHA-256. ``sources`` names what it was made of.

    ``instance`` knows applicants by application id and programmes by programme id only.
    """

    __tablename__ = "snapshot"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    instance: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    sources: Mapped[dict[str, Any]] = mapped_column(JsonText)
    taken_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    taken_by: Mapped[uuid.UUID | None]
    round: Mapped[Round] = relationship()
    plan: Mapped[Plan] = relationship()


append_only(Snapshot)


class RunState(enum.StrEnum):
    """requested → solving → stored | failed | cancelled; a later run supersedes a stored one."""

    REQUESTED = "requested"
    SOLVING = "solving"
    STORED = "stored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


LIVE_RUN = (RunState.REQUESTED, RunState.SOLVING)


class Run(Base):
    """One solving of one snapshot; ``outcome`` exists only after the verifier found no fault."""

    __tablename__ = "run"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    snapshot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("snapshot.id"))
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    state: Mapped[RunState] = mapped_column(EnumText(RunState), default=RunState.REQUESTED)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonText)
    requested_by: Mapped[uuid.UUID]
    requested_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)
    assignment_sha256: Mapped[str | None] = mapped_column(String(64))
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    failure: Mapped[str] = mapped_column(Text, default="")
    round: Mapped[Round] = relationship()
    snapshot: Mapped[Snapshot] = relationship()
    job: Mapped[Job] = relationship()

    __table_args__ = (
        one_of("state", RunState),
        CheckConstraint(
            "(state IN ('stored', 'superseded')) = (outcome IS NOT NULL AND assignment_sha256 IS NOT NULL)",
            name="stored_has_outcome",
        ),
        CheckConstraint("state <> 'failed' OR failure <> ''", name="failed_says_why"),
        CheckConstraint("(state IN ('requested', 'solving')) = (finished_at IS NULL)", name="finished_when_ended"),
        Index(
            "uq_run_live",
            "round_id",
            unique=True,
            sqlite_where=(state.in_(LIVE_RUN)),
            postgresql_where=(state.in_(LIVE_RUN)),
        ),
        Index(
            "uq_run_stored",
            "round_id",
            unique=True,
            sqlite_where=(state == RunState.STORED),
            postgresql_where=(state == RunState.STORED),
        ),
    )
