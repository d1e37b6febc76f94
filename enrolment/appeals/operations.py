"""Proposing a case, and what another person decides about it."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, expect_version, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.files.gate import Stream
from core.files.limits import EVIDENCE
from core.files.operations import keep
from core.i18n import lazy as _l
from enrolment.appeals.correcting import correct
from enrolment.appeals.models import CaseKind, CaseState, CorrectionCase
from enrolment.appeals.rescoring import rescore
from enrolment.appeals.scope import PROPOSE, get_case
from enrolment.applications.models import Application, SubjectScore
from enrolment.results.visibility import publication_of, released_placement_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be: a programme (None: no place), or a subject with its right score."""

    kind: CaseKind
    reason: str
    programme_id: uuid.UUID | None = None
    subject: str = ""
    points: Decimal | None = None


def propose(
    actor: Actor, *, application_id: uuid.UUID, wanted: Wanted, evidence: Stream, name: str
) -> CorrectionCase:
    """Open a case with its evidence; another person decides.

    Raises NotAllowed for another county's pupil, BadUpload for evidence that does not pass, Refused when a case
    is open already, nothing would change, or the moment is wrong for this kind.
    """
    with transaction() as session:
        application = lock_row(Application, application_id)
        if application.applicant.county not in actor.counties(PROPOSE):
            raise NotAllowed(_l("只能办理本县区考生的更正和复核。"))
        if not wanted.reason.strip():
            raise Refused(_l("请写明理由，审批人员和家庭都会看到。"), field="reason")
        if session.scalar(_open_case(application_id)) is not None:
            raise Refused(_l("这名考生已有一件正在办理，请先办结。"))
        case = CorrectionCase(
            kind=wanted.kind,
            application_id=application_id,
            reason=wanted.reason.strip(),
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
        )
        fill = _fill_correction if wanted.kind is CaseKind.CORRECTION else _fill_review
        fill(case, application, wanted)
        case.evidence_id = keep(actor, evidence, name, EVIDENCE).id
        session.add(case)
        session.flush()
        record(actor, "appeals.propose", case, kind=case.kind.value, application=str(application_id))
        return case


def approve(actor: Actor, *, case_id: uuid.UUID, version: int, site: str) -> CorrectionCase:
    """The second person agrees: the placement is corrected, or the score changed, in the same transaction.

    Raises Refused for the proposer, a decided case, or when it cannot be carried out any more.
    """
    with transaction():
        case = _lock_open(actor, case_id, version)
        if case.kind is CaseKind.CORRECTION:
            case.made_placement_id = correct(actor, case, site).id
        else:
            run = rescore(actor, case)
            case.superseded_run_id = run.id if run else None
        case.state, case.decided_by, case.decided_at = CaseState.APPROVED, actor.account_id, clock.now()
        record(actor, "appeals.approve", case, kind=case.kind.value)
        return case


def refuse(actor: Actor, *, case_id: uuid.UUID, version: int, note: str) -> CorrectionCase:
    """The second person does not agree, and says why; nothing changes."""
    if not note.strip():
        raise Refused(_l("请写明不予批准的理由。"), field="note")
    with transaction():
        case = _lock_open(actor, case_id, version)
        case.state, case.note = CaseState.REFUSED, note.strip()
        case.decided_by, case.decided_at = actor.account_id, clock.now()
        record(actor, "appeals.refuse", case)
        return case


def withdraw(actor: Actor, *, case_id: uuid.UUID, version: int) -> CorrectionCase:
    """The proposer takes the case back. Raises Refused for anybody else or a decided case."""
    with transaction():
        get_case(actor, case_id)
        case = lock_row(CorrectionCase, case_id)
        expect_version(case, version)
        _refuse_decided(case)
        if case.proposed_by != actor.account_id:
            raise Refused(_l("只有提出的人可以撤回。"))
        case.state, case.decided_by, case.decided_at = CaseState.WITHDRAWN, actor.account_id, clock.now()
        record(actor, "appeals.withdraw", case)
        return case


def _lock_open(actor: Actor, case_id: uuid.UUID, version: int) -> CorrectionCase:
    get_case(actor, case_id)
    case = lock_row(CorrectionCase, case_id)
    expect_version(case, version)
    _refuse_decided(case)
    if case.proposed_by == actor.account_id:
        raise Refused(_l("提出和批准必须是两个人。请由另一位审批人员办理。"))
    return case


def _refuse_decided(case: CorrectionCase) -> None:
    if case.state is not CaseState.PROPOSED:
        raise Refused(_l("这件已经办结。"))


def _open_case(application_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(CorrectionCase.id).where(
        CorrectionCase.application_id == application_id, CorrectionCase.state == CaseState.PROPOSED
    )


def _fill_correction(case: CorrectionCase, application: Application, wanted: Wanted) -> None:
    placement = released_placement_of(application.id)
    if placement is None:
        raise Refused(_l("结果还没有公布，不能更正录取。公布之前请取消公布，重新计算。"))
    if placement.programme_id == wanted.programme_id:
        raise Refused(_l("更正后与现在的结果相同，不用更正。"), field="programme")
    case.placement_id, case.programme_id = placement.id, wanted.programme_id


def _fill_review(case: CorrectionCase, application: Application, wanted: Wanted) -> None:
    if publication_of(application.round_id) is not None:
        raise Refused(_l("结果已经送审或公布，成绩复核后请按更正录取办理。"))
    score = db.session.scalars(
        select(SubjectScore).where(
            SubjectScore.applicant_id == application.applicant_id, SubjectScore.subject == wanted.subject
        )
    ).one_or_none()
    if score is None:
        raise Refused(_l("这名考生没有这一科的成绩，请核对科目名称。"), field="subject")
    if wanted.points is None or not 0 <= wanted.points <= score.full:
        raise Refused(_l("分数应在 0 到 %(full)s 之间。", full=f"{score.full:f}"), field="points")
    if wanted.points == score.points:
        raise Refused(_l("复核后的分数与现在相同，不用更改。"), field="points")
    case.subject, case.old_points, case.new_points = score.subject, score.points, wanted.points
