"""Who holds a case: one officer at a time, with a time-out, so that nobody reads the same papers twice."""

import datetime as dt
import uuid

from sqlalchemy import ColumnElement, Select, and_, or_, select

from core import clock
from core.access import Actor
from core.accounts.models import Account
from core.audit import record
from core.db import db, lock_row, transaction
from core.db.transaction import require_transaction
from core.errors import NotVisible, Refused
from core.i18n import current_language
from core.i18n import lazy as _l
from enrolment.applications.models import Application, ApplicationState, ApplicationVersion, VersionState
from enrolment.applications.records import hold_round
from enrolment.cycles.models import Round
from enrolment.reviews.models import ReviewClaim, ReviewDecision, Verdict
from enrolment.reviews.scope import DECIDE, visible_cases

CLAIM_TIME = dt.timedelta(minutes=20)
_TRIES = 20


def claim(actor: Actor, *, application_id: uuid.UUID) -> ReviewClaim:
    """Take a case that is free, whose holder's time is up, or renew the own claim.

    Raises Refused naming the holder and until when; NotVisible for a foreign case.
    """
    with transaction():
        application = lock_case(actor, application_id)
        return _take(actor, application)


def next_case(actor: Actor) -> Application | None:
    """Take the most urgent free case: the one submitted longest ago. None when nothing waits."""
    with transaction():
        for application_id in db.session.scalars(_waiting(actor).limit(_TRIES)).all():
            application = lock_case(actor, application_id)
            if application.state is ApplicationState.SUBMITTED and holder_of(application) in (None, actor.account_id):
                _take(actor, application)
                return application
        record(actor, "reviews.next_none", ("review_claim", "queue"))
        return None


def give_back(actor: Actor, *, application_id: uuid.UUID) -> None:
    """Put an own case back into the queue."""
    with transaction() as session:
        application = lock_case(actor, application_id)
        found = session.get(ReviewClaim, application.id)
        if found is None or found.account_id != actor.account_id:
            raise Refused(_l("这份报名不在您手里，不用放回。"))
        session.delete(found)
        record(actor, "reviews.give_back", application)


def lock_case(actor: Actor, application_id: uuid.UUID, permission: str = DECIDE) -> Application:
    """Inside a transaction: a visible case, locked; its round is kept from being locked meanwhile."""
    visible = visible_cases(actor, permission).where(Application.id == application_id)
    round_id = db.session.scalar(visible.with_only_columns(Application.round_id))
    if round_id is None:
        raise NotVisible
    hold_round(round_id)
    return lock_row(Application, application_id)


def live_claim(application: Application) -> ReviewClaim | None:
    """The claim that holds now."""
    found = db.session.get(ReviewClaim, application.id, populate_existing=True)
    return found if found is not None and found.until > clock.now() else None


def holder_of(application: Application) -> uuid.UUID | None:
    """The account that holds the case now."""
    found = live_claim(application)
    return found.account_id if found else None


def holder_name(held: ReviewClaim) -> str:
    """Who holds a case; colleagues of the same county read the name."""
    return db.session.get_one(Account, held.account_id).display_name


def demand_held(actor: Actor, application: Application) -> None:
    """Raise Refused unless the actor took this case and nobody has taken it since."""
    found = db.session.get(ReviewClaim, application.id, populate_existing=True)
    if found is not None and found.account_id == actor.account_id:
        return
    demand_free(actor, application)
    raise Refused(_l("请先领取这份报名，再作结论。"))


def demand_free(actor: Actor, application: Application) -> None:
    """Raise Refused, naming holder and time, while another officer holds the case."""
    held = live_claim(application)
    if held is None or held.account_id == actor.account_id:
        return
    until = clock.moment_text(held.until, current_language())
    raise Refused(
        _l(
            "%(holder)s正在审核这份报名，到%(until)s为止。到时仍未办结，您可以领取。",
            holder=holder_name(held),
            until=until,
        )
    )


def end_claim(application: Application) -> None:
    """Inside a transaction: nobody holds the case any more."""
    session = require_transaction()
    found = session.get(ReviewClaim, application.id)
    if found is not None:
        session.delete(found)


def pending_proposal() -> ColumnElement[bool]:
    """Whether a case waits for a second officer: its last decision proposes a refusal of the version in force."""
    later = ReviewDecision.__table__.alias("later")
    return (
        select(ReviewDecision.id)
        .join(ApplicationVersion, ApplicationVersion.id == ReviewDecision.version_id)
        .where(
            ReviewDecision.application_id == Application.id,
            ReviewDecision.verdict == Verdict.REFUSAL_PROPOSED,
            ApplicationVersion.state == VersionState.SUBMITTED,
            ~select(later.c.id)
            .where(later.c.application_id == ReviewDecision.application_id, later.c.number > ReviewDecision.number)
            .exists(),
        )
        .exists()
    )


def _waiting(actor: Actor) -> Select[uuid.UUID]:
    free = or_(
        ReviewClaim.application_id.is_(None),
        ReviewClaim.until <= clock.now(),
        ReviewClaim.account_id == actor.account_id,
    )
    return (
        visible_cases(actor, DECIDE)
        .join(Round, Round.id == Application.round_id)
        .join(
            ApplicationVersion,
            and_(
                ApplicationVersion.application_id == Application.id,
                ApplicationVersion.state == VersionState.SUBMITTED,
            ),
        )
        .outerjoin(ReviewClaim, ReviewClaim.application_id == Application.id)
        .where(Application.state == ApplicationState.SUBMITTED, Round.locked_at.is_(None), free, ~pending_proposal())
        .order_by(ApplicationVersion.submitted_at, Application.id)
        .with_only_columns(Application.id)
    )


def _take(actor: Actor, application: Application) -> ReviewClaim:
    session = require_transaction()
    if application.state is not ApplicationState.SUBMITTED:
        raise Refused(_l("这份报名已有结论或正在补正，不用领取。"))
    demand_free(actor, application)
    found = session.get(ReviewClaim, application.id, populate_existing=True)
    until = clock.now() + CLAIM_TIME
    if found is None:
        found = ReviewClaim(application_id=application.id, account_id=actor.account_id, until=until)
        session.add(found)
    else:
        found.account_id, found.until = _account(actor), until
    record(actor, "reviews.claim", application, until=until.isoformat())
    return found


def _account(actor: Actor) -> uuid.UUID:
    if actor.account_id is None:
        raise NotVisible
    return actor.account_id
