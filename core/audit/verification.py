"""Checking the stored chain against itself and against its seals."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core.audit.chain import GENESIS, ChainFault, ChainReport, verify_chain
from core.audit.models import AuditEntry, AuditSeal
from core.db.base import db

_STRETCH = 2_000


@dataclass(frozen=True, slots=True)
class Verification:
    """The walk over all entries, the seals that do not fit it, and how long it took.

    The chain alone cannot show that its newest entries were cut off; a seal kept elsewhere can.
    """

    chain: ChainReport
    broken_seals: tuple[ChainFault, ...]
    seals: int
    seconds: float

    @property
    def sound(self) -> bool:
        return self.chain.sound and not self.broken_seals

    @property
    def first_fault(self) -> ChainFault | None:
        """The fault with the lowest entry number."""
        faults = [*self.broken_seals, *([self.chain.fault] if self.chain.fault else [])]
        return min(faults, key=lambda fault: fault.seq, default=None)


def verify() -> Verification:
    """Walk the whole chain in stretches of constant memory, then hold the seals against it."""
    began = time.perf_counter()
    try:
        report = verify_chain(_entries())
    except _Unreadable as entry:
        report = ChainReport(
            entry.seq - 1, "", ChainFault(entry.seq, None, "audit_entry: the content cannot be read")
        )
    seals = db.session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
    return Verification(report, _broken(seals), len(seals), time.perf_counter() - began)


class _Unreadable(Exception):
    """A stored entry is no entry any more: broken JSON, an unknown kind, no time."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def _entries() -> Iterator[AuditEntry]:
    """All entries by number. A stretch is read at a time and forgotten, so memory stays flat."""
    after: int | None = None
    while stretch := _numbers(after):
        for entry in _read(stretch):
            yield entry
            db.session.expunge(entry)
        after = stretch[-1]


def _numbers(after: int | None) -> Sequence[int]:
    query = select(AuditEntry.seq).order_by(AuditEntry.seq).limit(_STRETCH)
    return db.session.scalars(query if after is None else query.where(AuditEntry.seq > after)).all()


def _read(stretch: Sequence[int]) -> Iterator[AuditEntry]:
    """The entries of a stretch, up to the first that cannot be read: then _Unreadable."""
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(populate_existing=True)
    try:
        rows = db.session.scalars(query.where(AuditEntry.seq.between(stretch[0], stretch[-1]))).all()
    except (ValueError, DBAPIError) as error:
        db.session.rollback()
        if len(stretch) == 1:
            raise _Unreadable(stretch[0]) from error
        for seq in stretch:
            yield from _read([seq])
    else:
        yield from rows


def _broken(seals: Sequence[AuditSeal]) -> tuple[ChainFault, ...]:
    """Seals whose entry is gone or carries another hash."""
    wanted = [seal.seq for seal in seals]
    hashes: dict[int, str] = {0: GENESIS}
    for start in range(0, len(wanted), _STRETCH):
        part = wanted[start : start + _STRETCH]
        rows = db.session.execute(select(AuditEntry.seq, AuditEntry.entry_hash).where(AuditEntry.seq.in_(part)))
        hashes.update((row.seq, row.entry_hash) for row in rows)
    return tuple(
        ChainFault(seal.seq, seal.sealed_at, f"audit_seal: the seal of {seal.day} does not fit the chain")
        for seal in seals
        if hashes.get(seal.seq) != seal.entry_hash
    )
