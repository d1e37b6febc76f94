"""Making, editing, agreeing and freezing versions of a plan."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import func, select

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import canonical_json, db, expect_version, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.models import Plan, PlanAgreement, PlanProgramme, QuotaCell
from enrolment.plans.sheet import PlanSheet
from enrolment.plans.states import ForbiddenStep, PlanState, step
from enrolment.plans.storage import plain, sheet_of, store_sheet


def import_plan(actor: Signature, *, round_id: uuid.UUID, sheet: PlanSheet, source: bytes, note: str = "") -> Plan:
    """A new draft version from a plan sheet; earlier versions stay readable.

    Raises Refused once the round is locked, or for programmes that are not on the register.
    """
    with transaction() as session:
        round_ = lock_row(Round, round_id)
        if round_.state is not RoundState.OPEN:
            raise Refused(_l("本轮已经锁定，不能再改计划。"))
        latest = latest_plan(round_id)
        plan = Plan(
            round_id=round_id,
            number=latest.number + 1 if latest else 1,
            based_on_id=latest.id if latest else None,
            rules={},
            note=note,
            source_sha256=hashlib.sha256(source).hexdigest(),
            created_at=clock.now(),
            created_by=actor.account_id,
        )
        store_sheet(plan, sheet)
        session.add(plan)
        session.flush()
        record(actor, "plans.import", plan, number=plan.number, source=plan.source_sha256)
        return plan


def change_cells(
    actor: Actor, *, plan_id: uuid.UUID, version: int, seats: Mapping[uuid.UUID, int]
) -> tuple[QuotaCell, ...]:
    """Set seats of cells in a draft; only cells of programmes whose school the actor's county hosts.

    Raises Conflict when another editor saved first, Refused for a foreign or negative cell.
    """
    with transaction():
        plan = _editable(plan_id, version)
        hosts = actor.counties("plans.edit")
        changed = []
        for row in plan.programmes:
            for cell in row.cells:
                wanted = seats.get(cell.id, cell.seats)
                if wanted == cell.seats:
                    continue
                _refuse_cell(row, wanted, hosts)
                record(
                    actor, "plans.change_cell", cell, programme=row.programme.code, county=cell.county,
                    old=cell.seats, new=wanted,
                )  # fmt: skip
                cell.seats = wanted
                changed.append(cell)
        if not changed:
            raise Refused(_l("没有改动，不用保存。"))
        _touch(plan)
        return tuple(changed)


def report(actor: Actor, *, plan_id: uuid.UUID, version: int) -> Plan:
    """Send a draft to the bureaus for approval."""
    with transaction():
        plan = lock_row(Plan, plan_id)
        expect_version(plan, version)
        plan.state = _step(plan, "report")
        record(actor, "plans.report", plan, number=plan.number)
        return plan


def return_to_draft(actor: Actor, *, plan_id: uuid.UUID, version: int, reason: str) -> Plan:
    """Send a reported plan back; agreements given so far fall away with it."""
    with transaction() as session:
        plan = lock_row(Plan, plan_id)
        expect_version(plan, version)
        plan.state = _step(plan, "return")
        for agreement in plan.agreements:
            session.delete(agreement)
        record(actor, "plans.return", plan, number=plan.number, reason=reason)
        return plan


def agree(actor: Actor, *, plan_id: uuid.UUID) -> Plan:
    """A bureau approves for its county; when every county of the plan has, the plan is approved.

    Raises Refused when the plan is not reported or the county has agreed already.
    """
    with transaction() as session:
        plan = lock_row(Plan, plan_id)
        counties = {body["code"] for body in plan.rules["counties"]}
        mine = actor.counties("plans.agree") & counties
        given = {one.county for one in plan.agreements}
        if plan.state is not PlanState.REPORTED:
            raise Refused(_l("只有已报送的计划可以批准。"))
        if not mine - given:
            raise Refused(_l("本县区已经批准过这一版计划。"))
        for county in sorted(mine - given):
            session.add(
                PlanAgreement(plan_id=plan.id, county=county, agreed_by=actor.account_id, agreed_at=clock.now())
            )
        if given | mine == counties:
            plan.state = _step(plan, "approve")
        record(actor, "plans.agree", plan, counties=sorted(mine - given), state=plan.state.value)
        return plan


def freeze(actor: Signature, *, plan_id: uuid.UUID) -> Plan:
    """Bind an approved plan to its round: from here the database refuses changes of its cells."""
    with transaction():
        plan = lock_row(Plan, plan_id)
        plan.state = _step(plan, "freeze")
        plan.frozen_at = clock.now()
        plan.frozen_sha256 = plan_digest(plan)
        record(actor, "plans.freeze", plan, number=plan.number, sha256=plan.frozen_sha256)
        return plan


def plan_digest(plan: Plan) -> str:
    """SHA-256 of the version's sheet as canonical JSON."""
    return hashlib.sha256(canonical_json(plain(asdict(sheet_of(plan)))).encode()).hexdigest()


def latest_plan(round_id: uuid.UUID) -> Plan | None:
    """The newest version of a round's plan."""
    newest = select(func.max(Plan.number)).where(Plan.round_id == round_id).scalar_subquery()
    return db.session.scalars(select(Plan).where(Plan.round_id == round_id, Plan.number == newest)).one_or_none()


def plan_in_force(round_id: uuid.UUID) -> Plan | None:
    """The frozen version, else the newest approved one: what pupils are shown and choose from."""
    query = (
        select(Plan)
        .where(Plan.round_id == round_id, Plan.state.in_((PlanState.APPROVED, PlanState.FROZEN)))
        .order_by(Plan.number.desc())
    )
    return db.session.scalars(query).first()


def _editable(plan_id: uuid.UUID, version: int) -> Plan:
    plan = lock_row(Plan, plan_id)
    expect_version(plan, version)
    if plan.state is not PlanState.DRAFT:
        raise Refused(_l("只有草稿可以修改。要改已报送的计划，请先退回，或导入新的一版。"))
    return plan


def _refuse_cell(row: PlanProgramme, wanted: int, hosts: frozenset[str]) -> None:
    if row.programme.school.county not in hosts:
        raise Refused(_l("%(name)s由其他县区的学校招生，计划数由该县区教育局修改。", name=row.programme.name("zh")))
    if wanted < 0:
        raise Refused(_l("%(name)s的计划数不能小于 0。", name=row.programme.name("zh")))


def _touch(plan: Plan) -> None:
    """Raise the version of the plan when only its cells changed, so that a second editor notices."""
    plan.edited_at = clock.now()


def _step(plan: Plan, event: str) -> PlanState:
    try:
        return step(plan.state, event)
    except ForbiddenStep as error:
        raise Refused(error.words) from error
