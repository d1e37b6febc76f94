"""Making, editing, agreeing and freezing versions of a plan.

Two tasks are kept apart: an officer of a county makes and edits versions, an approver of each county agrees.
A bureau answers for the schools it hosts, so nobody changes the numbers of another county's schools.
"""

import hashlib
import uuid
from collections.abc import Mapping

from sqlalchemy.orm.attributes import flag_modified

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import expect_version, find, lock_row, transaction
from core.divisions import division
from core.errors import Conflict, FieldDifference, NotAllowed, Refused
from core.i18n import lazy as _l
from core.i18n import say
from core.sheets import BadSheets
from core.words import Words
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.changes import tell_opened
from enrolment.plans.differences import difference
from enrolment.plans.models import Plan, PlanAgreement, PlanProgramme, QuotaCell
from enrolment.plans.names import programme_words
from enrolment.plans.queries import latest_plan, plan_digest, plan_in_force
from enrolment.plans.sheet import PlanSheet, read_plan, write_plan
from enrolment.plans.states import ForbiddenStep, PlanState, step
from enrolment.plans.storage import sheet_of, store_sheet

__all__ = [
    "EDIT",
    "agree",
    "change_cells",
    "freeze",
    "import_plan",
    "latest_plan",
    "plan_digest",
    "plan_in_force",
    "report",
    "return_to_draft",
    "revise",
]

EDIT, AGREE = "plans.edit", "plans.agree"
MOST_SEATS = 9999


def import_plan(actor: Signature, *, round_id: uuid.UUID, sheet: PlanSheet, source: bytes, note: str = "") -> Plan:
    """A new draft version from a plan sheet; earlier versions stay readable.

    The first version may state everything, for every bureau agrees to it afterwards; a later one by a bureau
    only changes the numbers of its own schools. Raises Refused once the round is locked, for programmes that
    are not on the register, for foreign numbers, or when nothing differs from the newest version.
    """
    with transaction() as session:
        round_ = lock_row(Round, round_id)
        if round_.state is not RoundState.OPEN:
            raise Refused(_l("本轮已经锁定，不能再改计划。"))
        latest = latest_plan(round_id)
        if latest is not None:
            _refuse_import(actor, sheet_of(latest), sheet)
        plan = _new_version(actor, round_id, latest, hashlib.sha256(source).hexdigest(), note)
        store_sheet(plan, sheet)
        session.add(plan)
        session.flush()
        record(actor, "plans.import", plan, number=plan.number, source=plan.source_sha256)
        return plan


def revise(actor: Actor, *, plan_id: uuid.UUID) -> Plan:
    """A new draft with the content of the newest version, to change what was reported or approved."""
    with transaction() as session:
        round_ = lock_row(Round, find(Plan, plan_id).round_id)
        base = lock_row(Plan, plan_id)
        if round_.state is not RoundState.OPEN:
            raise Refused(_l("本轮已经锁定，不能再改计划。"))
        _refuse_older(base)
        if base.state is PlanState.DRAFT:
            raise Refused(_l("这一版还是草稿，可以直接修改。"))
        plan = _new_version(actor, base.round_id, base, None, "")
        store_sheet(plan, sheet_of(base))
        session.add(plan)
        session.flush()
        record(actor, "plans.revise", plan, number=plan.number, based_on=base.number)
        return plan


def change_cells(
    actor: Actor, *, plan_id: uuid.UUID, version: int, seats: Mapping[uuid.UUID, int]
) -> tuple[QuotaCell, ...]:
    """Set seats of cells in a draft; only cells of programmes whose school the actor's county hosts.

    Raises Conflict with both versions when another editor saved first, Refused for a foreign cell or a number
    that a plan sheet could not state either.
    """
    with transaction() as session:
        plan = lock_row(Plan, plan_id)
        _refuse_stale(plan, version, seats)
        _refuse_fixed(plan)
        hosts = actor.counties(EDIT)
        changed = []
        for row in plan.programmes:
            for cell in row.cells:
                wanted = seats.get(cell.id, cell.seats)
                if wanted == cell.seats:
                    continue
                _refuse_cell(row, cell, wanted, hosts)
                facts = {"programme": row.programme.code, "county": cell.county}
                record(actor, "plans.change_cell", cell, **facts, old=cell.seats, new=wanted)
                cell.seats = wanted
                changed.append(cell)
        if not changed:
            raise Refused(_l("没有改动，不用保存。"))
        _touch(plan)
        session.flush()
        _refuse_unsound(plan)
        return tuple(changed)


