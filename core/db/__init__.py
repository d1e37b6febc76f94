"""The database: typed base, column types, transactions, row locks, append-only tables."""

from core.db.base import Base, Versioned, db, new_id
from core.db.engine import prepare_engine
from core.db.transaction import (
    DuplicateRequest,
    after_commit,
    expect_version,
    find,
    find_in,
    housekeeping,
    lock_row,
    require_transaction,
    transaction,
)
from core.db.triggers import append_only, guard
from core.db.types import EnumText, JsonText, Points, UTCDateTime, canonical_json, one_of

__all__ = [
    "Base",
    "DuplicateRequest",
    "EnumText",
    "JsonText",
    "Points",
    "UTCDateTime",
    "Versioned",
    "after_commit",
    "append_only",
    "canonical_json",
    "db",
    "expect_version",
    "find",
    "find_in",
    "guard",
    "housekeeping",
    "lock_row",
    "new_id",
    "one_of",
    "prepare_engine",
    "require_transaction",
    "transaction",
]
