"""The confirmation deadline: what the county's sheet states happens to whoever has not answered."""

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db import db, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.models import LIVE, Job
from core.jobs.operations import request
from core.policy.filing import DeadlineDefault
from enrolment.applications.models import Application
from enrolment.confirmations.giving_up import tell_family, undo_place
from enrolment.confirmations.letters import issue_letter
from enrolment.confirmations.models import Arrival, Confirmation, ConfirmationState
from enrolment.cycles.models import Round
from enrolment.plans.models import SeatKind
from enrolment.results.models import Placement
from enrolment.results.promises import default_of, give_up_words
from enrolment.results.visibility import released_placements

JOB_KIND = "confirmations.default"
ACCEPTED, DECLINED = "confirmations.accepted_by_default", "confirmations.declined_by_default"
Hold = Callable[[Session], None]


def silent_places() -> Select[Placement]:
    """Released places without a finished answer: none at all, or a decline that no guardian has agreed to."""
    return (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Round, Round.id == Application.round_id)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .where(
            Placement.programme_id.is_not(None),
            or_(Confirmation.id.is_(None), Confirmation.state == ConfirmationState.DECLINE_ASKED),
            Placement.id.not_in(select(Arrival.placement_id)),
        )
        .order_by(Placement.id)
    )


def unanswered(round_id: uuid.UUID | None = None) -> Select[Placement]:
    """Silent places past their deadline, of one round or of all."""
    query = silent_places().where(Round.confirm_until <= clock.now())
    return query if round_id is None else query.where(Application.round_id == round_id)


def ask_for_defaults(actor: Signature) -> int:
    """Ask for one job for each round with unanswered places past its deadline; how many were asked for.

    A round whose job is on its way gets no second one.
    """
    due = db.session.scalars(unanswered().with_only_columns(Application.round_id).order_by(None).distinct()).all()
    busy = {one["round_id"] for one in _live_arguments()}
    wanted = sorted(str(one) for one in due if str(one) not in busy)
    for round_id in wanted:
        with transaction():
            request(actor, JOB_KIND, {"round_id": round_id})
    return len(wanted)


def _live_arguments() -> Sequence[dict[str, str]]:
    return db.session.scalars(select(Job.arguments).where(Job.kind == JOB_KIND, Job.state.in_(LIVE))).all()


def apply_default(actor: Signature, *, placement_id: uuid.UUID, site: str, hold: Hold) -> bool:
    """Give one unanswered place the county's default in a transaction of its own; False if it has an answer now.

    ``hold`` keeps the job's lease for this transaction, so that two workers never answer for one family.
    """
    with transaction() as session:
        hold(session)
        placement = lock_row(Placement, placement_id)
        answer = session.scalars(select(Confirmation).where(Confirmation.placement_id == placement_id)).one_or_none()
        if answer is not None and answer.state is not ConfirmationState.DECLINE_ASKED:
            record(actor, "confirmations.default_not_needed", answer)
            return False
        in_round = placement.application.round
        if clock.now() < in_round.confirm_until:
            raise Refused(_l("确认截止时间还没有到，不能按默认办理。"))
        applicant = placement.application.applicant
        default = default_of(in_round, applicant.county)
        if answer is None:
            answer = Confirmation(placement_id=placement.id, answered_at=clock.now(), state=_STATE[default])
            session.add(answer)
        answer.state, answer.answered_at, answer.by_default = _STATE[default], clock.now(), True
        session.flush()
        if default is DeadlineDefault.CONFIRMED:
            _letter(actor, placement, site)
            tell_family(placement, ACCEPTED)
        else:
            undo_place(actor, placement, SeatKind.DECLINED, reason="declined by default")
            tell_family(placement, DECLINED, {"cost": give_up_words(applicant, in_round)})
        record(actor, "confirmations.default", answer, placement=str(placement.id), default=default.value)
        return True


def _letter(actor: Signature, placement: Placement, site: str) -> None:
    """The letter, unless the school's arrangements are still missing: then it is issued when it is first printed."""
    try:
        issue_letter(actor, placement, site)
    except Refused as missing:
        record(actor, "confirmations.letter_waits", placement, why=str(missing.sentence))


_STATE = {
    DeadlineDefault.CONFIRMED: ConfirmationState.ACCEPTED,
    DeadlineDefault.DECLINED: ConfirmationState.DECLINED,
}