def report(actor: Actor, *, plan_id: uuid.UUID, version: int) -> Plan:
    """Send a draft to the bureaus for approval."""
    with transaction():
        plan = lock_row(Plan, plan_id)
        expect_version(plan, version)
        _refuse_older(plan)
        plan.state = _step(plan, "report")
        record(actor, "plans.report", plan, number=plan.number, sha256=plan_digest(plan))
        return plan


def return_to_draft(actor: Actor, *, plan_id: uuid.UUID, version: int, reason: str) -> Plan:
    """Send a reported plan back; agreements given so far fall away with it."""
    with transaction() as session:
        plan = lock_row(Plan, plan_id)
        expect_version(plan, version)
        if not reason.strip():
            raise Refused(_l("请写明退回的原因，报送的县区会看到。"), field="reason")
        plan.state = _step(plan, "return")
        plan.note = reason.strip()
        given = [one.county for one in plan.agreements]
        for agreement in plan.agreements:
            session.delete(agreement)
        record(actor, "plans.return", plan, number=plan.number, reason=plan.note, agreements=given)
        session.flush()
        session.expire(plan, ["agreements"])
        return plan


def agree(actor: Actor, *, plan_id: uuid.UUID, version: int) -> Plan:
    """A bureau approves for its county; when every county of the plan has, the plan is approved.

    ``version`` is that of the plan the approver saw. Raises Refused when the plan is not reported, the county
    has agreed already, or the approver made this version.
    """
    with transaction() as session:
        plan = lock_row(Plan, plan_id)
        expect_version(plan, version)
        counties = {body["code"] for body in plan.rules["counties"]}
        mine = actor.counties(AGREE) & counties
        given = {one.county for one in plan.agreements}
        _refuse_agreement(actor, plan, mine, given)
        for county in sorted(mine - given):
            session.add(
                PlanAgreement(plan_id=plan.id, county=county, agreed_by=actor.account_id, agreed_at=clock.now())
            )
        if given | mine == counties:
            before = plan_in_force(plan.round_id)
            plan.state = _step(plan, "approve")
            tell_opened(actor, before, plan)
        digest = plan_digest(plan)
        record(actor, "plans.agree", plan, counties=sorted(mine - given), state=plan.state.value, sha256=digest)
        session.flush()
        session.expire(plan, ["agreements"])
        return plan


def freeze(actor: Signature, *, plan_id: uuid.UUID) -> Plan:
    """Bind an approved plan to its round: from here the database refuses changes of its cells."""
    with transaction():
        plan = lock_row(Plan, plan_id)
        state, digest = _step(plan, "freeze"), plan_digest(plan)
        plan.state = state
        plan.frozen_at = clock.now()
        plan.frozen_sha256 = digest
        record(actor, "plans.freeze", plan, number=plan.number, sha256=plan.frozen_sha256)
        return plan


def _new_version(
    actor: Signature, round_id: uuid.UUID, latest: Plan | None, source_sha256: str | None, note: str
) -> Plan:
    return Plan(
        round_id=round_id,
        number=latest.number + 1 if latest else 1,
        based_on_id=latest.id if latest else None,
        rules={},
        note=note,
        source_sha256=source_sha256,
        created_at=clock.now(),
        created_by=actor.account_id,
    )


