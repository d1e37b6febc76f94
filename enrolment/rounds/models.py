"""Snapshots (what the solver reads), runs (one solving of a snapshot), and what stands around them."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, new_id
from core.db.triggers import append_only, guard, never_removed
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from core.jobs.models import Job
from enrolment.applications.models import Application
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan
from registry.schools.models import Programme


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


class LockProposal(Base):
    """The first person's part of the lock; another one, with a second factor, does the second.

    ``input_sha256`` is the fingerprint of the input that both saw.
    """

    __tablename__ = "lock_proposal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    input_sha256: Mapped[str] = mapped_column(String(64))
    applicants: Mapped[int]
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[uuid.UUID | None]
    approved_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_has_time"),
        CheckConstraint("approved_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        Index(
            "uq_lock_proposal_standing",
            "round_id",
            unique=True,
            sqlite_where=(withdrawn_at.is_(None)),
            postgresql_where=(withdrawn_at.is_(None)),
        ),
    )


class TakenList(Base):
    """A county's list of pupils taken by another batch, as it was loaded; ``sha256`` is of its sorted numbers."""

    __tablename__ = "taken_list"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    county: Mapped[str] = mapped_column(String(6))
    batch: Mapped[str] = mapped_column(String(60))
    numbers: Mapped[list[str]] = mapped_column(JsonText)
    sha256: Mapped[str] = mapped_column(String(64))
    superseded_run_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("run.id"))
    loaded_by: Mapped[uuid.UUID]
    loaded_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("round_id", "county", "sha256"),)


append_only(TakenList)


class ReturnWindow(Base):
    """Until when the schools may return files of a stored run (退档)."""

    __tablename__ = "return_window"

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("run.id"), primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[uuid.UUID]
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    run: Mapped[Run] = relationship()


append_only(ReturnWindow)


class ReturnState(enum.StrEnum):
    """proposed by the school → confirmed | refused by the pupil's bureau."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class FileReturn(Base):
    """A school returns one file (退档) with a coded reason; the pupil's bureau confirms or refuses."""

    __tablename__ = "file_return"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("run.id"))
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[ReturnState] = mapped_column(EnumText(ReturnState), default=ReturnState.PROPOSED)
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    application: Mapped[Application] = relationship()
    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        one_of("state", ReturnState),
        UniqueConstraint("run_id", "application_id"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_persons"),
        CheckConstraint("note <> ''", name="says_why"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refusal_says_why"),
    )


guard(FileReturn, "decided", "UPDATE", "OLD.state <> 'proposed'", "the return is decided")
never_removed(FileReturn, "file_return is append-only")


class Recheck(Base):
    """A re-run of a stored snapshot: does it give the outcome that is stored? (重新计算核对)"""

    __tablename__ = "recheck"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("run.id"), index=True)
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    requested_by: Mapped[uuid.UUID]
    requested_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    outcome_sha256: Mapped[str | None] = mapped_column(String(64))
    assignment_sha256: Mapped[str | None] = mapped_column(String(64))
    agrees: Mapped[bool | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    job: Mapped[Job] = relationship()

    __table_args__ = (
        CheckConstraint("(agrees IS NULL) = (outcome_sha256 IS NULL)", name="compared_has_hash"),
        CheckConstraint("finished_at IS NOT NULL OR (agrees IS NULL AND failure = '')", name="ended_has_time"),
    )
