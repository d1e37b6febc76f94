"""退档: schools return files of a stored run inside a deadline; the pupil's bureau confirms; a new run counts it in.

What a confirmed return means is the round's rule ``checks``: after, the file was sent once, the pupil waits for the
next round and the seat stays free; before, the choice is struck and the pupil's next choice is looked at.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.results.models import Placement
from enrolment.results.visibility import publication_of
from enrolment.rounds.models import FileReturn, ReturnState, ReturnWindow, Run, RunState
from enrolment.rounds.return_codes import REASON_CODES

OPEN, PROPOSE, DECIDE = "returns.open", "returns.propose", "returns.decide"


def open_window(actor: Actor, *, run_id: uuid.UUID, until: dt.datetime) -> ReturnWindow:
    """Let the schools see whom the run sends them and return files until a moment.

    Raises Refused for another state of the run, a past moment, or when the window is open already.
    """
    with transaction() as session:
        run = lock_row(Run, run_id)
        _refuse_run(run)
        if until <= clock.now():
            raise Refused(_l("退档截止时间要晚于现在。"), field="until")
        if session.get(ReturnWindow, run_id) is not None:
            raise Refused(_l("这次计算的退档时间已经设定。"))
        window = ReturnWindow(run_id=run_id, until=until, opened_by=actor.account_id, opened_at=clock.now())
        session.add(window)
        session.flush()
        record(actor, "returns.open", run, until=until.isoformat())
        return window


def propose_return(actor: Actor, *, placement_id: uuid.UUID, code: str, note: str) -> FileReturn:
    """A school asks to return one file, with a coded reason and what it rests on.

    Raises NotAllowed for another school's pupil, Refused after the deadline, for an unknown reason or a missing
    note, and when the file was returned already.
    """
    with transaction() as session:
        placement = lock_row(Placement, placement_id)
        run = lock_row(Run, placement.run_id)
        _refuse_run(run)
        programme = placement.programme
        if programme is None or programme.school.organisation_id not in actor.schools(PROPOSE):
            raise NotAllowed(_l("这名考生没有投档到您所在的学校。"))
        if not is_open(run.id):
            raise Refused(_l("退档时间已过，学校不能再退档。"))
        if code not in REASON_CODES:
            raise Refused(_l("请选择退档原因。"), field="code")
        if not note.strip():
            raise Refused(_l("请写明退档依据，县区教育局核对时要看。"), field="note")
        if return_of(run.id, placement.application_id) is not None:
            raise Refused(_l("这份档案已经提出退档。"))
        proposed = FileReturn(
            round_id=run.round_id,
            run_id=run.id,
            application_id=placement.application_id,
            programme_id=programme.id,
            code=code,
            note=note.strip(),
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
        )
        session.add(proposed)
        session.flush()
        record(actor, "returns.propose", proposed, code=code)
        return proposed


def decide_return(actor: Actor, *, return_id: uuid.UUID, confirm: bool, answer: str = "") -> FileReturn:
    """The bureau of the pupil's county confirms or refuses; a refusal says why.

    Raises NotAllowed for another county, Refused when it is decided already or by who proposed it.
    """
    with transaction():
        found = lock_row(FileReturn, return_id)
        if found.application.applicant.county not in actor.counties(DECIDE):
            raise NotAllowed(_l("退档由考生所在县区的教育局确认。"))
        if found.state is not ReturnState.PROPOSED:
            raise Refused(_l("这份退档已经办理过。"))
        if found.proposed_by == actor.account_id:
            raise Refused(_l("提出和确认必须是两个人。"))
        if publication_of(found.round_id) is not None:
            raise Refused(_l("本轮结果已经送审或公布，请先取消公布。"))
        if not confirm and not answer.strip():
            raise Refused(_l("不同意退档时，请写明原因。"), field="answer")
        found.answer = answer.strip()
        found.decided_by, found.decided_at = actor.account_id, clock.now()
        found.state = ReturnState.CONFIRMED if confirm else ReturnState.REFUSED
        record(actor, "returns.decide", found, state=found.state.value, code=found.code)
        return found


def expect_settled(run: Run) -> None:
    """Raise Refused while schools may still return files of a run, or returns wait, or are not counted in yet."""
    if is_open(run.id):
        raise Refused(_l("学校退档时间还没有截止，截止后才能送审。"))
    found = returns_of(run.round_id)
    if any(one.state is ReturnState.PROPOSED for one in found):
        raise Refused(_l("还有学校提出的退档没有办理，办理后才能送审。"))
    counted = set(run.snapshot.sources.get("returns", ()))
    missing = [one for one in found if one.state is ReturnState.CONFIRMED and str(one.id) not in counted]
    if missing:
        raise Refused(_l("有 %(count)s 份已确认的退档没有计入，请重新计算后再送审。", count=len(missing)))


def is_open(run_id: uuid.UUID) -> bool:
    """Whether schools may return files of the run now."""
    window = db.session.get(ReturnWindow, run_id)
    return window is not None and clock.now() < window.until


def returns_of(round_id: uuid.UUID) -> Sequence[FileReturn]:
    """All returns of a round, the newest first."""
    query = select(FileReturn).where(FileReturn.round_id == round_id).order_by(FileReturn.proposed_at.desc())
    return db.session.scalars(query).all()


def return_of(run_id: uuid.UUID, application_id: uuid.UUID) -> FileReturn | None:
    """The return of one file of a run, if it was asked for."""
    query = select(FileReturn).where(FileReturn.run_id == run_id, FileReturn.application_id == application_id)
    return db.session.scalars(query).one_or_none()


def confirmed_return_of(application_id: uuid.UUID, programme_code: str) -> FileReturn | None:
    """The confirmed return of an application from a programme, whatever the run."""
    query = select(FileReturn).where(
        FileReturn.application_id == application_id, FileReturn.state == ReturnState.CONFIRMED
    )
    return next((one for one in db.session.scalars(query) if one.programme.code == programme_code), None)


def _refuse_run(run: Run) -> None:
    if run.state is not RunState.STORED:
        raise Refused(_l("只有已保存的计算结果可以办理退档。"))
    if publication_of(run.round_id) is not None:
        raise Refused(_l("本轮结果已经送审或公布，不能再办理退档。"))
