"""The worker process: listens for the bell, works, keeps its leases, does the house's duties.

Any number of workers on any number of machines may run on one database. A worker may be killed at any
moment: its rows tell the others what to do.
"""

import datetime as dt
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.audit.operations import request_id_var
from core.config import Settings
from core.errors import DomainError
from core.i18n import gettext as _
from core.jobs import duties, leases, registry
from core.jobs.bell import Doorbell
from core.jobs.context import Cancelled, Claim, JobContext, LeaseLost, Stopped
from core.jobs.models import JobState

_TICK_SECONDS = 0.5
_LAST_WORDS_SECONDS = 3.0

log = structlog.get_logger("jobs")


def worker_name() -> str:
    """A name no other worker has or had: host, process, and a random part."""
    return f"{socket.gethostname()[:50]}-{os.getpid()}-{secrets.token_hex(4)}"


class Worker:
    """One worker process of one application, doing up to ``slots`` jobs at a time."""

    def __init__(self, app: Flask, settings: Settings, bell: Doorbell, *, slots: int = 1) -> None:
        self.name = worker_name()
        self.app = app
        self.bell = bell
        self.lease = dt.timedelta(seconds=settings.lease_seconds)
        self.stopping = threading.Event()
        self._period = float(settings.reaper_seconds)
        self._grace = float(settings.grace_seconds)
        self._slots = slots
        self._give_up = threading.Event()
        self._lock = threading.Lock()
        self._held: dict[Future[None], Claim] = {}
        self._pool = ThreadPoolExecutor(slots, "job")
        self._staff = ThreadPoolExecutor(2, "duty")

    def run(self) -> None:
        """Work until ``stopping`` is set (SIGTERM and SIGINT set it), then end in order."""
        started_at = clock.now()
        log.info("worker_started", worker=self.name)
        keepers = [
            threading.Thread(target=self._every, args=(self._period, self._attend, started_at), daemon=True),
            threading.Thread(target=self._every, args=(self.lease.total_seconds() / 4, self._keep), daemon=True),
        ]
        for keeper in keepers:
            keeper.start()
        while not self.stopping.is_set():
            if not self._look():
                self._rest()
        self._leave(started_at)
        for keeper in keepers:
            keeper.join(_LAST_WORDS_SECONDS)
        self._staff.shutdown(wait=False)
        self.bell.close()
        log.info("worker_stopped", worker=self.name)

    def listen_to_signals(self) -> None:
        """End in order at SIGTERM and SIGINT (main thread only)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def _look(self) -> bool:
        """Take one job if a slot is free; whether there was one."""
        if len(self._held) >= self._slots:
            return False
        try:
            with self.app.app_context():
                held = leases.claim(self.name, self.lease)
        except SQLAlchemyError as error:
            log.warning("database_unreachable", error=type(error).__name__)
            self.stopping.wait(self._period)
            return False
        if held is None:
            return False
        future = self._pool.submit(self._perform, held)
        with self._lock:
            self._held[future] = held
        future.add_done_callback(partial(self._settle, held))
        return True

    def _rest(self) -> None:
        """Wait for the bell, or for a slot; never longer than a reaper period."""
        with self._lock:
            busy = list(self._held)
        if len(busy) >= self._slots:
            wait(busy, timeout=_TICK_SECONDS, return_when="FIRST_COMPLETED")
        else:
            self.bell.wait(self._period, self.stopping)

    def _perform(self, held: Claim) -> None:
        request_id_var.set(held.request_id)
        log.info("job_started", **_names(held))
        with self.app.app_context():
            registry.kind_of(held.kind).handler(JobContext(held, self.lease, self._give_up))

    def _settle(self, held: Claim, future: Future[None]) -> None:
        """Write down how an attempt ended; what cannot be written the lease will tell."""
        error = future.exception()
        try:
            with self.app.app_context():
                outcome = _conclude(held, error)
        except (SQLAlchemyError, LeaseLost) as fault:
            outcome = type(fault).__name__
        finally:
            with self._lock:
                self._held.pop(future, None)
        log.info("job_ended", outcome=outcome, error=type(error).__name__ if error else "", **_names(held))

    def _keep(self) -> None:
        with self._lock:
            held = list(self._held.values())
        if held:
            leases.renew(held, self.lease)

    def _attend(self, started_at: dt.datetime) -> None:
        duties.show_presence(self.name, started_at=started_at)
        for duty in registry.duties():
            if not self.stopping.is_set() and duties.take(duty, self.name):
                self._do(duty)

    def _do(self, duty: registry.DutyPlan) -> None:
        error = self._staff.submit(self._in_context, duty.action).exception()
        if error is not None:
            log.error("duty_failed", duty=duty.name, exc_info=error)
            duties.note(duty.name, self.name, type(error).__name__)

    def _in_context(self, action: Callable[..., object], *arguments: object) -> None:
        with self.app.app_context():
            action(*arguments)

    def _every(self, seconds: float, action: Callable[..., object], *arguments: object) -> None:
        while True:
            begun = time.monotonic()
            try:
                self._in_context(action, *arguments)
            except SQLAlchemyError as error:
                log.warning("database_unreachable", error=type(error).__name__)
            if self.stopping.wait(max(0.1, seconds - (time.monotonic() - begun))):
                return

    def _leave(self, started_at: dt.datetime) -> None:
        """Let running jobs end, then ask them to stop, then give back what is left."""
        deadline = time.monotonic() + self._grace
        while self._held and time.monotonic() < deadline:
            wait(list(self._held), timeout=_TICK_SECONDS)
            self._try(self._keep)
        self._give_up.set()
        wait(list(self._held), timeout=_LAST_WORDS_SECONDS)
        for held in list(self._held.values()):
            self._try(leases.give_back, held)
        self._pool.shutdown(wait=False)
        self._try(partial(duties.show_presence, self.name, started_at=started_at, stopped=True))

    def _try(self, action: Callable[..., object], *arguments: object) -> None:
        try:
            self._in_context(action, *arguments)
        except SQLAlchemyError as error:
            log.warning("database_unreachable", error=type(error).__name__)


def _names(held: Claim) -> dict[str, object]:
    return {
        "job": str(held.job_id),
        "kind": held.kind,
        "attempt": held.attempt,
        "request_id": held.request_id,
        "worker": held.owner,
    }


def _conclude(held: Claim, error: BaseException | None) -> str:
    """Give the job the end its attempt deserves; says which. A fenced job has its end already."""
    if leases.is_ended(held):
        return "fenced"
    if isinstance(error, LeaseLost | SQLAlchemyError):
        return "left to the reaper"
    if isinstance(error, Stopped):
        leases.give_back(held)
        return "given back"
    state, message = _verdict(held, error)
    leases.finish(held, state, message)
    return state.value


def _verdict(held: Claim, error: BaseException | None) -> tuple[JobState, str]:
    if error is None:
        return JobState.SUCCEEDED, ""
    if isinstance(error, Cancelled):
        return JobState.CANCELLED, ""
    if isinstance(error, DomainError):
        return JobState.FAILED, str(error.sentence)
    log.error("job_broken", exc_info=error, **_names(held))
    return JobState.FAILED, _("系统出了问题，任务没有完成。请联系系统管理员，并告诉编号 %(id)s。", id=held.request_id)
