"""What Alembic has to be taught: guards (triggers) are part of the schema, and our types are plain ones.

With the plugin ``zone.guards`` a missing, changed or superfluous guard is a difference that
``flask db check`` reports and ``flask db revision --autogenerate`` writes out as SQL for both databases.
"""

import json
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrateOperation, UpgradeOps
from alembic.runtime.plugins import Plugin
from alembic.util import PriorityDispatchResult
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from core.db.triggers import GUARDS, Guard

_WIDTH = 90

_SQLITE_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRES_GUARDS = """
    SELECT t.tgname, p.prosrc || ' ' || pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = current_schema()
"""


class GuardOp(MigrateOperation):
    """Create (or, reversed, drop) the guards of one table."""

    def __init__(self, table: str, created: Sequence[Guard], dropped: Sequence[str]) -> None:
        self.table = table
        self.created = tuple(created)
        self.dropped = tuple(dropped)

    def reverse(self) -> "GuardOp":
        return GuardOp(self.table, (), [guard.name for guard in self.created])

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("guards", self.table, [guard.name for guard in self.created], list(self.dropped))


@cache
def install() -> None:
    """Make the plugin and the renderer known to Alembic (once a process)."""
    plugin = Plugin("zone.guards")
    plugin.add_autogenerate_comparator(_compare, "schema")
    renderers.dispatch_for(GuardOp)(_render)


def _compare(context: AutogenContext, ops: UpgradeOps, _schemas: object) -> PriorityDispatchResult:
    connection = context.connection
    if connection is None:
        raise RuntimeError("guards are compared against a database")
    present = guards_in(connection)
    wanted = {guard.name: guard for guard in GUARDS if guard.create(connection.dialect.name)}
    changed = {name for name, guard in wanted.items() if not _is_kept(guard, present.get(name, ""), connection)}
    for table in sorted({wanted[name].table for name in changed}):
        fresh = [guard for guard in GUARDS if guard.table == table and _is_due(guard, changed, present)]
        ops.ops.append(GuardOp(table, fresh, [guard.name for guard in fresh if guard.name in present]))
    for name in sorted(set(present) - set(wanted)):
        ops.ops.append(GuardOp("", (), [name]))
    return PriorityDispatchResult.CONTINUE


def _is_due(guard: Guard, changed: set[str], present: dict[str, str]) -> bool:
    """Changed here, or a guard of the other database only (TRUNCATE) that comes with its table's others."""
    return guard.name in changed or (guard.moment == "TRUNCATE" and guard.name not in present)


def guards_in(connection: Connection) -> dict[str, str]:
    """The triggers of the database: name → their text."""
    query = _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRES_GUARDS
    return {name: body for name, body in connection.execute(text(query))}


def _is_kept(guard: Guard, found: str, connection: Connection) -> bool:
    """Whether the trigger in the database is this guard, word by word."""
    statements = guard.create(connection.dialect.name)
    if connection.dialect.name == "sqlite":
        return found == statements[0]
    body = statements[0].split("$guard$")[1]
    return found.startswith(body) and f" {guard.moment} ON " in found


def _render(_context: AutogenContext, op: GuardOp) -> list[str]:
    calls = []
    for dialect in ("sqlite", "postgresql"):
        statements = [statement for name in op.dropped for statement in _drop(name, dialect)]
        statements += [statement for guard in op.created for statement in guard.create(dialect)]
        if statements:
            calls.append(_call(dialect, statements))
    return calls


def _drop(name: str, dialect: str) -> tuple[str, ...]:
    """Dropped on PostgreSQL by its function, so that a table already gone does no harm."""
    kind, rest = ("TRIGGER", "") if dialect == "sqlite" else ("FUNCTION", "() CASCADE")
    return (f"DROP {kind} IF EXISTS {name}{rest}",)


def _call(dialect: str, statements: list[str]) -> str:
    """``on("sqlite", …)``; the template of the migrations defines ``on``."""
    arguments = ",\n".join(_literal(statement) for statement in statements)
    return f'on(\n"{dialect}",\n{arguments},\n)'


def _literal(statement: str) -> str:
    """One string over several short lines."""
    lines = textwrap.wrap(statement, _WIDTH, break_long_words=False, break_on_hyphens=False)
    if " ".join(lines) != statement:
        raise ValueError("a guard's SQL has single spaces only")
    pieces = [json.dumps(f"{line} ", ensure_ascii=False) for line in lines[:-1]]
    return "\n".join([*pieces, json.dumps(lines[-1], ensure_ascii=False)])


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name the plain column type, so that they stay true when our classes change."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    return f"sa.{item.impl_instance!r}"


__all__ = ["GuardOp", "guards_in", "install", "render_item"]
