"""Checking the stored chain against itself and against its seals."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import DBAPIError

from core.audit.chain import GENESIS, ChainFault, ChainReport, Link, verify_chain
from core.audit.models import AuditEntry, AuditSeal
from core.db.base import db

_STRETCH = 2_000


@dataclass(frozen=True, slots=True)
class Verification:
    """The walk from entry ``first`` to the last, the seals that do not fit it, and how long it took.

    The chain alone cannot show that its newest entries were cut off; a seal kept elsewhere can.
    """

    chain: ChainReport
    first: int
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


def verify(*, newest: int | None = None) -> Verification:
    """Walk the chain in stretches of constant memory, then hold the seals against it.

    ``newest`` walks only that many entries at its end (a page that must answer soon); the seals are all
    looked at, so older entries are still held by their hashes at each day's end.
    """
    began = time.perf_counter()
    before = _before(newest)
    first, start = (before.seq + 1, before.entry_hash) if before else (1, GENESIS)
    try:
        report = verify_chain(_entries(first - 1), start=start, first=first)
    except _Unreadable as entry:
        fault = ChainFault(entry.seq, None, "audit_entry: the content cannot be read")
        report = ChainReport(entry.seq - first, "", fault)
    seals = db.session.scalars(select(AuditSeal).order_by(AuditSeal.seq)).all()
    return Verification(report, first, _broken(seals), len(seals), time.perf_counter() - began)


def _before(newest: int | None) -> Row[int, str] | None:
    """Number and hash of the entry before the newest ones; None to begin at the beginning."""
    if newest is None:
        return None
    last = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    query = select(AuditEntry.seq, AuditEntry.entry_hash).where(AuditEntry.seq == last - newest)
    return db.session.execute(query).one_or_none()


class _Unreadable(Exception):
    """A stored entry is no entry any more: broken JSON, an unknown kind, no time."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def _entries(after: int) -> Iterator[Link]:
    """All entries with higher numbers, in order. A stretch is held at a time, so memory stays flat."""
    while stretch := _numbers(after):
        yield from _read(stretch)
        after = stretch[-1]


def _numbers(after: int) -> Sequence[int]:
    query = select(AuditEntry.seq).where(AuditEntry.seq > after).order_by(AuditEntry.seq)
    return db.session.scalars(query.limit(_STRETCH)).all()


def _read(stretch: Sequence[int]) -> Iterator[Link]:
    """The entries of a stretch as plain rows, up to the first that cannot be read: then _Unreadable."""
    query = select(*AuditEntry.__table__.columns).order_by(AuditEntry.seq)
    try:
        rows: Sequence[Any] = db.session.execute(query.where(AuditEntry.seq.between(stretch[0], stretch[-1]))).all()
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
