"""Rows made from the tables themselves: a valid one of every table, and one for every way to break a rule.

The rules (CHECKs and the conditions of partial indexes) are evaluated by SQLite, so the search needs no
parser: it tries the values that the rules themselves mention until exactly the wanted rule is broken.
"""

import datetime as dt
import itertools
import re
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite

Row = dict[str, Any]

_DAY = dt.date(2026, 6, 1)
_MOMENT = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)
_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on the columns of one row."""

    name: str
    sql: str
    columns: tuple[str, ...]


def rules_of(table: Table) -> list[Rule]:
    """The CHECK constraints of a table."""
    found = [one for one in table.constraints if isinstance(one, CheckConstraint)]
    return [_rule(table, str(one.name), str(one.sqltext)) for one in sorted(found, key=lambda one: str(one.name))]


def where_of(table: Table, index: Index) -> Rule | None:
    """The condition of a partial index."""
    where = index.dialect_options["sqlite"]["where"]
    if where is None:
        return None
    sql = str(where.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    return _rule(table, str(index.name), re.sub(rf'"?{table.name}"?\.', "", sql))


def uniques_of(table: Table) -> list[tuple[str, tuple[Column[Any], ...], Rule | None]]:
    """Unique constraints and unique indexes: name, columns, condition."""
    found: list[tuple[str, tuple[Column[Any], ...], Rule | None]] = [
        (str(one.name), tuple(one.columns), None) for one in table.constraints if isinstance(one, UniqueConstraint)
    ]
    found += [(str(one.name), tuple(one.columns), where_of(table, one)) for one in table.indexes if one.unique]
    return sorted(found, key=lambda one: one[0])


def filled(columns: Sequence[Column[Any]]) -> Rule:
    """The condition that none of these columns is empty."""
    names = tuple(column.name for column in columns)
    return Rule("filled", " AND ".join(f"{name} IS NOT NULL" for name in names), names)


def apart(table: Table, first: Row, columns: Sequence[Column[Any]]) -> list[Rule]:
    """Conditions that whole numbers of the table's other unique rules differ from those of the first row."""
    same = {column.name for column in columns}
    others = {one.name for _name, group, _where in uniques_of(table) for one in group} - same
    return [
        Rule(f"apart {name}", f"{name} <> {first[name]}", (name,))
        for name in sorted(others)
        if isinstance(first[name], int) and not isinstance(first[name], bool)
    ]


def _rule(table: Table, name: str, sql: str) -> Rule:
    words = set(re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"'[^']*'", "", sql)))
    return Rule(name, sql, tuple(column.name for column in table.columns if column.name in words))


def plain(column: Column[Any]) -> Any:
    """Some value of the column's type (fresh where it could have to be unique)."""
    kind = (
        column.type.python_type
        if not hasattr(column.type, "impl_instance")
        else column.type.impl_instance.python_type
    )
    number = next(_serial)
    if kind is str:
        return f"v{number}"[: _longest(column)]
    return {
        uuid.UUID: uuid.uuid4(),
        int: number,
        float: 0.5,
        bool: False,
        dt.date: _DAY + dt.timedelta(days=number),
        dt.datetime: _MOMENT + dt.timedelta(seconds=number),
    }[kind]


def _longest(column: Column[Any]) -> int:
    """Characters that fit into a text column (40 where it has no limit)."""
    return getattr(column.type, "length", None) or 40


def _candidates(column: Column[Any], rules: Sequence[Rule]) -> list[Any]:
    """The values worth trying in a column: those the rules mention, their neighbours, and nothing at all."""
    mentioned = " ".join(rule.sql for rule in rules if column.name in rule.columns)
    kind = type(plain(column))
    values: list[Any] = [plain(column)]
    if kind is str:
        texts = [*re.findall(r"'([^']*)'", mentioned), "[]", ""] if mentioned else []
        values += [one for one in texts if len(one) <= _longest(column)]
    elif kind is bool:
        values = [False, True]
    elif kind in (int, float):
        numbers = {int(found) for found in re.findall(r"\b\d+\b", mentioned)} | {0, 1}
        values += sorted({number + step for number in numbers for step in (-1, 0, 1)}, key=abs)
    elif kind is dt.date:
        values = [_DAY, _DAY + dt.timedelta(days=1)]
    elif kind is dt.datetime:
        values = [_MOMENT, _MOMENT + dt.timedelta(days=1)]
    elif kind is uuid.UUID:
        values += [uuid.UUID(int=1), uuid.UUID(int=2)]
    return [*values, None] if column.nullable else values


class Search:
    """Finds rows of one table that keep all rules, or break exactly one."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rules = rules_of(table)
        self._engine = sqlite3.connect(":memory:")

    def close(self) -> None:
        self._engine.close()

    def row(self, *, broken: str = "", also: Sequence[Rule] = ()) -> Row:
        """A row that keeps all rules and ``also``, but breaks the one of this name (if one is named).

        Where a rule cannot be broken alone (it follows from others), the row breaks it with them.
        """
        try:
            return self._find([*self.rules, *also], broken)
        except LookupError:
            return self._find([rule for rule in self.rules if rule.name == broken], broken)

    def _find(self, rules: list[Rule], broken: str) -> Row:
        names = [column for column in self.table.columns if any(column.name in rule.columns for rule in rules)]
        names.sort(key=lambda column: not any(column.name in rule.columns for rule in rules if rule.name == broken))
        for found in self._assignments(names, rules, broken, {}):
            return {column.name: found.get(column.name, self._rest(column)) for column in self.table.columns}
        raise LookupError(f"no row of {self.table.name} breaks {broken or 'nothing'}")

    @staticmethod
    def _rest(column: Column[Any]) -> Any:
        return None if column.nullable and not column.primary_key else plain(column)

    def _assignments(self, left: list[Column[Any]], rules: list[Rule], broken: str, so_far: Row) -> Iterator[Row]:
        if not left:
            yield so_far
            return
        column, *rest = left
        for value in _candidates(column, rules):
            tried = {**so_far, column.name: value}
            ready = [rule for rule in rules if column.name in rule.columns and set(rule.columns) <= set(tried)]
            if all(self._holds(rule, tried) is not (rule.name == broken) for rule in ready):
                yield from self._assignments(rest, rules, broken, tried)

    def _holds(self, rule: Rule, row: Row) -> bool:
        """As a CHECK holds: true or unknown. The condition of a partial index must be true."""
        columns = ", ".join(f'? AS "{name}"' for name in rule.columns)
        values = [_bind(row[name]) for name in rule.columns]
        (result,) = self._engine.execute(f"SELECT ({rule.sql}) FROM (SELECT {columns})", values).fetchone()
        return result != 0 if rule in self.rules else result == 1


def _bind(value: Any) -> Any:
    if isinstance(value, uuid.UUID | dt.date):
        return value.hex if isinstance(value, uuid.UUID) else value.isoformat()
    return value
