"""Verdicts of the pre-check (预审): pass, return, refuse by two officers, undo within ten minutes.

What an application may do next is told by `enrolment.applications.states`; here stand the claim, the reasons,
the papers, the deadline, the record of the decision and what the family is told.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, expect_version, transaction
from core.db.transaction import require_transaction
from core.errors import Conflict, Refused
from core.i18n import lazy as _l
from enrolment.applications.clashes import demand_not_held
from enrolment.applications.models import Application, ApplicationVersion, PaperState
from enrolment.applications.progress import current_papers
from enrolment.applications.records import demand_possible, move, version_in_force
from enrolment.applications.states import Event, Item
from enrolment.reviews import notices
from enrolment.reviews.claims import demand_held, end_claim, lock_case
from enrolment.reviews.codes import ReturnCode, UnknownReturnCode, chosen_codes, items_of, letter_of
from enrolment.reviews.models import ReviewClaim, ReviewDecision, Verdict
from enrolment.reviews.scope import SEE

UNDO_TIME = dt.timedelta(minutes=10)
RETURN_DAYS = range(1, 8)
DEFAULT_RETURN_DAYS = 3
_CLOSING_HOUR = 17


@dataclass(frozen=True, slots=True)
class Seen:
    """What the officer had on the page: the application's counter and the number of the version in force."""

    version: int
    number: int


def pass_(actor: Actor, *, application_id: uuid.UUID, seen: Seen) -> ReviewDecision:
    """The papers and the list are right: the application takes part in its round.

    Raises Refused without an own claim or outside the state, Conflict when the family changed something.
    """
    with transaction():
        application = lock_case(actor, application_id)
        demand_held(actor, application)
        return let_pass(actor, application, seen)


def return_(
    actor: Actor,
    *,
    application_id: uuid.UUID,
    seen: Seen,
    codes: Collection[str],
    days: int = DEFAULT_RETURN_DAYS,
) -> ReviewDecision:
    """Send back for correction: only the items of the codes open again, until 17:00 after ``days`` days.

    Raises Refused without a code, for an unknown code or a deadline outside 1 to 7 days.
    """
    chosen = _codes(codes)
    if days not in RETURN_DAYS:
        raise Refused(_l("补正期限应为 1 到 7 天。"), field="days")
    with transaction():
        application = lock_case(actor, application_id)
        demand_held(actor, application)
        in_force = as_seen(application, seen)
        demand_not_proposed(application)
        papers = current_papers(application.applicant)
        move(application, Event.RETURN_)
        application.correct_by = clock.at_beijing(clock.today() + dt.timedelta(days=days), _CLOSING_HOUR)
        application.open_items = [item.value for item in items_of(chosen)]
        for kind, paper in papers.items():
            of_paper = [one for one in chosen if one.item is Item.of_paper(kind)]
            if of_paper:
                paper.state, paper.reason = PaperState.RETURNED, letter_of(of_paper)
        facts = [{"code": one.code, "item": one.item.value} for one in chosen]
        decision = decide(actor, application, in_force, Verdict.RETURNED, codes=facts)
        end_claim(application)
        _tell_returned(application, chosen, application.correct_by)
        return decision


def undo(actor: Actor, *, application_id: uuid.UUID) -> ReviewDecision:
    """Take back the own last decision within ten minutes; the case comes back into the own hands.

    Raises Refused when the last decision is another's, too old, or the family has moved on since.
    """
    with transaction() as session:
        application = lock_case(actor, application_id, SEE)
        decision = take_back(actor, application)
        if actor.may("reviews.decide"):
            session.merge(
                ReviewClaim(application_id=application.id, account_id=actor.account_id, until=clock.now() + UNDO_TIME)
            )
        return decision


def take_back(actor: Actor, application: Application) -> ReviewDecision:
    """Inside a transaction, the case locked: take back the actor's own last decision. Raises like `undo`."""
    last = last_decision(application)
    if last is None or last.verdict is Verdict.UNDONE or last.decided_by != actor.account_id:
        raise Refused(_l("没有您可以撤销的结论。"))
    if clock.now() > last.decided_at + UNDO_TIME:
        raise Refused(_l("结论已超过 10 分钟，不能撤销。请联系考生或按更正程序办理。"))
    in_force = version_in_force(application)
    if in_force is None or in_force.id != last.version_id:
        raise Refused(_l("考生已经提交了新的内容，不能再撤销。"))
    if last.verdict is not Verdict.REFUSAL_PROPOSED:
        _reverse(application, last)
    return decide(actor, application, in_force, Verdict.UNDONE, note=last.verdict.value)


