"""Correcting a released placement: a new one beside the old, and everything that hangs on it.

Seats move in the ledger, the old letter is revoked or replaced, the rosters of both schools get a new edition, the
public answer is marked, the family is told. The old placement stays as it was.
"""

import uuid

from sqlalchemy import select

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db import db, lock_row
from core.db.transaction import require_transaction
from core.documents.operations import revoke
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.appeals.models import CorrectionCase
from enrolment.appeals.notices import CORRECTED, tell
from enrolment.applications.models import Application
from enrolment.applications.records import version_in_force
from enrolment.confirmations.letters import issue_letter, letter_of
from enrolment.confirmations.models import Confirmation, ConfirmationState
from enrolment.confirmations.operations import arrival_of, confirmation_of, no_show_of
from enrolment.confirmations.waiting import fill_freed_seat
from enrolment.plans.ledger import give_back, take
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell, SeatKind
from enrolment.plans.states import PlanState
from enrolment.results.models import Placement
from enrolment.results.replacing import replace_placement


def correct(actor: Signature, case: CorrectionCase, site: str) -> Placement:
    """Inside a transaction: carry an approved correction out. Raises Refused when it is no longer possible."""
    require_transaction()
    if case.placement_id is None:
        raise LookupError("a correction names its placement")
    old = lock_row(Placement, case.placement_id)
    if arrival_of(old.id) is not None:
        raise Refused(_l("这名学生已经报到，更正请在学籍中办理。"))
    answer, held = confirmation_of(old.id), _holds(old)
    new = _new_placement(case, old)
    replace_placement(actor, old, new)
    if held and old.cell_id is not None:
        give_back(cell_id=old.cell_id, subject_id=old.id, kind=SeatKind.CORRECTED)
    if new.cell_id is not None:
        take(cell_id=new.cell_id, subject_id=new.id, kind=SeatKind.CORRECTED)
    if held and old.cell_id is not None:
        fill_freed_seat(actor, old)
    _reissue_letter(actor, old, new, answer, site)
    record(actor, "appeals.correct", new, corrects=str(old.id), case=str(case.id), programme=str(new.programme_id))
    tell(case.application, CORRECTED, {"reason": case.reason.rstrip("。")})
    return new


def _holds(placement: Placement) -> bool:
    """Whether the old placement still has its seat."""
    answer = confirmation_of(placement.id)
    declined = answer is not None and answer.state is ConfirmationState.DECLINED
    return placement.cell_id is not None and not declined and no_show_of(placement.id) is None


def _new_placement(case: CorrectionCase, old: Placement) -> Placement:
    new = Placement(id=uuid.uuid4(), run_id=old.run_id, application_id=old.application_id, corrects_id=old.id)
    if case.programme_id is None:
        return new
    new.programme_id, new.cell_id = case.programme_id, _cell(case.application, case.programme_id)
    version = version_in_force(case.application)
    wishes = [choice.programme_id for choice in version.choices] if version else []
    new.adjusted = case.programme_id not in wishes
    new.rank = len(wishes) + 1 if new.adjusted else wishes.index(case.programme_id) + 1
    return new


def _cell(application: Application, programme_id: uuid.UUID) -> uuid.UUID:
    query = (
        select(QuotaCell.id)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .join(Plan, Plan.id == PlanProgramme.plan_id)
        .where(
            Plan.round_id == application.round_id,
            Plan.state == PlanState.FROZEN,
            PlanProgramme.programme_id == programme_id,
            QuotaCell.county == application.applicant.county,
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise Refused(_l("这个专业在本轮没有给本县区的名额，不能更正到这里。"), field="programme")
    return found


def _reissue_letter(actor: Signature, old: Placement, new: Placement, answer: Confirmation | None, site: str) -> None:
    """An accepted place takes its acceptance along: the new letter replaces the old one; else that one is revoked."""
    session = db.session()
    letter = letter_of(old.id)
    successor = None
    accepted = answer is not None and answer.state is ConfirmationState.ACCEPTED
    if accepted and new.programme_id is not None:
        taken = Confirmation(placement_id=new.id, state=ConfirmationState.ACCEPTED, answered_at=clock.now())
        session.add(taken)
        session.flush()
        record(actor, "confirmations.carry_over", taken, placement=str(new.id), before=str(old.id))
        successor = issue_letter(actor, new, site)
    if letter is not None:
        revoke(actor, document_id=letter.id, reason="corrected", replaced_by_id=successor.id if successor else None)