def _refuse_import(actor: Signature, latest: PlanSheet, sheet: PlanSheet) -> None:
    found = difference(latest, sheet)
    if not found and latest == sheet:
        raise Refused(_l("这份文件与最新一版计划完全相同，不用再导入。"))
    if not isinstance(actor, Actor):
        return
    hosts = {one.code: one.county for one in (*latest.schools, *sheet.schools)}
    own = actor.counties(EDIT)
    foreign = sorted({one.programme for one in found.cells if hosts[one.school] not in own})
    if foreign:
        raise Refused(
            _l(
                "文件改动了其他县区学校的计划数：%(codes)s。这些数字由学校所在县区教育局修改。"
                "请先下载最新一版计划，只改本县区学校的行。",
                codes="、".join(foreign),
            )
        )


def _refuse_stale(plan: Plan, version: int, seats: Mapping[uuid.UUID, int]) -> None:
    if plan.version == version:
        return
    differences = tuple(
        FieldDifference(_cell_name(row, cell), str(seats[cell.id]), str(cell.seats))
        for row in plan.programmes
        for cell in row.cells
        if seats.get(cell.id, cell.seats) != cell.seats
    )
    raise Conflict(_l("这一版计划刚刚被别人修改过，请查看最新内容后再改。"), differences=differences)


def _cell_name(row: PlanProgramme, cell: QuotaCell) -> Words:
    name, county = programme_words(row), division(cell.county).name
    return Words(f"{name.zh}（{county.zh}）", f"{name.en} ({county.en})")


def _refuse_fixed(plan: Plan) -> None:
    if plan.state is not PlanState.DRAFT:
        raise Refused(_l("只有草稿可以修改。要改已报送或已批准的计划，请退回，或另做一版。"))


def _refuse_older(plan: Plan) -> None:
    latest = latest_plan(plan.round_id)
    if latest is not None and latest.number > plan.number:
        raise Refused(_l("已经有更新的第 %(number)s 版，请办理那一版。", number=latest.number))


def _refuse_cell(row: PlanProgramme, cell: QuotaCell, wanted: int, hosts: frozenset[str]) -> None:
    name = say(programme_words(row))
    if row.programme.school.county not in hosts:
        raise NotAllowed(_l("%(name)s由其他县区的学校招生，计划数由该县区教育局修改。", name=name))
    if not 0 <= wanted <= MOST_SEATS:
        raise Refused(_l("%(name)s的计划数应在 0 到 %(most)s 之间。", name=name, most=MOST_SEATS))
    if wanted < cell.floor:
        raise Refused(_l("%(name)s的计划数不能少于保底数 %(floor)s。", name=name, floor=cell.floor))


def _refuse_unsound(plan: Plan) -> None:
    """The grid may save only what the sheet could state: one set of checks for both ways of editing."""
    try:
        read_plan(write_plan(sheet_of(plan)))
    except BadSheets as error:
        first = [fault.sentence for fault in error.faults[:5]]
        zh, en = "".join(one.zh for one in first), " ".join(one.en for one in first)
        raise Refused(Words(zh, en)) from error


def _refuse_agreement(actor: Actor, plan: Plan, mine: frozenset[str], given: set[str]) -> None:
    if plan.state is not PlanState.REPORTED:
        raise Refused(_l("只有已报送的计划可以批准。"))
    if not mine:
        raise NotAllowed(_l("这版计划不涉及您所在的县区，不需要您批准。"))
    if not mine - given:
        raise Refused(_l("本县区已经批准过这一版计划。"))
    if actor.account_id is not None and actor.account_id == plan.created_by:
        raise Refused(_l("这版计划由您制作，须由本县区另一位人员批准。"))


def _touch(plan: Plan) -> None:
    """Raise the version of the plan when only its cells changed, so that a second editor notices."""
    plan.edited_at = clock.now()
    flag_modified(plan, "edited_at")


def _step(plan: Plan, event: str) -> PlanState:
    try:
        return step(plan.state, event)
    except ForbiddenStep as error:
        raise Refused(error.words) from error
