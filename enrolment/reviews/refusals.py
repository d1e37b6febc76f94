"""Refusing takes two officers: one proposes with the reason, another one confirms or puts the case back."""

import uuid

from core.access import Actor
from core.db import transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.applications.models import Application
from enrolment.applications.records import demand_possible, move
from enrolment.applications.states import Event
from enrolment.reviews import notices
from enrolment.reviews.claims import demand_held, end_claim, lock_case
from enrolment.reviews.models import ReviewDecision, Verdict
from enrolment.reviews.operations import Seen, as_seen, decide, demand_not_proposed, proposal_of
from enrolment.reviews.scope import CONFIRM

LONGEST_REASON = 300


def propose_refusal(actor: Actor, *, application_id: uuid.UUID, seen: Seen, reason: str) -> ReviewDecision:
    """Ask a second officer to refuse; the application's state does not change by it.

    ``reason`` is what the family will read once it is confirmed.
    """
    told = reason.strip()
    if not told:
        raise Refused(_l("请写明不通过的理由，考生会看到。"), field="reason")
    if len(told) > LONGEST_REASON:
        raise Refused(_l("理由请不要超过 %(most)s 字。", most=LONGEST_REASON), field="reason")
    with transaction():
        application = lock_case(actor, application_id)
        demand_held(actor, application)
        in_force = as_seen(application, seen)
        demand_possible(application, Event.REFUSE)
        demand_not_proposed(application)
        decision = decide(actor, application, in_force, Verdict.REFUSAL_PROPOSED, note=told)
        end_claim(application)
        return decision


def confirm_refusal(actor: Actor, *, application_id: uuid.UUID, seen: Seen) -> ReviewDecision:
    """The second officer agrees: the application is refused and the family reads the reason.

    Raises NotAllowed for the officer who proposed it.
    """
    with transaction():
        application = lock_case(actor, application_id, CONFIRM)
        in_force = as_seen(application, seen)
        proposal = _proposal_of_another(actor, application)
        move(application, Event.REFUSE)
        decision = decide(actor, application, in_force, Verdict.REFUSED, note=proposal.note)
        end_claim(application)
        notices.tell_family(application, notices.REFUSED, {"reason": proposal.note.rstrip("。")})
        return decision


def reject_refusal(actor: Actor, *, application_id: uuid.UUID, seen: Seen) -> ReviewDecision:
    """The second officer does not agree: the case goes back into the queue."""
    with transaction():
        application = lock_case(actor, application_id, CONFIRM)
        in_force = as_seen(application, seen)
        _proposal_of_another(actor, application)
        return decide(actor, application, in_force, Verdict.UNDONE, note=Verdict.REFUSAL_PROPOSED.value)


def _proposal_of_another(actor: Actor, application: Application) -> ReviewDecision:
    proposal = proposal_of(application)
    if proposal is None:
        raise Refused(_l("这份报名没有待复核的不通过意见。"))
    if proposal.decided_by == actor.account_id:
        raise NotAllowed(_l("不通过的意见由您提出，须由另一位人员复核。"))
    return proposal
