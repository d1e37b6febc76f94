"""Rules the database itself keeps: append-only tables and guards, on both databases.

A guard is written once as a condition in plain SQL over ``OLD``/``NEW`` and becomes a trigger on
SQLite and on PostgreSQL. ``create_all`` and the migrations use the same statements.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Table, event

Moment = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]

_LONGEST_NAME = 63
"""PostgreSQL cuts longer names silently, and two cut names may meet."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse ``moment`` on ``table`` when ``condition`` (SQL over OLD/NEW) holds, saying ``message``.

    TRUNCATE exists on PostgreSQL only and sees no row, so its condition is always true.
    """

    name: str
    table: str
    moment: Moment
    condition: str
    message: str

    def create(self, dialect: str) -> tuple[str, ...]:
        """The statements that make the guard."""
        if dialect == "sqlite":
            if self.moment == "TRUNCATE":
                return ()
            return (
                f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} FOR EACH ROW "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END",
            )
        result = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.moment, "NEW")
        scope = "STATEMENT" if self.moment == "TRUNCATE" else "ROW"
        body = (
            f"BEGIN IF {self.condition} THEN RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = 'check_violation'; END IF; RETURN {result}; END"
        )
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$",
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} "
            f"FOR EACH {scope} EXECUTE FUNCTION {self.name}()",
        )

    def drop(self, dialect: str) -> tuple[str, ...]:
        """The statements that remove the guard."""
        if dialect == "sqlite":
            return () if self.moment == "TRUNCATE" else (f"DROP TRIGGER IF EXISTS {self.name}",)
        return (
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"DROP FUNCTION IF EXISTS {self.name}()",
        )


GUARDS: list[Guard] = []


def guard(table: Table, name: str, moment: Moment, condition: str, message: str) -> None:
    """Attach a guard to a table, for ``create_all`` and for the list the migrations read."""
    made = Guard(f"{table.name}_{name}", table.name, moment, condition, message)
    if len(made.name) > _LONGEST_NAME:
        raise ValueError(f"the guard name {made.name!r} is longer than PostgreSQL keeps")
    GUARDS.append(made)

    def create(_table: Table, connection: Connection, **_: object) -> None:
        for statement in made.create(connection.dialect.name):
            connection.exec_driver_sql(statement)

    def drop_function(_table: Table, connection: Connection, **_: object) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {made.name}()")

    event.listen(table, "after_create", create)
    event.listen(table, "after_drop", drop_function)


def append_only(table: Table) -> None:
    """Rows of this table are never changed and never removed, one by one or all at once."""
    moments: tuple[Moment, ...] = ("UPDATE", "DELETE", "TRUNCATE")
    for moment in moments:
        guard(table, f"no_{moment.lower()}", moment, "1 = 1", f"{table.name} is append-only")
