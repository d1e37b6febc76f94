"""Moving seats between two counties' cells of one programme, while the round is open.

Both source bureaus and the host's approve. With the last approval a new version of the plan stands that differs in
exactly these two cells; the other bureaus' approvals of the version before go with it, for nothing of theirs changed.
"""

import uuid
from dataclasses import replace

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, find, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.changes import tell_opened
from enrolment.plans.models import Plan, PlanAgreement, PlanProgramme, QuotaCell
from enrolment.plans.move_models import CellMove, CellMoveAgreement, MoveState
from enrolment.plans.operations import AGREE, EDIT
from enrolment.plans.queries import latest_plan, plan_digest
from enrolment.plans.sheet import PlanSheet
from enrolment.plans.states import PlanState, step
from enrolment.plans.storage import sheet_of, store_sheet

_LOCKED = _l("本轮已经锁定，不能再调整名额。")


def propose_move(
    actor: Actor, *, from_cell_id: uuid.UUID, to_cell_id: uuid.UUID, seats: int, reason: str
) -> CellMove:
    """Ask to move seats from one county's cell to another's of the same programme.

    Raises NotAllowed for a bureau that none of the three sides is, Refused for cells of two programmes, more
    seats than are free of the guarantee, a version that is not the approved one in force, or a locked round.
    """
    with transaction() as session:
        source, target = find(QuotaCell, from_cell_id), find(QuotaCell, to_cell_id)
        if source.plan_programme_id != target.plan_programme_id or source.id == target.id:
            raise Refused(_l("只能在同一个专业的两个县区之间调整名额。"), field="to_cell")
        plan = _plan_to_move(source.plan_programme.plan_id)
        if not reason.strip():
            raise Refused(_l("请写明调整的原因，各方批准时要看。"), field="reason")
        _refuse_seats(source, seats)
        if not _sides(source, target) & actor.counties(EDIT):
            raise NotAllowed(_l("名额调整由相关县区教育局提出，您的账号不属于这些县区。"))
        if session.scalar(
            select(CellMove.id).where(
                CellMove.plan_id == plan.id,
                CellMove.from_cell_id == source.id,
                CellMove.to_cell_id == target.id,
                CellMove.state == MoveState.PROPOSED,
            )
        ):
            raise Refused(_l("这两个县区之间已有一项调整在等待批准。"))
        move = CellMove(
            plan_id=plan.id,
            from_cell_id=source.id,
            to_cell_id=target.id,
            seats=seats,
            reason=reason.strip(),
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
        )
        session.add(move)
        session.flush()
        record(actor, "plans.propose_move", move, seats=seats, counties=sorted(counties_of(move)))
        return move


def agree_move(actor: Actor, *, move_id: uuid.UUID) -> CellMove:
    """A bureau approves for its county; with the last one the new version of the plan stands.

    Raises Refused when the move has ended, the county has approved, the approver proposed it, the plan has
    another version by now, or the round is locked; NotAllowed for a county that is no side of it.
    """
    with transaction() as session:
        move = lock_row(CellMove, move_id)
        _refuse_ended(move)
        plan = _plan_to_move(move.plan_id)
        wanted, given = counties_of(move), {one.county for one in move.agreements}
        mine = wanted & actor.counties(AGREE)
        if not mine:
            raise NotAllowed(_l("这项调整不涉及您所在的县区，不需要您批准。"))
        if move.proposed_by == actor.account_id:
            raise Refused(_l("这项调整由您提出，须由另一位人员批准。"))
        if not mine - given:
            raise Refused(_l("本县区已经批准过这项调整。"))
        for county in sorted(mine - given):
            move.agreements.append(
                CellMoveAgreement(county=county, agreed_by=actor.account_id, agreed_at=clock.now())
            )
        session.flush()
        record(actor, "plans.agree_move", move, counties=sorted(mine - given))
        if given | mine == wanted:
            _carry_out(actor, move, plan)
        return move


