"""Passing many at once: cases without a finding, as one operation, taken back as one within ten minutes."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, transaction
from core.db.base import new_id
from core.errors import DomainError, Refused
from core.i18n import lazy as _l
from enrolment.applications.models import Application
from enrolment.reviews.cases import findings_of
from enrolment.reviews.claims import demand_free, lock_case
from enrolment.reviews.models import ReviewDecision, Verdict
from enrolment.reviews.operations import UNDO_TIME, Seen, last_decision, let_pass, take_back
from enrolment.reviews.scope import SEE

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Skipped:
    """A case of a batch that stayed as it was, and why."""

    application_id: uuid.UUID
    sentence: object


@dataclass(frozen=True, slots=True)
class Batch:
    """What one operation did: how many cases, and those left out."""

    id: uuid.UUID
    done: int
    skipped: tuple[Skipped, ...] = ()


def pass_batch(actor: Actor, *, cases: Collection[tuple[uuid.UUID, Seen]], typed: int | None) -> Batch:
    """Pass every case that has no finding, in one transaction; ``typed`` is the count the officer wrote.

    The checks are made again here: what the page showed is not trusted, and a case that has changed since is
    left out with its reason. Raises Refused for no case, too many, or another count.
    """
    if not cases:
        raise Refused(_l("请至少勾选一份报名。"))
    if len(cases) > MOST_AT_ONCE:
        raise Refused(_l("一次最多通过 %(most)s 份，请分批办理。", most=MOST_AT_ONCE))
    if typed != len(cases):
        raise Refused(
            _l("勾选了 %(ticked)s 份，填写的份数不同。请数清楚后填写勾选的份数。", ticked=len(cases)), field="typed"
        )
    batch_id, passed = new_id(), 0
    with transaction():
        held, skipped = _held(actor, cases)
        findings = findings_of([application for application, _seen in held])
        for application, seen in held:
            try:
                if findings[application.id]:
                    raise Refused(_l("自动检查有提示，需要逐份审核。"))
                let_pass(actor, application, seen, batch_id=batch_id)
            except DomainError as error:
                skipped.append(Skipped(application.id, error.sentence))
            else:
                passed += 1
        record(actor, "reviews.pass_batch", ("review_batch", batch_id), passed=passed, skipped=len(skipped))
    return Batch(batch_id, passed, tuple(skipped))


def undo_batch(actor: Actor, *, batch_id: uuid.UUID) -> Batch:
    """Take back an own batch within ten minutes, in one transaction; the cases go back into the queue.

    A case with a newer decision or a newer submission stays as it is. Raises Refused when nothing is left to
    take back.
    """
    with transaction():
        mine = select(ReviewDecision.application_id).where(
            ReviewDecision.batch_id == batch_id, ReviewDecision.decided_by == actor.account_id
        )
        undone, skipped = 0, []
        for application_id in sorted(db.session.scalars(mine)):
            try:
                application = lock_case(actor, application_id, SEE)
                _demand_of_batch(application, batch_id)
                take_back(actor, application)
            except DomainError as error:
                skipped.append(Skipped(application_id, error.sentence))
            else:
                undone += 1
        if not undone:
            raise Refused(_l("这一批没有可以撤销的结论：已超过 10 分钟，或者已有新的结论。"))
        record(actor, "reviews.undo_batch", ("review_batch", batch_id), undone=undone, skipped=len(skipped))
    return Batch(batch_id, undone, tuple(skipped))


def undoable_batch(actor: Actor) -> Batch | None:
    """The actor's newest batch of the last ten minutes, with how many of its decisions still stand."""
    later = ReviewDecision.__table__.alias("later")
    query = (
        select(ReviewDecision.batch_id, func.count())
        .where(
            ReviewDecision.decided_by == actor.account_id,
            ReviewDecision.batch_id.is_not(None),
            ReviewDecision.verdict == Verdict.PASSED,
            ReviewDecision.decided_at >= clock.now() - UNDO_TIME,
            ~select(later.c.id)
            .where(later.c.application_id == ReviewDecision.application_id, later.c.number > ReviewDecision.number)
            .exists(),
        )
        .group_by(ReviewDecision.batch_id)
        .order_by(func.max(ReviewDecision.decided_at).desc())
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return Batch(row[0], int(row[1])) if row and row[0] else None


def _held(
    actor: Actor, cases: Iterable[tuple[uuid.UUID, Seen]]
) -> tuple[list[tuple[Application, Seen]], list[Skipped]]:
    """The cases locked in one order for everybody, and those that somebody else holds."""
    held, skipped = [], []
    for application_id, seen in sorted(cases, key=lambda case: case[0]):
        try:
            application = lock_case(actor, application_id)
            demand_free(actor, application)
        except DomainError as error:
            skipped.append(Skipped(application_id, error.sentence))
        else:
            held.append((application, seen))
    return held, skipped


def _demand_of_batch(application: Application, batch_id: uuid.UUID) -> None:
    last = last_decision(application)
    if last is None or last.batch_id != batch_id:
        raise Refused(_l("已有新的结论。"))
