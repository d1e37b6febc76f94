"""What a job's handler holds in its hand: progress, cancellation, and the fence around its effects."""

import datetime as dt
import math
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Executable, select, update
from sqlalchemy.orm import Session

from core import clock
from core.db import db
from core.jobs.models import Job, JobState

_QUIET_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody asked for the job to be cancelled; the handler ends without effect."""


class LeaseLost(Exception):
    """Another worker owns the job now; whatever this one was about to store must not be stored."""


class Stopped(Exception):
    """This worker is being stopped; the job goes back to the queue."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one job: (owner, attempt) names it for ever and is never given out twice."""

    job_id: uuid.UUID
    kind: str
    arguments: Mapping[str, Any]
    owner: str
    attempt: int
    requested_by: uuid.UUID | None
    request_id: str

    def holds(self) -> tuple[Any, ...]:
        """The conditions under which this attempt is still the one that counts."""
        return (
            Job.id == self.job_id,
            Job.owner == self.owner,
            Job.attempt == self.attempt,
            Job.state == JobState.RUNNING,
        )


class JobContext:
    """Given to a handler. ``progress`` often, ``fence`` once, inside the transaction with the effects."""

    def __init__(self, claim: Claim, lease: dt.timedelta, stop: threading.Event | None = None) -> None:
        self.claim = claim
        self._lease = lease
        self._stop = stop or threading.Event()
        self._written = -math.inf
        self._stage = ""

    @property
    def job_id(self) -> uuid.UUID:
        return self.claim.job_id

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.claim.arguments

    def progress(self, stage: str, done: float, gap: float | None = None) -> None:
        """Tell how far the work is (``done`` 0..1, ``gap`` the solver's relative gap) and renew the lease.

        Cheap to call often: it writes at most twice a second. Call it outside transactions (on SQLite an
        open one would make it wait for itself). Raises Cancelled, LeaseLost or Stopped.
        """
        if self._stop.is_set():
            raise Stopped
        moment = time.monotonic()
        if stage == self._stage and moment - self._written < _QUIET_SECONDS:
            return
        now = clock.now()
        changes = {
            "stage": stage[:40],
            "done": min(1.0, max(0.0, done)),
            "gap": gap if gap is not None and math.isfinite(gap) else None,
            "heartbeat_at": now,
            "lease_until": now + self._lease,
        }
        with db.engine.connect().execution_options(zone_writes=True) as connection, connection.begin():
            written = connection.execute(update(Job).where(*self.claim.holds()).values(changes)).rowcount
            asked = connection.scalar(select(Job.cancel_requested_at).where(Job.id == self.job_id))
        if not written:
            raise LeaseLost
        if asked is not None:
            raise Cancelled
        self._written, self._stage = moment, stage

    def hold(self, session: Session) -> None:
        """Lock the job's row until the end of an open, not yet final transaction; LeaseLost if not ours."""
        query = select(Job.id).where(*self.claim.holds()).with_for_update()
        if session.scalar(query) is None:
            raise LeaseLost

    def fence(self, session: Session, state: JobState = JobState.SUCCEEDED, message: str = "") -> None:
        """End the job in the same transaction as its effects, or raise LeaseLost and store nothing.

        The effects and the end become true together: killed before the commit neither happened, killed
        after it nothing is left to do again. ``state`` may also be FAILED or CANCELLED.
        """
        end(session, self.claim, state, message)


def end(session: Session, claim: Claim, state: JobState, message: str) -> None:
    """Inside a transaction: end the job if the claim still holds, else LeaseLost."""
    changes: dict[str, Any] = {
        "state": state,
        "lease_until": None,
        "finished_at": clock.now(),
        "message": message,
    }
    if state is JobState.SUCCEEDED:
        changes["done"] = 1.0
    if not rows_changed(session, update(Job).where(*claim.holds()).values(changes)):
        raise LeaseLost


def rows_changed(session: Session, statement: Executable) -> int:
    """Run an UPDATE beside the objects in the session and tell how many rows it changed."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0
