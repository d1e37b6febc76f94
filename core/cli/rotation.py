"""Key rotation: every encrypted value under the newest key, every blind index under the present index key.

Batches are transactions of their own, and what is done is seen from the values themselves, so a broken-off
run is simply started again. Versions of rows do not change: nobody's open form becomes stale.

Every blind index stands beside the encrypted value it is made of. One-time codes and counted tries are kept as
keyed hashes only, on purpose; under another index key they end and are said so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, Text, inspect, select, type_coerce, update
from sqlalchemy.orm import Mapper

from core.accounts import throttle
from core.accounts.models import CodePurpose
from core.accounts.operations import end_codes_of_other_keys
from core.audit import record
from core.audit.operations import Signature
from core.crypto import EncryptedText, current_keys
from core.db import Base, db, housekeeping, transaction
from core.files.operations import file_store
from core.jobs.context import rows_changed

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Rotated:
    """What a run changed: rows a table, files; and what had to end, because it is bound to an earlier index key."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    ended_codes: Mapping[CodePurpose, int] = field(default_factory=dict)
    forgotten_tries: int = 0


def rotate(actor: Signature, *, batch: int = 500, progress: Progress = lambda _table, _rows: None) -> Rotated:
    """Bring every table and the file store to the newest key; safe to break off and to run twice."""
    done = Rotated()
    for mapper in sorted(Base.registry.mappers, key=_table_name):
        if _encrypted(mapper):
            done.rows[_table_name(mapper)] = _rotate_table(actor, mapper, batch, progress)
    done.files = _rotate_files(actor, batch)
    done.ended_codes = end_codes_of_other_keys(actor)
    done.forgotten_tries = throttle.forget_other_keys()
    with transaction():
        record(
            actor, "keys.rotate_all", ("keys", current_keys().newest), rows=sum(done.rows.values()), files=done.files
        )
    return done


def _table(mapper: Mapper[Any]) -> Table:
    table = mapper.local_table
    if not isinstance(table, Table):
        raise TypeError(f"{mapper} is no plain table")
    return table


def _table_name(mapper: Mapper[Any]) -> str:
    return _table(mapper).fullname


def _encrypted(mapper: Mapper[Any]) -> list[str]:
    """The names of the mapper's encrypted attributes."""
    return [one.key for one in mapper.column_attrs if isinstance(one.columns[0].type, EncryptedText)]


def _rotate_table(actor: Signature, mapper: Mapper[Any], batch: int, progress: Progress) -> int:
    changed, last = 0, None
    while True:
        with housekeeping() as session:
            rows = session.execute(_page(mapper, last, batch)).mappings().all()
        if not rows:
            return changed
        last = tuple(rows[-1][f"key_{place}"] for place in range(len(mapper.primary_key)))
        fresh = [(row, _renewed(mapper, row)) for row in rows]
        due = [(row, values) for row, values in fresh if values]
        if due:
            with transaction():
                written = sum(_write(mapper, row, values) for row, values in due)
                record(actor, "keys.rotate", (_table_name(mapper), ""), rows=written)
            changed += written
            progress(_table_name(mapper), changed)


def _page(mapper: Mapper[Any], last: tuple[Any, ...] | None, batch: int) -> Any:
    """The next rows by primary key, encrypted columns as they are stored."""
    keys = mapper.primary_key
    columns = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    for name in (*_encrypted(mapper), *_derived_names(mapper)):
        columns.append(type_coerce(_column(mapper, name), Text).label(name))
    query = select(*columns).order_by(*keys).limit(batch)
    if last is not None:
        query = query.where(keys[0] > last[0])
    return query


def _column(mapper: Mapper[Any], name: str) -> Column[Any]:
    return _table(mapper).c[mapper.column_attrs[name].columns[0].name]


def _purpose(mapper: Mapper[Any], name: str) -> str:
    kind = _column(mapper, name).type
    if not isinstance(kind, EncryptedText):
        raise TypeError(f"{name} is not encrypted")
    return kind.purpose


def _derived_names(mapper: Mapper[Any]) -> list[str]:
    return [one.key for one in mapper.column_attrs if one.key.endswith("_index")]


def _renewed(mapper: Mapper[Any], row: Any) -> dict[str, Any]:
    """The values to write: what is not under the newest key, and indexes that come out otherwise."""
    ring, values = current_keys(), {}
    probe = mapper.class_manager.new_instance()
    for name in _encrypted(mapper):
        stored = row[name]
        if stored is None:
            continue
        plain = ring.decrypt(stored, _purpose(mapper, name)).decode()
        setattr(probe, name, plain)
        if not stored.startswith(f"{ring.newest}:"):
            values[name] = plain
    made = inspect(probe).dict
    for name in _derived_names(mapper):
        if name in made and made[name] != row[name]:
            values[name] = made[name]
    return values


def _write(mapper: Mapper[Any], row: Any, values: dict[str, Any]) -> int:
    """Write beside the mapper, and only where nobody changed the row meanwhile."""
    unchanged = [key == row[f"key_{place}"] for place, key in enumerate(mapper.primary_key)]
    unchanged += [type_coerce(_column(mapper, name), Text) == row[name] for name in _encrypted(mapper) if row[name]]
    columns = {_column(mapper, name).name: value for name, value in values.items()}
    return rows_changed(db.session(), update(_table(mapper)).where(*unchanged).values(columns))


def _rotate_files(actor: Signature, batch: int) -> int:
    """Store every file anew whose cipher text names an older key; a damaged one is left and raises."""
    store, newest = file_store(), f"{current_keys().newest}:".encode()
    old = []
    for path in sorted(store.root.glob("??/*")):
        with path.open("rb") as file:
            if not path.name.startswith(".") and file.read(len(newest)) != newest:
                old.append(path.parent.name + path.name)
    for start in range(0, len(old), batch):
        with transaction():
            for sha256 in old[start : start + batch]:
                store.put(store.get(sha256))
            record(actor, "keys.rotate", ("files", ""), rows=len(old[start : start + batch]))
    return len(old)
