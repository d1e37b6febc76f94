"""Rules the database itself keeps: append-only tables and guards, on both databases.

A guard is written once as a condition in plain SQL over ``OLD``/``NEW`` and becomes a trigger on
SQLite and on PostgreSQL. ``create_all`` and the migrations use the same statements.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import DDL, Connection, Table, event

Moment = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse ``moment`` on ``table`` when ``condition`` (SQL over OLD/NEW) holds, saying ``message``."""

    name: str
    table: str
    moment: Moment
    condition: str
    message: str

    def create(self, dialect: str) -> tuple[str, ...]:
        """The statements that make the guard."""
        if dialect == "sqlite":
            return (
                f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} FOR EACH ROW "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END",
            )
        result = "OLD" if self.moment == "DELETE" else "NEW"
        body = (
            f"BEGIN IF {self.condition} THEN RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = 'check_violation'; END IF; RETURN {result}; END"
        )
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$",
            f"CREATE TRIGGER {self.name} BEFORE {self.moment} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        )

    def drop(self, dialect: str) -> tuple[str, ...]:
        """The statements that remove the guard."""
        if dialect == "sqlite":
            return (f"DROP TRIGGER IF EXISTS {self.name}",)
        return (
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"DROP FUNCTION IF EXISTS {self.name}()",
        )


GUARDS: list[Guard] = []


def guard(table: Table, name: str, moment: Moment, condition: str, message: str) -> None:
    """Attach a guard to a table, for ``create_all`` and for the list the migrations read."""
    made = Guard(f"{table.name}_{name}", table.name, moment, condition, message)
    GUARDS.append(made)
    for dialect in ("sqlite", "postgresql"):
        for statement in made.create(dialect):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))

    def drop_function(target: Table, connection: Connection, **_: object) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {made.name}()")

    event.listen(table, "after_drop", drop_function)


def append_only(table: Table) -> None:
    """Rows of this table are never changed and never removed."""
    for moment in ("UPDATE", "DELETE"):
        guard(table, f"no_{moment.lower()}", moment, "1 = 1", f"{table.name} is append-only")
