"""Runs the migrations: one at a time, with time limits, never holding up the service for long.

A lock lets two upgrades be started at once (the second waits and finds nothing to do). On PostgreSQL each
migration is its own transaction with a lock timeout of 4 s and a statement timeout of 5 s; on SQLite all of
them are one transaction that has the write lock from the start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import context
from alembic.operations.ops import MigrationScript
from flask import current_app
from sqlalchemy import Connection, text

from core.db import Base, autogenerate
from core.jobs.bell import NAME as BELL

LOCK_KEY = 7_105_002
HEAD = Path(__file__).with_name("HEAD")


def number_revision(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """Give the next number, write the head file; nothing at all where nothing changed.

    ``flask db check`` comes here without a message and only wants to see the differences.
    """
    (script,) = directives
    if not script.message:
        return
    if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        directives.clear()
        return
    head = context.script.get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04}"
    HEAD.write_text(script.rev_id + "\n", encoding="utf-8")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """The doorbell keeps its own tables where it lives in PostgreSQL."""
    return kind != "table" or not (name or "").startswith(BELL)


def load_models() -> None:
    """Know every table, also of a room that no page has opened yet."""
    root = HEAD.parents[1]
    for path in sorted(root.glob("*/*/models.py")):
        import_module(f"{path.parts[-3]}.{path.parts[-2]}.models")


def configure(connection: Connection, *, per_migration: bool) -> None:
    load_models()
    autogenerate.install()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_item=autogenerate.render_item,
        process_revision_directives=number_revision,
        transaction_per_migration=per_migration,
        render_as_batch=True,
        compare_type=True,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname", "zone.guards"],
    )


@contextmanager
def only_upgrade(connection: Connection) -> Iterator[None]:
    """Wait for another upgrade to end, then limit how long this one may hold up others."""
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '5s'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})
        connection.commit()
        connection.detach()


def run_on_postgres(connection: Connection) -> None:
    with only_upgrade(connection):
        configure(connection, per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


def run_on_sqlite(connection: Connection) -> None:
    """Foreign keys rest while tables are copied, and are checked before the commit."""
    connection.connection.execute("PRAGMA foreign_keys = OFF")
    with connection.execution_options(zone_writes=True).begin():
        configure(connection, per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration leaves {len(broken)} rows pointing at nothing")
    connection.connection.execute("PRAGMA foreign_keys = ON")


engine = context.config.attributes.get("engine") or current_app.extensions["migrate"].db.engine
with engine.connect() as opened:
    if engine.dialect.name == "sqlite":
        run_on_sqlite(opened)
    else:
        run_on_postgres(opened)
