"""Slowing down guessing: counters in the database, exact under parallel tries, on both databases.

Whoever guards something takes a bucket and calls either ``check`` before and ``failed`` / ``succeeded``
after the try, or, where parallel tries must not slip through between the two, ``attempt`` before and
``succeeded`` (or ``undo``) after it. All of them belong outside an open transaction: a try stays counted
although what it tried is undone.
"""

import datetime as dt
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.accounts.backoff import Limit
from core.accounts.models import ThrottleCounter
from core.crypto import blind_index, index_print
from core.db import db, housekeeping, new_id
from core.errors import Refused
from core.i18n import lazy as _l

_LONGEST_PURPOSE = 25


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together, under which limit. Made by ``bucket``."""

    key: str
    limit: Limit = field(default_factory=Limit)


class Throttled(Refused):
    """Too many tries; ``seconds`` is how long the next one has to wait (pages answer 429)."""

    status = 429

    def __init__(self, wait: dt.timedelta) -> None:
        self.seconds = max(1, -(-wait // dt.timedelta(seconds=1)))
        then = (clock.now() + dt.timedelta(seconds=self.seconds)).astimezone(clock.BEIJING)
        super().__init__(
            _l(
                "试错次数较多。请等 %(wait)s，在 %(time)s 之后再试。",
                wait=_span(self.seconds),
                time=f"{then:%H:%M:%S}",
            )
        )


def bucket(purpose: str, *parts: object, limit: Limit | None = None) -> Bucket:
    """The counter of one purpose for what ``parts`` name together; stored as a keyed hash."""
    name = blind_index("throttle", "\x00".join(str(part) for part in parts))
    return Bucket(f"{purpose[:_LONGEST_PURPOSE]}:{index_print()}:{name}", limit or Limit())


def source_of(address: str) -> str:
    """The address as one source of tries: IPv6 by its /64 network, which one household commands whole."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if read.version == 4:
        return str(read)
    mapped = read.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((read, 64), strict=False))


def check(*buckets: Bucket) -> None:
    """Raise Throttled if any of the buckets has to wait; counts nothing."""
    now = clock.now()
    waits = [_wait_of(one, found.failures, found.last_at, now) for one, found in _counters(buckets)]
    _demand_no_wait(waits)


def failed(*buckets: Bucket) -> None:
    """Count one failure in each bucket."""
    with housekeeping() as session:
        for one in _in_order(buckets):
            _count(session, one)
            _let_through(session, one)


def attempt(*buckets: Bucket) -> None:
    """Count one try in each bucket before it is made; raise Throttled if it has to wait.

    The try is counted either way. Of any number of parallel tries only as many pass as the limit lets.
    """
    with housekeeping() as session:
        waits = []
        for one in _in_order(buckets):
            counted, last_at = _count(session, one)
            wait = _wait_of(one, counted - 1, last_at, clock.now())
            waits.append(wait)
            if not wait:
                _let_through(session, one)
    _demand_no_wait(waits)


def succeeded(*buckets: Bucket) -> None:
    """Forget the failures of these buckets."""
    with housekeeping() as session:
        keys = [one.key for one in buckets]
        session.execute(delete(ThrottleCounter).where(ThrottleCounter.bucket.in_(keys)))


def undo(*buckets: Bucket) -> None:
    """Take back one try in each bucket: for wide buckets, which one success must not clear."""
    with housekeeping() as session:
        for one in _in_order(buckets):
            session.execute(
                update(ThrottleCounter)
                .where(ThrottleCounter.bucket == one.key, ThrottleCounter.failures > 0)
                .values(failures=ThrottleCounter.failures - 1)
            )


def count_of(one: Bucket) -> int:
    """How many tries the bucket holds."""
    query = select(ThrottleCounter.failures).where(ThrottleCounter.bucket == one.key)
    return db.session.scalar(query) or 0


def sweep(older_than: dt.timedelta = dt.timedelta(days=2)) -> int:
    """Remove counters nobody touched for so long; returns how many. A daily duty of the workers."""
    return _forget(ThrottleCounter.last_at < clock.now() - older_than)


def forget_other_keys() -> int:
    """Remove counters made under another index key, which no try meets any more; returns how many."""
    return _forget(ThrottleCounter.bucket.not_like(f"%:{index_print()}:%"))


def _forget(which: ColumnElement[bool]) -> int:
    with housekeeping() as session:
        result: Any = session.execute(delete(ThrottleCounter).where(which))
        return int(result.rowcount)


def _in_order(buckets: Iterable[Bucket]) -> list[Bucket]:
    """Two tries over the same buckets lock them in the same order."""
    return sorted(buckets, key=lambda one: one.key)


def _count(session: Session, one: Bucket) -> tuple[int, dt.datetime]:
    """Add one in a single statement; returns the new count and when a try was last let through."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    stale = ThrottleCounter.last_at < now - one.limit.memory
    statement = insert(ThrottleCounter).values(id=new_id(), bucket=one.key, failures=1, first_at=now, last_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["bucket"],
        set_={
            "failures": case((stale, 1), else_=ThrottleCounter.failures + 1),
            "first_at": case((stale, now), else_=ThrottleCounter.first_at),
        },
    )
    found = session.execute(statement.returning(ThrottleCounter.failures, ThrottleCounter.last_at)).one()
    return found.failures, found.last_at


def _let_through(session: Session, one: Bucket) -> None:
    session.execute(update(ThrottleCounter).where(ThrottleCounter.bucket == one.key).values(last_at=clock.now()))


def _counters(buckets: Iterable[Bucket]) -> list[tuple[Bucket, ThrottleCounter]]:
    wanted = {one.key: one for one in buckets}
    rows = db.session.scalars(
        select(ThrottleCounter).where(ThrottleCounter.bucket.in_(wanted)).execution_options(populate_existing=True)
    )
    return [(wanted[row.bucket], row) for row in rows]


def _wait_of(one: Bucket, failures: int, last_at: dt.datetime, now: dt.datetime) -> dt.timedelta:
    since = now - last_at
    if since > one.limit.memory:
        return dt.timedelta()
    return max(one.limit.wait(failures) - since, dt.timedelta())


def _demand_no_wait(waits: Iterable[dt.timedelta]) -> None:
    longest = max(waits, default=dt.timedelta())
    if longest:
        raise Throttled(longest)


def _span(seconds: int) -> object:
    if seconds < 60:
        return _l("%(seconds)s 秒", seconds=seconds)
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return _l("%(minutes)s 分钟", minutes=minutes)
    return _l("%(minutes)s 分 %(seconds)s 秒", minutes=minutes, seconds=rest)
