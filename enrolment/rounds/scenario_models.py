"""Scenarios (方案) and their trials: what is tried in the sandbox and can never be published.

A publication points at a run, a placement at a run; a trial is no run and has no seats, so neither can point at it.
"""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, never_removed
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from core.jobs.models import Job
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan


class Scenario(Versioned, Base):
    """A named copy of the plan's numbers and rules (``sheet``: a PlanSheet as JSON), owned by one county's bureau."""

    __tablename__ = "scenario"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"))
    county: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")
    based_on_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("scenario.id"))
    adopted_as_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plan.id"))
    sheet: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[uuid.UUID]
    round: Mapped[Round] = relationship()
    based_on: Mapped[Plan] = relationship(foreign_keys=[based_on_id])
    adopted_as: Mapped[Plan | None] = relationship(foreign_keys=[adopted_as_id])
    copied_from: Mapped["Scenario | None"] = relationship(remote_side=[id])
    trials: Mapped[list["Trial"]] = relationship(back_populates="scenario", order_by="Trial.requested_at.desc()")

    __table_args__ = (UniqueConstraint("round_id", "name"),)


class TrialState(enum.StrEnum):
    """requested → solving → sound | failed | cancelled."""

    REQUESTED = "requested"
    SOLVING = "solving"
    SOUND = "sound"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_TRIAL = (TrialState.REQUESTED, TrialState.SOLVING)


class Trial(Base):
    """One solving of a scenario (模拟): the sheet and instance as they were, the population at a time.

    ``population_sha256`` covers the applicants and those taken elsewhere: two trials with the same value saw
    the same people. ``conflict`` names the limits that contradict each other, smallest set first.
    ``more_places`` asks what so many places more would change, ``asks_conflict`` whether every class can open and
    every guarantee be filled at once; ``gain`` and ``conflict`` are the solver's answers.
    """

    __tablename__ = "trial"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    scenario_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scenario.id"), index=True)
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id"), unique=True)
    state: Mapped[TrialState] = mapped_column(EnumText(TrialState), default=TrialState.REQUESTED)
    sheet: Mapped[str] = mapped_column(Text)
    instance: Mapped[str] = mapped_column(Text)
    instance_sha256: Mapped[str] = mapped_column(String(64))
    population_sha256: Mapped[str] = mapped_column(String(64))
    population_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonText)
    more_places: Mapped[int | None]
    asks_conflict: Mapped[bool] = mapped_column(default=False)
    requested_by: Mapped[uuid.UUID]
    finished_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    requested_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)
    assignment_sha256: Mapped[str | None] = mapped_column(String(64))
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    failure: Mapped[str] = mapped_column(Text, default="")
    conflict: Mapped[list[str]] = mapped_column(JsonText, default=list)
    gain: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    scenario: Mapped[Scenario] = relationship(back_populates="trials")
    job: Mapped[Job] = relationship()

    __table_args__ = (
        one_of("state", TrialState),
        CheckConstraint(
            "(state = 'sound') = (outcome IS NOT NULL AND assignment_sha256 IS NOT NULL)", name="sound_has_outcome"
        ),
        CheckConstraint("state <> 'failed' OR failure <> ''", name="failed_says_why"),
        CheckConstraint("(state IN ('requested', 'solving')) = (finished_at IS NULL)", name="finished_when_ended"),
        CheckConstraint("more_places IS NULL OR more_places > 0", name="more_is_more"),
        Index(
            "uq_trial_live",
            "scenario_id",
            unique=True,
            sqlite_where=(state.in_(LIVE_TRIAL)),
            postgresql_where=(state.in_(LIVE_TRIAL)),
        ),
    )


guard(Trial, "ended", "UPDATE", "OLD.state NOT IN ('requested', 'solving')", "the trial has ended")
never_removed(Trial, "trial is append-only")
