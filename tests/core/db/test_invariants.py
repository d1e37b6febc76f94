"""Every rule the database keeps, broken by raw SQL: as many refusals as rules."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Connection, ForeignKeyConstraint, Table, bindparam, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint

from core.db import Base, db
from core.db.triggers import GUARDS
from tests.core.db.rows import Row, Rule, Search, apart, filled, plain, rules_of, uniques_of
from tests.figures import Figure

APPEND_ONLY = "is append-only"


def tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


@pytest.fixture
def connection(context: Flask) -> Iterator[Connection]:
    """A connection that writes raw rows; foreign keys are out of the way (they have their own test)."""
    with db.engine.connect().execution_options(zone_writes=True) as opened:
        if opened.dialect.name == "sqlite":
            opened.connection.execute("PRAGMA foreign_keys = OFF")
        else:
            for table in tables():
                for one in table.foreign_key_constraints:
                    opened.execute(text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{one.name}"'))
            opened.commit()
        yield opened
        opened.rollback()
        if opened.dialect.name == "sqlite":
            opened.connection.execute("PRAGMA foreign_keys = ON")


def insert(connection: Connection, table: Table, row: Row) -> None:
    """One row by raw SQL, values as the column types store them."""
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(f":{name}" for name in row)
    kinds = [bindparam(name, type_=_stored(table, name)) for name in row]
    connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})').bindparams(*kinds), row)


def _stored(table: Table, name: str) -> object:
    """The plain type of a column: nothing of ours stands between the value and the database."""
    kind = table.c[name].type
    return getattr(kind, "impl_instance", kind)


def refused(connection: Connection, table: Table, row: Row) -> str:
    """Why the database refuses the row (empty: it does not)."""
    step = connection.begin_nested()
    try:
        insert(connection, table, row)
    except DBAPIError as error:
        step.rollback()
        return str(error.orig)
    step.rollback()
    return ""


def test_every_check_refuses_what_breaks_it(connection: Connection, figure: Figure) -> None:
    count, open_doors = 0, []
    for table in tables():
        search = Search(table)
        good = refused(connection, table, search.row())
        assert not good or "locked" in good or "frozen" in good, (table.name, good)
        kept = {one["name"] for one in inspect(connection).get_check_constraints(table.name)}
        for rule in rules_of(table):
            count += 1
            why = refused(connection, table, search.row(broken=rule.name))
            # A rule that follows from others is refused in their name; that it is there is then read.
            if rule.name not in why and not (why and rule.name in kept):
                open_doors.append((rule.name, why))
        search.close()
    assert open_doors == []
    figure(f"proof 33: {count} CHECKs on {connection.dialect.name}, {count} refusals")


def test_every_unique_refuses_the_second(connection: Connection, figure: Figure) -> None:
    count, open_doors = 0, []
    for table in tables():
        search = Search(table)
        for name, columns, where in uniques_of(table):
            count += 1
            wanted = [filled(columns), *([where] if where else []), *_without_others(table, name)]
            first = search.row(also=wanted)
            second = search.row(also=[*wanted, *apart(table, first, columns)])
            for column in columns:
                first[column.name] = second[column.name]
            step = connection.begin_nested()
            insert(connection, table, first)
            why = refused(connection, table, second)
            step.rollback()
            if name not in why and ", ".join(f"{table.name}.{column.name}" for column in columns) not in why:
                open_doors.append((name, why))
        search.close()
    assert open_doors == []
    figure(f"proof 33: {count} uniques on {connection.dialect.name}, {count} refusals")


def _without_others(table: Table, name: str) -> list[Rule]:
    """Conditions that keep the table's other partial indexes out of the way."""
    others = [where for other, _columns, where in uniques_of(table) if where is not None and other != name]
    return [Rule(f"not {one.name}", f"NOT ({one.sql})", one.columns) for one in others]


def test_every_required_column_refuses_nothing(connection: Connection, figure: Figure) -> None:
    count, open_doors = 0, []
    for table in tables():
        search = Search(table)
        good = search.row()
        for column in table.columns:
            if column.nullable or _numbers_itself(connection, column):
                continue
            count += 1
            if column.name not in refused(connection, table, {**good, column.name: None}):
                open_doors.append(f"{table.name}.{column.name}")
        search.close()
    assert open_doors == []
    figure(f"proof 33: {count} NOT NULLs on {connection.dialect.name}, {count} refusals")


def _numbers_itself(connection: Connection, column: Column[Any]) -> bool:
    """On SQLite a single whole-number key is the row's own number and cannot be empty."""
    return connection.dialect.name == "sqlite" and column.primary_key and isinstance(plain(column), int)


def test_every_foreign_key_refuses_a_stranger(connection: Connection, figure: Figure) -> None:
    """One key at a time: the others are out of the way (dropped, or not looked at by the check)."""
    count, open_doors = 0, []
    for table in tables():
        search = Search(table)
        for one in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            count += 1
            why = _stranger(connection, one, search.row(also=[filled(list(one.columns))]))
            if not why:
                open_doors.append(str(one.name))
        search.close()
    assert open_doors == []
    with db.engine.connect() as ordinary:
        if ordinary.dialect.name == "sqlite":
            assert ordinary.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    figure(f"proof 33: {count} foreign keys on {connection.dialect.name}, {count} refusals")


def _stranger(connection: Connection, key: ForeignKeyConstraint, row: Row) -> bool:
    """Whether the database notices a row that points at nothing through this key."""
    step = connection.begin_nested()
    try:
        if connection.dialect.name == "postgresql":
            connection.execute(AddConstraint(key))
        insert(connection, key.table, row)
        found = connection.exec_driver_sql(f'PRAGMA foreign_key_check("{key.table.name}")').all()
        return any(parent == key.referred_table.name for _table, _row, parent, _number in found)
    except DBAPIError as error:
        return str(key.name) in str(error.orig)
    finally:
        step.rollback()


def test_append_only_tables_bear_no_change(connection: Connection, figure: Figure) -> None:
    kept = [guard for guard in GUARDS if APPEND_ONLY in guard.message and guard.create(connection.dialect.name)]
    guarded = sorted({guard.table for guard in kept})
    for name in guarded:
        moments = [guard.moment for guard in kept if guard.table == name]
        assert "DELETE" in moments
        table = Base.metadata.tables[name]
        search = Search(table)
        insert(connection, table, search.row())
        search.close()
        column = next(iter(table.columns)).name
        statements = {
            "UPDATE": f'UPDATE "{name}" SET "{column}" = "{column}"',
            "DELETE": f'DELETE FROM "{name}"',
            "TRUNCATE": f'TRUNCATE "{name}"',
        }
        for moment in moments:
            step = connection.begin_nested()
            with pytest.raises(DBAPIError, match=APPEND_ONLY):
                connection.execute(text(statements[moment]))
            step.rollback()
    figure(f"proof 33: {len(guarded)} append-only tables on {connection.dialect.name}, {len(kept)} refusals")
