"""Jobs: the row is the truth (lease, heartbeat, attempt); the queue is only a doorbell."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, new_id
from core.db.types import EnumText, JsonText, UTCDateTime, one_of


class JobState(enum.StrEnum):
    """queued → running → succeeded | failed | cancelled; a lost lease sends it back to queued."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (JobState.QUEUED, JobState.RUNNING)


class Job(Base):
    """One piece of background work. Only the holder of (owner, attempt) may finish it."""

    __tablename__ = "job"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[JobState] = mapped_column(EnumText(JobState), default=JobState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=5)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    cancel_requested_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    stage: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[float] = mapped_column(default=0.0)
    gap: Mapped[float | None]
    message: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[uuid.UUID | None]
    request_id: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint("done >= 0 AND done <= 1", name="done_is_a_share"),
        CheckConstraint("attempt >= 0 AND attempt <= max_attempts", name="attempts_bounded"),
        CheckConstraint(
            "(state = 'running') = (owner IS NOT NULL AND lease_until IS NOT NULL)", name="running_has_lease"
        ),
        CheckConstraint("(state IN ('queued', 'running')) = (finished_at IS NULL)", name="finished_when_ended"),
        Index("ix_job_state_created_at", "state", "created_at"),
    )


class Duty(Base):
    """When the house last did one of its regular duties (reaping, sending, sealing, backing up).

    ``outcome`` is empty after a success, else the kind of the error; never a message, which may hold data.
    """

    __tablename__ = "duty"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    done_by: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(80), default="")


class WorkerPresence(Base):
    """A worker process and when it was last seen; ``stopped_at`` after a clean end."""

    __tablename__ = "worker_presence"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
