"""Late lists of pupils taken by another batch: they leave the candidate set, and an earlier run is superseded.

Every list is kept with its hash; the next run names the lists and the run it takes the place of.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.applications.models import Applicant
from enrolment.cycles.models import Round, RoundState
from enrolment.results.retiring import retire
from enrolment.results.visibility import publication_of
from enrolment.rounds.models import TakenList
from enrolment.rounds.operations import live_run, stored_run

LOAD = "taken.load"
LONGEST_BATCH = 60
_BETWEEN = re.compile(r"[\s,，;；、]+")


def numbers_in(text: str) -> tuple[str, ...]:
    """The candidate numbers of a pasted column or list, each once, sorted."""
    return tuple(sorted({one for one in _BETWEEN.split(text.strip()) if one}))


def list_digest(county: str, numbers: Iterable[str]) -> str:
    """SHA-256 of a county's sorted numbers, one a line."""
    return hashlib.sha256("\n".join((county, *sorted(numbers))).encode()).hexdigest()


def load_taken(actor: Actor, *, round_id: uuid.UUID, county: str, batch: str, numbers: Sequence[str]) -> TakenList:
    """Mark the pupils of a list as taken elsewhere; a stored run of the round is superseded.

    Raises NotAllowed for another county's list, and Refused for an empty list, unknown numbers, a list loaded
    before, a run on its way, a round that is over, or a result that is being released.
    """
    if county not in actor.counties(LOAD):
        raise NotAllowed(_l("已录取名单由本县区教育局载入，您的账号不属于这个县区。"))
    if not batch.strip():
        raise Refused(_l("请填写批次，例如“提前批”。"), field="batch")
    if not numbers:
        raise Refused(_l("名单是空的，请粘贴考生号，每行一个。"), field="numbers")
    with transaction() as session:
        round_ = lock_row(Round, round_id)
        _refuse_moment(round_)
        digest = list_digest(county, numbers)
        if session.scalar(select(TakenList.id).where(TakenList.round_id == round_id, TakenList.sha256 == digest)):
            raise Refused(_l("这份名单已经载入过。"), field="numbers")
        _mark(round_, county, numbers)
        run = stored_run(round_id)
        if run is not None:
            retire(run)
        loaded = TakenList(
            round_id=round_id,
            county=county,
            batch=batch.strip()[:LONGEST_BATCH],
            numbers=sorted(numbers),
            sha256=digest,
            superseded_run_id=run.id if run else None,
            loaded_by=actor.account_id,
            loaded_at=clock.now(),
        )
        session.add(loaded)
        session.flush()
        superseded = run.assignment_sha256 if run else None
        record(actor, "results.load_taken", loaded, sha256=digest, count=len(numbers), superseded=superseded)
        return loaded


def _refuse_moment(round_: Round) -> None:
    if round_.state is RoundState.CLOSED:
        raise Refused(_l("这一轮已经结束，不能再载入名单。"))
    if live_run(round_.id) is not None:
        raise Refused(_l("本轮正在计算，请等它结束，或先取消。"))
    if publication_of(round_.id) is not None:
        raise Refused(_l("本轮结果已经送审或公布，请先取消公布，再载入名单。"))


def _mark(round_: Round, county: str, numbers: Sequence[str]) -> None:
    with transaction() as session:
        query = select(Applicant).where(
            Applicant.cycle_id == round_.cycle_id,
            Applicant.county == county,
            Applicant.candidate_number.in_(numbers),
        )
        found = session.scalars(query.with_for_update()).all()
        unknown = sorted(set(numbers) - {one.candidate_number for one in found})
        if unknown:
            raise Refused(
                _l(
                    "这些考生号不在本县区的考生名单里：%(numbers)s。请核对后重新粘贴，名单没有载入。",
                    numbers="、".join(unknown[:10]),
                ),
                field="numbers",
            )
        for applicant in found:
            applicant.taken_elsewhere = True
