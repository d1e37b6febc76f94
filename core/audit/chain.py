"""The arithmetic of the chain: pure hashing and checking."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from core.audit.models import EntryKind
from core.db.types import canonical_json

GENESIS = "0" * 64


class Link(Protocol):
    """What is hashed and checked: an AuditEntry, or a plain row of its table."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def kind(self) -> EntryKind: ...
    @property
    def operation(self) -> str: ...
    @property
    def actor_id(self) -> uuid.UUID | None: ...
    @property
    def actor_label(self) -> str: ...
    @property
    def subject_kind(self) -> str: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def request_id(self) -> str: ...
    @property
    def previous_hash(self) -> str: ...
    @property
    def entry_hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first broken link: its number, its time, and what does not fit."""

    seq: int
    at: dt.datetime | None
    what: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The result of walking the chain: entries read, the head, and the first fault if any."""

    entries: int
    head: str
    fault: ChainFault | None

    @property
    def sound(self) -> bool:
        return self.fault is None


def entry_hash(entry: Link) -> str:
    """SHA-256 over the canonical JSON of all facts of the entry and the previous hash."""
    content = canonical_json(
        {
            "seq": entry.seq,
            "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "kind": entry.kind.value,
            "operation": entry.operation,
            "actor_id": str(entry.actor_id or ""),
            "actor_label": entry.actor_label,
            "subject_kind": entry.subject_kind,
            "subject_id": entry.subject_id,
            "facts": entry.facts,
            "request_id": entry.request_id,
            "previous_hash": entry.previous_hash,
        }
    )
    return hashlib.sha256(content.encode()).hexdigest()


def verify_chain(entries: Iterable[Link], *, start: str = GENESIS, first: int = 1) -> ChainReport:
    """Walk entries in order of ``seq`` and stop at the first that does not fit."""
    previous, expected, count = start, first, 0
    for entry in entries:
        fault = _fault_of(entry, previous, expected)
        if fault:
            return ChainReport(count, previous, ChainFault(entry.seq, entry.at, fault))
        previous, expected, count = entry.entry_hash, expected + 1, count + 1
    return ChainReport(count, previous, None)


def _fault_of(entry: Link, previous: str, expected: int) -> str:
    if entry.seq != expected:
        return f"audit_entry: expected entry {expected}, found {entry.seq}"
    if entry.previous_hash != previous:
        return "audit_entry: previous_hash does not continue the chain"
    if entry.entry_hash != entry_hash(entry):
        return "audit_entry: the content was changed after it was written"
    return ""
