"""Storing a verified outcome, and its release by two persons."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import db, expect_version, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.context import JobContext
from core.notices.operations import notify
from core.words import Words
from enrolment.applications.models import ApplicantGuardian, Application
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.ledger import take
from enrolment.plans.models import PlanProgramme, QuotaCell, SeatKind
from enrolment.results.models import Placement, Publication, PublicationState
from enrolment.results.promises import default_words
from enrolment.results.public_answers import prepare_answers
from enrolment.results.releasing import prepare_release
from enrolment.results.retiring import retire
from enrolment.results.returning import expect_settled
from enrolment.results.rosters import seal_rosters
from enrolment.results.visibility import publication_of
from enrolment.rounds.gather import versions_in_round
from enrolment.rounds.models import LIVE_RUN, Run, RunState
from enrolment.rounds.operations import stored_run
from enrolment.rounds.solving import Sound


def store(actor: Signature, run_id: uuid.UUID, solved: Sound, context: JobContext) -> None:
    """Step 7 of a run: placements, seats and audit in one transaction, fenced by the job's attempt.

    An earlier stored run of the round is superseded and its seats go back. Raises LeaseLost when another
    worker has taken over: then nothing is stored.
    """
    told = json.loads(solved.outcome)
    with transaction() as session:
        context.hold(session)
        run = lock_row(Run, run_id)
        if run.state not in LIVE_RUN:
            raise Refused(_l("这次计算已经结束，不能再写入结果。"))
        lock_row(Round, run.round_id)
        _supersede(actor, run)
        run.state = RunState.STORED
        run.finished_at = clock.now()
        run.outcome = solved.outcome.decode()
        run.assignment_sha256 = told["digests"]["assignment"]
        run.certificate = solved.certificate
        session.flush()
        placed = _place(actor, run, told)
        record(actor, "results.store", run, assignment=run.assignment_sha256, placed=placed)
        context.fence(session)


def _supersede(actor: Signature, run: Run) -> None:
    earlier = stored_run(run.round_id)
    if earlier is None:
        return
    if publication_of(run.round_id) is not None:
        raise Refused(_l("本轮结果已经送审或公布，不能用新的计算替换。"))
    retire(earlier)


def _place(actor: Signature, run: Run, told: Mapping[str, Any]) -> int:
    """One placement an applicant, one seat entry a placed one; returns how many hold a place."""
    cells = _cells(run)
    adjusted = {row["applicant"] for row in told["adjusted"]}
    placed = 0
    for version in versions_in_round(run.round_id):
        applicant = version.application.applicant
        code = told["assignment"][applicant.candidate_number]
        placement = Placement(id=uuid.uuid4(), run_id=run.id, application_id=version.application_id)
        if code is not None:
            wishes = [choice.programme.code for choice in version.choices]
            cell, programme_id = cells[code, applicant.county]
            placement.programme_id = programme_id
            placement.cell_id = cell
            placement.adjusted = applicant.candidate_number in adjusted
            placement.rank = len(wishes) + 1 if placement.adjusted else wishes.index(code) + 1
            placed += 1
        db.session.add(placement)
        if placement.cell_id is not None:
            db.session.flush()
            take(cell_id=placement.cell_id, subject_id=placement.id, kind=SeatKind.PLACED)
    return placed


def _cells(run: Run) -> dict[tuple[str, str], tuple[uuid.UUID, uuid.UUID]]:
    query = (
        select(QuotaCell)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .where(PlanProgramme.plan_id == run.snapshot.plan_id)
    )
    return {
        (cell.plan_programme.programme.code, cell.county): (cell.id, cell.plan_programme.programme_id)
        for cell in db.session.scalars(query)
    }


def admitted_count(run_id: uuid.UUID) -> int:
    """How many applicants hold a place by a run."""
    query = select(func.count(Placement.id)).where(
        Placement.run_id == run_id, Placement.programme_id.is_not(None), Placement.corrects_id.is_(None)
    )
    return int(db.session.scalar(query) or 0)


def propose(actor: Actor, *, run_id: uuid.UUID, release_at: dt.datetime) -> Publication:
    """The first person proposes to release a stored run at a time that is still to come.

    Raises Refused for another run state, a past time, or a round whose release is under way.
    """
    with transaction() as session:
        run = lock_row(Run, run_id)
        if run.state is not RunState.STORED:
            raise Refused(_l("只有核验无误、已保存的计算结果可以送审。"))
        if publication_of(run.round_id) is not None:
            raise Refused(_l("本轮结果已经送审，请先取消再重新送审。"))
        if release_at <= clock.now():
            raise Refused(_l("公布时间要晚于现在。"), field="release_at")
        expect_settled(run)
        publication = Publication(
            run_id=run.id,
            round_id=run.round_id,
            release_at=release_at,
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
            admitted=admitted_count(run.id),
        )
        session.add(publication)
        session.flush()
        record(actor, "results.propose", publication, run=str(run.id), release_at=release_at.isoformat())
        return publication


def approve(actor: Actor, *, publication_id: uuid.UUID, version: int, typed: int) -> Publication:
    """The second person releases by typing the number admitted; the signature binds input and outcome.

    Raises Refused for the same person, a wrong number, or a publication no longer waiting.
    """
    with transaction():
        publication = lock_row(Publication, publication_id)
        expect_version(publication, version)
        if publication.state is not PublicationState.PROPOSED:
            raise Refused(_l("这次公布已经批准或取消。"))
        if publication.proposed_by == actor.account_id:
            raise Refused(_l("送审和批准必须是两个人。请由另一位审批人员批准。"))
        if typed != publication.admitted:
            raise Refused(_l("录取人数不一致，请核对预览页上的人数后重新填写。"), field="typed")
        if publication.release_at <= clock.now():
            raise Refused(_l("公布时间已过，请取消后重新送审。"))
        publication.approved_by = actor.account_id
        publication.approved_at = clock.now()
        publication.signature = signature_of(publication)
        publication.state = PublicationState.APPROVED
        record(actor, "results.approve", publication, admitted=typed, signature=publication.signature)
        seal_rosters(actor, publication)
        prepare_answers(publication)
        prepare_release(actor, publication)
        _announce(publication)
        return publication


def cancel(actor: Actor, *, publication_id: uuid.UUID, version: int) -> Publication:
    """Take a release back until its minute; nothing was visible, so nothing leaks.

    Raises Refused once the release time has come.
    """
    with transaction():
        publication = lock_row(Publication, publication_id)
        expect_version(publication, version)
        if publication.state is PublicationState.CANCELLED:
            raise Refused(_l("这次公布已经取消。"))
        if publication.state is PublicationState.APPROVED and publication.release_at <= clock.now():
            raise Refused(_l("结果已经公布，不能取消。如有差错，请办理更正。"))
        publication.state = PublicationState.CANCELLED
        record(actor, "results.cancel", publication)
        return publication


def signature_of(publication: Publication) -> str:
    """SHA-256 over snapshot hash, assignment hash, count, and both persons."""
    run = publication.run
    parts = (
        run.snapshot.sha256,
        run.assignment_sha256,
        str(publication.admitted),
        str(publication.proposed_by),
        str(publication.approved_by),
    )
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


def _announce(publication: Publication) -> None:
    """Notices to pupils and guardians, hidden until the release like everything else."""
    for placement in db.session.scalars(select(Placement).where(Placement.run_id == publication.run_id)):
        for account_id in _family_of(placement.application):
            notify(
                account_id,
                "results.released",
                {"next": _next_step(placement)},
                link=f"/results/{placement.application_id}",
                visible_from=publication.release_at,
            )


def _next_step(placement: Placement) -> Words:
    """What a family that holds a place has to do, and what counts if it does nothing; empty for the others."""
    if placement.programme_id is None:
        return Words("", "")
    application = placement.application
    until, default = application.round.confirm_until, default_words(application.round, application.applicant.county)
    return Words(
        f"请在 {clock.moment_text(until)} 前确认；{default.zh}。",
        f" Please confirm before {clock.moment_text(until, 'en')}; {default.en}.",
    )


def _family_of(application: Application) -> list[uuid.UUID]:
    guardians = select(ApplicantGuardian.account_id).where(
        ApplicantGuardian.applicant_id == application.applicant_id, ApplicantGuardian.account_id.is_not(None)
    )
    found = {application.applicant.account_id, *db.session.scalars(guardians)}
    return sorted((one for one in found if one is not None), key=str)


def close_round(actor: Actor, *, round_id: uuid.UUID, version: int) -> Round:
    """End a round once its arrivals are over, so that the next one may be opened."""
    with transaction():
        round_ = lock_row(Round, round_id)
        expect_version(round_, version)
        if round_.state is not RoundState.LOCKED:
            raise Refused(_l("只有已锁定的轮次可以结束。"))
        round_.state = RoundState.CLOSED
        record(actor, "results.close_round", round_)
        return round_
