"""Rules the database itself keeps: append-only tables and guards, on both databases.

A guard is written once as a condition in plain SQL over ``OLD``/``NEW`` and becomes a trigger on
SQLite and on PostgreSQL. ``create_all`` and the migrations use the same statements.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Table, event
from sqlalchemy.orm import DeclarativeBase

Moment = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]

_ALWAYS = "1 = 1"
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


def guard(model: type[DeclarativeBase], name: str, moment: Moment, condition: str, message: str) -> None:
    """Attach a guard to a model's table, for ``create_all`` and for the list the migrations read."""
    table = _table_of(model)
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


def guard_rows(model: type[DeclarativeBase], name: str, condition: str, message: str) -> None:
    """Refuse to add, change or remove the rows that ``condition`` names ({row} stands for OLD or NEW).

    A change is refused by what the row is and by what it would become, so that none can be moved in either.
    """
    old, new = condition.format(row="OLD"), condition.format(row="NEW")
    conditions: dict[Moment, str] = {"INSERT": new, "UPDATE": f"({old} OR {new})", "DELETE": old}
    for moment, when in conditions.items():
        guard(model, f"{name}_{moment.lower()}", moment, when, message)


def append_only(model: type[DeclarativeBase]) -> None:
    """Rows of this table are never changed and never removed, one by one or all at once."""
    guard(model, "no_update", "UPDATE", _ALWAYS, f"{_table_of(model).name} is append-only")
    never_removed(model, f"{_table_of(model).name} is append-only")


def never_removed(model: type[DeclarativeBase], message: str) -> None:
    """Rows of this table stay, one by one and all at once."""
    guard(model, "no_delete", "DELETE", _ALWAYS, message)
    guard(model, "no_truncate", "TRUNCATE", _ALWAYS, message)


def _table_of(model: type[DeclarativeBase]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} stands for no table of its own")
    return table
