"""Engine behaviour: SQLite in WAL mode with explicit BEGIN, PostgreSQL with time limits."""

from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_MILLISECONDS = 15_000


def prepare_engine(engine: Engine) -> None:
    """Attach the listeners of the engine's dialect (idempotent a engine)."""
    if engine.dialect.name != "sqlite" or event.contains(engine, "connect", _sqlite_connect):
        return
    event.listen(engine, "connect", _sqlite_connect)
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