def refuse_move(actor: Actor, *, move_id: uuid.UUID, answer: str) -> CellMove:
    """A bureau refuses with its reason: the move ends and nothing of the plan changes."""
    with transaction():
        move = lock_row(CellMove, move_id)
        _refuse_ended(move)
        if not counties_of(move) & actor.counties(AGREE):
            raise NotAllowed(_l("这项调整不涉及您所在的县区，不需要您批准。"))
        if not answer.strip():
            raise Refused(_l("不同意时，请写明原因。"), field="answer")
        move.state, move.ended_at, move.answer = MoveState.REFUSED, clock.now(), answer.strip()
        record(actor, "plans.refuse_move", move, answer=move.answer)
        return move


def counties_of(move: CellMove) -> frozenset[str]:
    """The bureaus that have to approve: both source counties and the host."""
    return _sides(move.from_cell, move.to_cell)


def moves_of(round_id: uuid.UUID) -> list[CellMove]:
    """The moves of a round's plans, the newest first."""
    query = (
        select(CellMove)
        .join(Plan, Plan.id == CellMove.plan_id)
        .where(Plan.round_id == round_id)
        .order_by(CellMove.proposed_at.desc())
    )
    return [*db.session.scalars(query)]


def _sides(source: QuotaCell, target: QuotaCell) -> frozenset[str]:
    return frozenset({source.county, target.county, source.plan_programme.programme.school.county})


def _plan_to_move(plan_id: uuid.UUID) -> Plan:
    """The plan, if seats of it can be moved now: approved, the newest version, its round open."""
    plan = find(Plan, plan_id)
    round_ = lock_row(Round, plan.round_id)
    if round_.state is not RoundState.OPEN:
        raise Refused(_LOCKED)
    latest = latest_plan(plan.round_id)
    if latest is None or latest.id != plan.id:
        raise Refused(_l("计划已经有更新的一版，请在最新一版上重新提出调整。"))
    if plan.state is not PlanState.APPROVED:
        raise Refused(_l("只有各县区都批准的计划可以调整名额；草稿请直接修改。"))
    return plan


def _refuse_seats(source: QuotaCell, seats: int) -> None:
    if seats < 1:
        raise Refused(_l("调整的名额应是 1 以上的整数。"), field="seats")
    most = source.seats - source.floor
    if seats > most:
        raise Refused(_l("最多可以调出 %(most)s 个名额（保底数不能调出）。", most=most), field="seats")


def _refuse_ended(move: CellMove) -> None:
    if move.state is not MoveState.PROPOSED:
        raise Refused(_l("这项调整已经办理完。"))


def _carry_out(actor: Actor, move: CellMove, base: Plan) -> None:
    """The new, approved version: the two cells, and the approvals of everybody whose numbers did not change."""
    with transaction() as session:
        _refuse_seats(move.from_cell, move.seats)
        made = Plan(
            round_id=base.round_id,
            number=base.number + 1,
            based_on_id=base.id,
            rules={},
            created_at=clock.now(),
            created_by=move.proposed_by,
        )
        store_sheet(made, moved(sheet_of(base), move.from_cell, move.to_cell, move.seats))
        made.state = step(step(PlanState.DRAFT, "report"), "approve")
        session.add(made)
        session.flush()
        fresh = {one.county: (one.agreed_by, one.agreed_at) for one in move.agreements}
        kept = {one.county: (one.agreed_by, one.agreed_at) for one in base.agreements}
        for county, (by, at) in sorted({**kept, **fresh}.items()):
            session.add(PlanAgreement(plan_id=made.id, county=county, agreed_by=by, agreed_at=at))
        move.state, move.ended_at, move.made_plan_id = MoveState.DONE, clock.now(), made.id
        session.flush()
        session.expire(made, ["agreements"])
        tell_opened(actor, base, made)
        record(actor, "plans.carry_out_move", made, number=made.number, move=str(move.id), sha256=plan_digest(made))


def moved(sheet: PlanSheet, source: QuotaCell, target: QuotaCell, seats: int) -> PlanSheet:
    """The sheet with seats moved between two cells of one programme."""
    code = _code(source.plan_programme)
    changes = {(code, source.county): -seats, (code, target.county): seats}
    return replace(
        sheet,
        cells=tuple(
            replace(one, seats=one.seats + changes.get((one.programme, one.county), 0)) for one in sheet.cells
        ),
    )


def _code(row: PlanProgramme) -> str:
    return row.programme.code