def let_pass(
    actor: Actor, application: Application, seen: Seen, *, batch_id: uuid.UUID | None = None
) -> ReviewDecision:
    """Inside a transaction, the case locked and held: pass it. Raises like `pass_`, before anything is written."""
    in_force = as_seen(application, seen)
    demand_possible(application, Event.APPROVE)
    demand_not_proposed(application)
    papers = current_papers(application.applicant).values()
    move(application, Event.APPROVE)
    for paper in papers:
        if paper.state is PaperState.UPLOADED:
            paper.state = PaperState.ACCEPTED
    decision = decide(actor, application, in_force, Verdict.PASSED, batch_id=batch_id)
    end_claim(application)
    notices.tell_family(application, notices.PASSED)
    return decision


def last_decision(application: Application) -> ReviewDecision | None:
    """The newest decision on an application."""
    query = (
        select(ReviewDecision)
        .where(ReviewDecision.application_id == application.id)
        .order_by(ReviewDecision.number.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()


def proposal_of(application: Application) -> ReviewDecision | None:
    """The proposal to refuse that waits for a second officer; one about an older version has lapsed."""
    last, in_force = last_decision(application), version_in_force(application)
    if last is None or last.verdict is not Verdict.REFUSAL_PROPOSED:
        return None
    return last if in_force is not None and in_force.id == last.version_id else None


def demand_not_proposed(application: Application) -> None:
    """Raise Refused while a proposal to refuse waits for a second officer."""
    if proposal_of(application) is not None:
        raise Refused(_l("这份报名已有人提出不通过，等另一位人员复核。"))


def decide(
    actor: Actor,
    application: Application,
    version: ApplicationVersion,
    verdict: Verdict,
    *,
    codes: list[Any] | None = None,
    note: str = "",
    batch_id: uuid.UUID | None = None,
) -> ReviewDecision:
    """Inside a transaction: write a decision and its audit entry.

    Raises Refused while the application is held, because the pupil has submitted in another county as well.
    """
    session = require_transaction()
    if verdict is not Verdict.UNDONE:
        demand_not_held(application)
    last = last_decision(application)
    made = ReviewDecision(
        application_id=application.id,
        number=last.number + 1 if last else 1,
        version_id=version.id,
        verdict=verdict,
        codes=codes or [],
        note=note,
        batch_id=batch_id,
        decided_by=actor.account_id,
        decided_by_label=actor.label,
        decided_at=clock.now(),
    )
    session.add(made)
    session.flush()
    named = [one["code"] for one in codes or ()]
    record(actor, f"reviews.{verdict.value}", application, number=made.number, codes=named)
    return made


def as_seen(application: Application, seen: Seen) -> ApplicationVersion:
    """The version in force, if the page showed it; Conflict otherwise."""
    expect_version(application, seen.version)
    in_force = version_in_force(application)
    if in_force is None or in_force.number != seen.number:
        raise Conflict(_l("考生在您审核时提交了新的内容，请重新打开核对。"))
    return in_force


def _reverse(application: Application, last: ReviewDecision) -> None:
    changed = {Verdict.PASSED: PaperState.ACCEPTED, Verdict.RETURNED: PaperState.RETURNED}.get(last.verdict)
    papers = current_papers(application.applicant).values()
    move(application, Event.UNDO)
    for paper in papers:
        if paper.state is changed:
            paper.state, paper.reason = PaperState.UPLOADED, None
    notices.tell_family(application, notices.UNDONE)


def _codes(codes: Collection[str]) -> tuple[ReturnCode, ...]:
    try:
        chosen = chosen_codes(codes)
    except UnknownReturnCode as error:
        raise Refused(_l("没有这个退回原因，请从列表中选择。"), field="codes") from error
    if not chosen:
        raise Refused(_l("请至少选择一个退回原因，考生要知道改哪里。"), field="codes")
    return chosen


def _tell_returned(application: Application, chosen: tuple[ReturnCode, ...], until: dt.datetime) -> None:
    notices.tell_family(application, notices.RETURNED, {"sentences": letter_of(chosen), "until": until})
