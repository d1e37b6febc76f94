"""Locking a round, freezing its input, asking for a run."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import db, expect_version, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.operations import request
from core.policy.models import StoredPolicySheet
from core.sheets import BadSheets
from enrolment.applications.pass_lists import lists_of_round
from enrolment.cycles.models import Round, RoundSheet, RoundState
from enrolment.plans.models import Plan
from enrolment.plans.operations import freeze, plan_in_force
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from enrolment.rounds.desk_instance import build_instance
from enrolment.rounds.gather import confirmed_returns, inputs_of
from enrolment.rounds.models import LIVE_RUN, LockProposal, Run, RunState, Snapshot, TakenList
from enrolment.rounds.readiness import blocking, readiness

JOB_KIND = "rounds.solve"


def propose_lock(actor: Actor, *, round_id: uuid.UUID, version: int) -> LockProposal:
    """The first person's part of the lock: the input is complete, and this is its fingerprint.

    A proposal over another input, or an older one, gives way. Raises Refused listing what is still missing, or
    when the same input is proposed already; Conflict when the round was edited meanwhile.
    """
    with transaction() as session:
        round_ = _ready_to_lock(round_id, version)
        digest, applicants = input_digest(round_)
        standing = standing_proposal(round_id)
        if standing is not None:
            if standing.input_sha256 == digest:
                raise Refused(_l("已经有人提出锁定，请另一位审批人员锁定，或先撤回。"))
            standing.withdrawn_at = clock.now()
            session.flush()
        proposal = LockProposal(
            round_id=round_id,
            input_sha256=digest,
            applicants=applicants,
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
        )
        session.add(proposal)
        session.flush()
        record(actor, "rounds.propose_lock", proposal, input=digest, applicants=applicants)
        return proposal


def withdraw_lock(actor: Actor, *, round_id: uuid.UUID) -> None:
    """Take the standing proposal back. Raises Refused when there is none."""
    with transaction():
        lock_row(Round, round_id)
        standing = standing_proposal(round_id)
        if standing is None or standing.approved_at is not None:
            raise Refused(_l("没有等待锁定的申请。"))
        standing.withdrawn_at = clock.now()
        record(actor, "rounds.withdraw_lock", standing)


def lock(actor: Actor, *, round_id: uuid.UUID, version: int) -> Round:
    """The second person closes the round: the database refuses changes of choices, the plan is frozen.

    Raises Refused listing what is still missing, without another person's proposal, or when the input is no
    longer what was proposed; Conflict when the round was edited meanwhile.
    """
    with transaction():
        round_ = _ready_to_lock(round_id, version)
        proposal = standing_proposal(round_id)
        if proposal is None:
            raise Refused(_l("锁定要两个人办理：先由一位人员提出，再由另一位审批人员锁定。"))
        if proposal.proposed_by == actor.account_id:
            raise Refused(_l("锁定由您提出，请另一位审批人员锁定。"))
        if input_digest(round_)[0] != proposal.input_sha256:
            raise Refused(_l("提出锁定之后，考生或计划有变化。请核对后重新提出。"))
        proposal.approved_by, proposal.approved_at = actor.account_id, clock.now()
        plan = plan_in_force(round_id)
        if plan is not None and plan.state is PlanState.APPROVED:
            plan = freeze(actor, plan_id=plan.id)
        round_.state = RoundState.LOCKED
        round_.locked_at = clock.now()
        record(actor, "rounds.lock", round_, plan=plan.frozen_sha256 if plan else None)
        return round_


def standing_proposal(round_id: uuid.UUID) -> LockProposal | None:
    """The proposal to lock a round that was not withdrawn, if any."""
    query = select(LockProposal).where(LockProposal.round_id == round_id, LockProposal.withdrawn_at.is_(None))
    return db.session.scalars(query).one_or_none()


def input_digest(round_: Round) -> tuple[str, int]:
    """SHA-256 of the instance as a run would freeze it now, and how many applicants it has."""
    plan = plan_in_force(round_.id)
    if plan is None:
        raise Refused(_l("还没有各方都批准的计划。"))
    sheet, people = inputs_of(round_.id, sheet_of(plan))
    digest = hashlib.sha256(build_instance(sheet, people)).hexdigest()
    return digest, sum(len(county.candidates) for county in people.counties)


def _ready_to_lock(round_id: uuid.UUID, version: int) -> Round:
    round_ = lock_row(Round, round_id)
    expect_version(round_, version)
    if round_.state is not RoundState.OPEN:
        raise Refused(_l("本轮已经锁定。"))
    missing = blocking(readiness(round_))
    if missing:
        raise Refused(_l("还不能锁定：%(missing)s", missing="；".join(line.detail for line in missing[:5])))
    return round_


def request_run(actor: Actor, *, round_id: uuid.UUID, settings: Mapping[str, Any]) -> Run:
    """Freeze the input as a snapshot with its hash and ask for one run of it.

    Raises Refused when the round is not locked, a run is on its way, or the input is not complete.
    """
    with transaction() as session:
        round_ = lock_row(Round, round_id)
        if round_.state is not RoundState.LOCKED:
            raise Refused(_l("请先锁定本轮报名，再开始计算。"))
        if live_run(round_id) is not None:
            raise Refused(_l("本轮正在计算，请等它结束，或先取消。"))
        snapshot = take_snapshot(actor, round_)
        run = Run(
            id=uuid.uuid4(),
            round_id=round_id,
            snapshot_id=snapshot.id,
            settings=dict(settings),
            requested_by=actor.account_id,
            requested_at=clock.now(),
        )
        job = request(actor, JOB_KIND, {"run_id": str(run.id)})
        run.job_id = job.id
        session.add(run)
        session.flush()
        record(actor, "rounds.request_run", run, snapshot=snapshot.sha256, settings=dict(settings))
        return run


def take_snapshot(actor: Signature, round_: Round) -> Snapshot:
    """Inside a transaction: the canonical instance of the round as it stands, with what it was made of."""
    plan = frozen_plan(round_.id)
    sheet = sheet_of(plan)
    try:
        instance = build_instance(*inputs_of(round_.id, sheet))
    except BadSheets as error:
        first = error.faults[0]
        raise Refused(_l("输入还不完整：%(what)s", what=f"{first.rule.zh}；{first.mend.zh}")) from error
    snapshot = Snapshot(
        round_id=round_.id,
        plan_id=plan.id,
        instance=instance.decode(),
        sha256=hashlib.sha256(instance).hexdigest(),
        sources={
            "plan_number": plan.number,
            "plan_sha256": plan.frozen_sha256,
            "plan_source_sha256": plan.source_sha256,
            "policy": _policy_versions(round_),
            "taken": _taken_lists(round_.id),
            "passed": _pass_lists(round_.id),
            "returns": [str(one.id) for one in confirmed_returns(round_.id)],
            "supersedes": _superseded(round_.id),
        },
        taken_at=clock.now(),
        taken_by=actor.account_id,
    )
    db.session.add(snapshot)
    db.session.flush()
    record(actor, "rounds.snapshot", snapshot, sha256=snapshot.sha256)
    return snapshot


def _policy_versions(round_: Round) -> list[dict[str, str]]:
    """The policy sheets the round was opened under, by version and hash."""
    query = (
        select(StoredPolicySheet)
        .join(RoundSheet, RoundSheet.sheet_id == StoredPolicySheet.id)
        .where(RoundSheet.round_id == round_.id)
        .order_by(StoredPolicySheet.kind, StoredPolicySheet.scope)
    )
    return [
        {"kind": one.kind, "scope": one.scope, "version": one.sheet_version, "sha256": one.sha256}
        for one in db.session.scalars(query)
    ]


def _taken_lists(round_id: uuid.UUID) -> list[dict[str, Any]]:
    """The lists of pupils taken by other batches that the input knows, by hash."""
    query = select(TakenList).where(TakenList.round_id == round_id).order_by(TakenList.county, TakenList.loaded_at)
    return [
        {"county": one.county, "batch": one.batch, "count": len(one.numbers), "sha256": one.sha256}
        for one in db.session.scalars(query)
    ]


def _pass_lists(round_id: uuid.UUID) -> list[dict[str, Any]]:
    """The pass lists that the input knows, by hash."""
    return [
        {
            "programme": one.programme.code,
            "name": one.name,
            "effect": one.effect.value,
            "count": len(one.newest.candidates),
            "sha256": one.newest.sha256,
        }
        for one in lists_of_round(round_id)
        if one.newest
    ]


def _superseded(round_id: uuid.UUID) -> dict[str, str] | None:
    """The newest run with an outcome, which a run of this input takes the place of: its input and its outcome."""
    query = (
        select(Run)
        .where(Run.round_id == round_id, Run.state.in_((RunState.STORED, RunState.SUPERSEDED)))
        .order_by(Run.requested_at.desc())
        .limit(1)
    )
    found = db.session.scalars(query).one_or_none()
    if found is None or found.assignment_sha256 is None:
        return None
    return {"run": str(found.id), "snapshot": found.snapshot.sha256, "assignment": found.assignment_sha256}


def begin(run_id: uuid.UUID) -> None:
    """Inside a transaction: the worker has taken the run up (again, after a lost lease, too)."""
    session = db.session()
    query = update(Run).where(Run.id == run_id, Run.state.in_(LIVE_RUN)).values(state=RunState.SOLVING)
    session.execute(query)


def end_without_outcome(actor: Signature, run_id: uuid.UUID, *, state: RunState, why: str) -> None:
    """Inside a transaction: a run that failed or was cancelled, with the reason in words."""
    run = lock_row(Run, run_id)
    if run.state not in LIVE_RUN:
        return
    run.state = state
    run.finished_at = clock.now()
    run.failure = why
    record(actor, "rounds.end_run", run, state=state.value, why=why[:500])


def live_run(round_id: uuid.UUID) -> Run | None:
    """The run of a round that is on its way, if any."""
    return db.session.scalars(select(Run).where(Run.round_id == round_id, Run.state.in_(LIVE_RUN))).one_or_none()


def stored_run(round_id: uuid.UUID) -> Run | None:
    """The run whose outcome stands for the round, if any."""
    query = select(Run).where(Run.round_id == round_id, Run.state == RunState.STORED)
    return db.session.scalars(query).one_or_none()


def frozen_plan(round_id: uuid.UUID) -> Plan:
    """The plan bound to a locked round; raises Refused if there is none."""
    query = select(Plan).where(Plan.round_id == round_id, Plan.state == PlanState.FROZEN)
    plan = db.session.scalars(query).one_or_none()
    if plan is None:
        raise Refused(_l("本轮还没有冻结的招生计划。"))
    return plan
