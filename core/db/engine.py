"""Engine behaviour: SQLite in WAL mode with explicit BEGIN, PostgreSQL with time limits."""

from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_MILLISECONDS = 15_000
"""How long a writer waits for another before the person is asked to try again, on both databases."""

IDLE_IN_TRANSACTION_MILLISECONDS = 600_000
"""A connection forgotten inside a transaction must not hold its locks for ever."""


def prepare_engine(engine: Engine) -> None:
    """Attach the listeners of the engine's dialect (idempotent a engine)."""
    connect = _sqlite_connect if engine.dialect.name == "sqlite" else _postgres_connect
    if event.contains(engine, "connect", connect):
        return
    event.listen(engine, "connect", connect)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _sqlite_begin)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Writers take the write lock at once: a deferred begin upgraded later fails under load."""
    writes = connection.get_execution_options().get("zone_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_connect(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MILLISECONDS}")
    connection.autocommit = False
