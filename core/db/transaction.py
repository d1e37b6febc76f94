"""One operation, one transaction.

Lock order, everywhere: rows of the operation first (parents before children, same table by id),
the audit chain last (it is written just before the commit).
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.db.base import Base, Versioned, db
from core.errors import Conflict, NotVisible
from core.i18n import lazy as _l

Model = TypeVar("Model", bound=Base)
Writer = Callable[[Session], int]
Starter = Callable[[Session], None]
AfterCommit = Callable[[], None]

_OPEN = "zone_open"
_AFTER = "zone_after_commit"


class DuplicateRequest(Exception):
    """The same idempotency token was used before; the first request's effect stands."""


class UnauditedOperation(RuntimeError):
    """An operation changed data without recording an audit entry: a fault of the program."""


_WRITERS: list[Writer] = []
_STARTERS: list[Starter] = []


def at_start(starter: Starter) -> None:
    """Register a function that runs first inside each audited transaction."""
    if starter not in _STARTERS:
        _STARTERS.append(starter)


def before_commit(writer: Writer) -> None:
    """Register a function that runs inside each transaction just before its commit.

    It returns how many audit entries it wrote.
    """
    if writer not in _WRITERS:
        _WRITERS.append(writer)


def require_transaction() -> Session:
    """The session of the open unit of work; RuntimeError outside one (a fault of the program)."""
    session = db.session()
    if not session.info.get(_OPEN):
        raise RuntimeError("this step belongs inside a transaction")
    return session


def after_commit(action: AfterCommit) -> None:
    """Do ``action`` once the open transaction has been committed (ring a doorbell, for instance).

    The effect stands whatever ``action`` does, so it must not raise.
    """
    require_transaction().info.setdefault(_AFTER, []).append(action)


@contextmanager
def transaction() -> Iterator[Session]:
    """The unit of work of one operation; an inner call joins the outer one.

    Commits at the end, rolls back on any exception; raises Conflict when another editor saved first
    and UnauditedOperation when nothing was recorded in the audit chain.
    """
    yield from _unit(audited=True)


@contextmanager
def housekeeping() -> Iterator[Session]:
    """A unit of work for the house itself (leases, counters, last-seen marks): no audit entry needed."""
    yield from _unit(audited=False)


def _unit(*, audited: bool) -> Iterator[Session]:
    session = db.session()
    if session.info.get(_OPEN):
        yield session
        return
    _start(session)
    try:
        if audited:
            for starter in _STARTERS:
                starter(session)
        yield session
        session.flush()
        written = sum(writer(session) for writer in _WRITERS)
        if audited and not written:
            raise UnauditedOperation("the operation recorded no audit entry")
        actions = session.info.pop(_AFTER, [])
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict(_l("这条记录刚刚被别人修改过，请查看最新内容后再试。")) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        # Whatever an undone unit left waiting (audit entries, bells) must not reach the next one.
        session.info.clear()
    for action in actions:
        action()


def _start(session: Session) -> None:
    """End a reading transaction and begin a writing one on the same session."""
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed outside transaction()")
    session.rollback()
    session.info[_OPEN] = True
    session.connection(execution_options={"zone_writes": True})


def find(model: type[Model], key: uuid.UUID | int | str) -> Model:
    """The row with this key, or NotVisible."""
    row = db.session.get(model, key)
    if row is None:
        raise NotVisible
    return row


def find_in(query: Select[Model]) -> Model:
    """The one row of a query, or NotVisible: what an actor does not see does not exist."""
    row = db.session.scalars(query).unique().one_or_none()
    if row is None:
        raise NotVisible
    return row


def lock_row(model: type[Model], key: uuid.UUID | int | str) -> Model:
    """The row, locked until the end of the transaction and freshly read; NotVisible if it is gone."""
    column: Any = model.__mapper__.primary_key[0]
    query = select(model).where(column == key).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotVisible
    return row


def expect_version(row: Versioned, version: int) -> None:
    """Raise Conflict unless the row still has the version the form was made from."""
    if row.version != version:
        raise Conflict(_l("这条记录刚刚被别人修改过，请查看最新内容后再试。"))
