"""What is in a database, in figures: rows and a checksum a table, the head of the audit chain."""

import hashlib

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, inspect, text

from core.jobs.bell import NAME as BELL

_SPACE = 2**256
_AT_ONCE = 1000


class TableFigures(BaseModel):
    """Rows of a table, and the sum of the SHA-256 of its rows modulo 2^256 (their order does not matter)."""

    model_config = ConfigDict(frozen=True)

    rows: int
    checksum: str


class Manifest(BaseModel):
    """What a backup says about itself; compared with the database that came out of it."""

    model_config = ConfigDict(frozen=True)

    made_at: str
    dialect: str
    migration: str
    tables: dict[str, TableFigures]
    audit_entries: int
    audit_head: str
    files: int

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def read_manifest(connection: Connection, *, made_at: str, files: int) -> Manifest:
    """The figures of the whole database as one transaction sees it."""
    names = sorted(name for name in inspect(connection).get_table_names() if not name.startswith(BELL))
    head = None
    if "audit_entry" in names:
        last = "SELECT seq, entry_hash FROM audit_entry ORDER BY seq DESC LIMIT 1"
        head = connection.execute(text(last)).one_or_none()
    return Manifest(
        made_at=made_at,
        dialect=connection.dialect.name,
        migration=_migration(connection, names),
        tables={name: _figures(connection, name) for name in names},
        audit_entries=head[0] if head else 0,
        audit_head=head[1] if head else "",
        files=files,
    )


def _migration(connection: Connection, names: list[str]) -> str:
    if "alembic_version" not in names:
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _figures(connection: Connection, table: str) -> TableFigures:
    """Values as the driver gives them: the same database program gives the same bytes."""
    quoted = connection.dialect.identifier_preparer.quote(table)
    rows = total = 0
    query = text(f"SELECT * FROM {quoted}")  # noqa: S608 - a quoted name from the database itself
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        rows += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
    return TableFigures(rows=rows, checksum=f"{total % _SPACE:064x}")


def differences(before: Manifest, after: Manifest) -> list[str]:
    """The names of what is not the same; empty when the restored database is the one backed up."""
    names = sorted(set(before.tables) | set(after.tables))
    found = [name for name in names if before.tables.get(name) != after.tables.get(name)]
    if (before.audit_entries, before.audit_head) != (after.audit_entries, after.audit_head):
        found.append("audit head")
    if before.migration != after.migration:
        found.append("migration")
    if before.files != after.files:
        found.append("files")
    return found
