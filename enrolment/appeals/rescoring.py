"""Score review before the release: the input changes, and a run that was made of the old one is superseded."""

from sqlalchemy import select

from core.audit import record
from core.audit.operations import Signature
from core.db import lock_row
from core.db.transaction import require_transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.appeals.models import CorrectionCase
from enrolment.appeals.notices import RESCORED, tell
from enrolment.applications.models import SubjectScore
from enrolment.cycles.models import Round, RoundState
from enrolment.results.retiring import retire
from enrolment.results.visibility import publication_of
from enrolment.rounds.models import Run
from enrolment.rounds.operations import live_run, stored_run


def rescore(actor: Signature, case: CorrectionCase) -> Run | None:
    """Inside a transaction: write the right score; a stored run of the round is superseded and returned.

    Raises Refused once the result is on its way out or a run is being solved, or when the score has changed.
    """
    session = require_transaction()
    application = case.application
    in_round = lock_row(Round, application.round_id)
    if publication_of(in_round.id) is not None or in_round.state is RoundState.CLOSED:
        raise Refused(_l("结果已经送审或公布，成绩复核后请按更正录取办理。"))
    if live_run(in_round.id) is not None:
        raise Refused(_l("本轮正在计算，请等它结束，或先取消。"))
    score = session.scalars(
        select(SubjectScore)
        .where(SubjectScore.applicant_id == application.applicant_id, SubjectScore.subject == case.subject)
        .with_for_update()
    ).one()
    if score.points != case.old_points or case.new_points is None:
        raise Refused(_l("这一科的成绩已经改过，请重新提出。"))
    score.points = case.new_points
    run = stored_run(in_round.id)
    if run is not None:
        retire(run)
    session.flush()
    facts = {"old": f"{case.old_points:f}", "new": f"{case.new_points:f}", "run": str(run.id) if run else None}
    record(actor, "appeals.rescore", score, score=score.subject, **facts)
    tell(application, RESCORED, {"subject": score.subject, "points": f"{case.new_points:f}"})
    return run
