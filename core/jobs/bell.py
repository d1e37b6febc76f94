"""The doorbell: wakes a waiting worker sooner than its next look at the rows. Nothing depends on it.

Huey's queue store carries it (a SQLite file in the data directory, or PostgreSQL with LISTEN/NOTIFY).
Its consumer is not used: it loses the work in hand when its process is killed, a lease row does not.
"""

import sqlite3
import threading
import time
from typing import Any

import psycopg
import structlog

from core.config import Settings

NAME = "zone_bell"
_MOST_WAITING = 100
_LOOK_SECONDS = 0.1
_STORE_FAULTS = (sqlite3.Error, psycopg.Error, OSError)

log = structlog.get_logger("jobs")


class Doorbell:
    """One bell of one installation; safe to use from several threads and after a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._storage: Any = None
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Wake one worker. A broken or full bell is logged and costs at most one reaper period."""
        try:
            storage = self._open()
            if storage.queue_size() < _MOST_WAITING:
                storage.enqueue(b"1")
        except _STORE_FAULTS as error:
            log.warning("bell_broken", error=type(error).__name__)

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for a ring at most ``seconds``, less if ``stop`` is set; whether it rang."""
        deadline = time.monotonic() + seconds
        while not stop.is_set() and time.monotonic() < deadline:
            try:
                if self._open().dequeue() is not None:
                    return True
            except _STORE_FAULTS as error:
                log.warning("bell_broken", error=type(error).__name__)
                stop.wait(seconds)
                return False
            stop.wait(_LOOK_SECONDS)
        return False

    def close(self) -> None:
        """Let go of the store's connection."""
        with self._lock:
            if self._storage is not None:
                self._storage.close()
                self._storage = None

    def _open(self) -> Any:
        with self._lock:
            if self._storage is None:
                self._storage = _storage(self._settings)
            return self._storage


def _storage(settings: Settings) -> Any:
    from huey.storage import PostgresStorage, SqliteStorage

    url = settings.queue_url
    if url.startswith("postgresql"):
        dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresStorage(NAME, dsn=dsn, table_prefix=NAME, read_timeout=_LOOK_SECONDS)
    path = url.removeprefix("sqlite:///") or str(settings.data_dir / "bell.db")
    return SqliteStorage(NAME, filename=path, fsync=False)


class _Current:
    """The bell of this process, hung up by the roof."""

    bell: Doorbell | None = None


def use_bell(bell: Doorbell) -> None:
    """Set the process's bell."""
    _Current.bell = bell


def ring() -> None:
    """Ring the process's bell; without one the workers find the job by looking."""
    if _Current.bell is not None:
        _Current.bell.ring()
