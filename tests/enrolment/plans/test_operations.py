"""Plan versions: round trip, edits, agreement of every county, freezing, and the difference between versions."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.audit import AuditEntry
from core.audit.operations import House
from core.db import db, housekeeping, transaction
from core.errors import Conflict, NotAllowed, Refused
from enrolment.plans import operations
from enrolment.plans.differences import counts_of, difference
from enrolment.plans.models import Plan, QuotaCell
from enrolment.plans.queries import load_whole
from enrolment.plans.sheet import PlanSheet, read_plan, write_plan
from enrolment.plans.states import EVENTS, ForbiddenStep, PlanState, step
from enrolment.plans.storage import sheet_of
from registry.schools.models import Programme
from tests.enrolment import factories as make
from tests.enrolment.plans.plan_samples import World, with_seats, world
from tests.factories import JS, QP, WJ


def imported(at: World, sheet: PlanSheet | None = None) -> Plan:
    return operations.import_plan(at.officer(), round_id=at.round_id, sheet=sheet or at.sheet, source=b"file")


def own_cell(plan: Plan, at: World, county: str = WJ, host: str = QP) -> QuotaCell:
    """A cell of a programme hosted by ``host``."""
    row = next(one for one in plan.programmes if one.programme.school.county == host)
    return next(cell for cell in row.cells if cell.county == county)


def agreed(at: World, plan: Plan) -> Plan:
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    for county in (QP, WJ, JS):
        operations.agree(at.approver(county), plan_id=plan.id, version=plan.version)
    return plan


def test_what_is_stored_is_what_the_sheet_said(context: Flask) -> None:
    at = world()
    plan = imported(at)
    db.session.expire_all()
    again = load_whole(select(Plan).where(Plan.id == plan.id))[0]
    assert sheet_of(again) == at.sheet
    assert read_plan(write_plan(sheet_of(again))) == at.sheet


def test_a_version_keeps_its_hash_when_the_register_is_corrected(context: Flask) -> None:
    at = world()
    plan = imported(at)
    before = operations.plan_digest(plan)
    with housekeeping() as session:
        for programme in session.scalars(select(Programme)):
            programme.tuition_yuan += 100
    db.session.expire_all()
    assert operations.plan_digest(db.session.get_one(Plan, plan.id)) == before


def test_programmes_must_stand_on_the_register_as_the_sheet_says(context: Flask) -> None:
    at = world()
    first = at.sheet.programmes[0]
    unknown = replace(at.sheet, programmes=(replace(first, code="ZZZ"), *at.sheet.programmes[1:]))
    longer = replace(at.sheet, programmes=(replace(first, years=9), *at.sheet.programmes[1:]))
    moved = replace(at.sheet, schools=tuple(replace(one, county=JS) for one in at.sheet.schools))
    for sheet, word in ((unknown, "还没有登记"), (longer, "不一致"), (moved, "不一致")):
        with pytest.raises(Refused) as refusal:
            imported(at, sheet)
        assert word in str(refusal.value.sentence)
    assert db.session.scalars(select(Plan)).all() == []


def test_a_bureau_changes_only_the_numbers_of_its_own_schools(context: Flask) -> None:
    at = world()
    plan = imported(at)
    own, foreign = own_cell(plan, at), own_cell(plan, at, host=WJ)
    before = plan.version
    operations.change_cells(at.officer(), plan_id=plan.id, version=before, seats={own.id: 12, foreign.id: 10})
    assert (own.seats, plan.version) == (12, before + 1)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "plans.change_cell")).one()
    assert (entry.facts["old"], entry.facts["new"], entry.facts["county"]) == (10, 12, WJ)
    with pytest.raises(NotAllowed):
        operations.change_cells(at.officer(), plan_id=plan.id, version=plan.version, seats={foreign.id: 11})


@pytest.mark.parametrize(("seats", "word"), [(1, "保底数"), (-1, "0 到"), (10000, "0 到"), (10, "没有改动")])
def test_impossible_numbers_are_refused_in_words(context: Flask, seats: int, word: str) -> None:
    at = world()
    plan = imported(at)
    cell = own_cell(plan, at)
    with pytest.raises(Refused) as refusal:
        operations.change_cells(at.officer(), plan_id=plan.id, version=plan.version, seats={cell.id: seats})
    assert word in str(refusal.value.sentence)
    db.session.expire_all()
    assert cell.seats == 10


def test_two_editors_the_second_sees_both_versions(context: Flask) -> None:
    at = world()
    plan = imported(at)
    cell, stale = own_cell(plan, at), plan.version
    operations.change_cells(at.officer(), plan_id=plan.id, version=stale, seats={cell.id: 15})
    with pytest.raises(Conflict) as conflict:
        operations.change_cells(at.officer(), plan_id=plan.id, version=stale, seats={cell.id: 20})
    assert [(one.yours, one.saved) for one in conflict.value.differences] == [("20", "15")]
    assert cell.seats == 15


def test_every_county_agrees_and_then_the_plan_is_approved(context: Flask) -> None:
    at = world()
    plan = imported(at)
    with pytest.raises(Refused, match="Refused"):
        operations.agree(at.approver(), plan_id=plan.id, version=plan.version)
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    operations.agree(at.approver(QP), plan_id=plan.id, version=plan.version)
    operations.agree(at.approver(WJ), plan_id=plan.id, version=plan.version)
    with pytest.raises(Refused) as again:
        operations.agree(at.approver(WJ), plan_id=plan.id, version=plan.version)
    assert "已经批准过" in str(again.value.sentence)
    assert plan.state is PlanState.REPORTED
    assert operations.plan_in_force(at.round_id) is None
    operations.agree(at.approver(JS), plan_id=plan.id, version=plan.version)
    assert plan.state is PlanState.APPROVED
    assert operations.plan_in_force(at.round_id) == plan
    assert {one.county for one in plan.agreements} == {QP, WJ, JS}


def test_nobody_agrees_to_a_version_they_made(context: Flask) -> None:
    at = world()
    plan = operations.import_plan(at.approver(), round_id=at.round_id, sheet=at.sheet, source=b"file")
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    with pytest.raises(Refused) as refusal:
        operations.agree(at.approver(), plan_id=plan.id, version=plan.version)
    assert "由您制作" in str(refusal.value.sentence)


def test_returning_takes_the_agreements_back(context: Flask) -> None:
    at = world()
    plan = imported(at)
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    operations.agree(at.approver(QP), plan_id=plan.id, version=plan.version)
    with pytest.raises(Refused):
        operations.return_to_draft(at.approver(WJ), plan_id=plan.id, version=plan.version, reason=" ")
    operations.return_to_draft(at.approver(WJ), plan_id=plan.id, version=plan.version, reason="青浦总数有误")
    assert (plan.state, plan.agreements, plan.note) == (PlanState.DRAFT, [], "青浦总数有误")


def test_a_frozen_plan_is_closed_in_the_database_and_a_later_edit_is_a_new_version(context: Flask) -> None:
    at = world()
    plan = agreed(at, imported(at))
    digest = operations.plan_digest(plan)
    operations.freeze(House(), plan_id=plan.id)
    assert plan.frozen_sha256 == digest
    with pytest.raises(DBAPIError, match="the plan is frozen"), housekeeping() as session:
        session.execute(text("UPDATE quota_cell SET seats = seats + 1"))
    db.session.rollback()
    revised = operations.revise(at.officer(), plan_id=plan.id)
    cell = own_cell(revised, at)
    operations.change_cells(at.officer(), plan_id=revised.id, version=revised.version, seats={cell.id: 25})
    found = difference(sheet_of(plan), sheet_of(revised))
    assert [(one.county, one.old, one.new) for one in found.cells] == [(WJ, 10, 25)]
    assert (revised.number, revised.based_on_id, plan.frozen_sha256) == (2, plan.id, operations.plan_digest(plan))
    assert operations.plan_in_force(at.round_id) == plan


def test_a_later_import_leaves_foreign_numbers_alone(context: Flask) -> None:
    at = world()
    first = imported(at)
    own, foreign = own_cell(first, at).plan_programme, own_cell(first, at, host=WJ).plan_programme
    with pytest.raises(Refused) as refusal:
        imported(at, with_seats(at.sheet, foreign.programme.code, JS, 3))
    assert foreign.programme.code in str(refusal.value.sentence)
    with pytest.raises(Refused) as same:
        imported(at)
    assert "完全相同" in str(same.value.sentence)
    second = imported(at, with_seats(at.sheet, own.programme.code, JS, 3))
    assert (second.number, second.based_on_id) == (2, first.id)


def test_only_the_newest_version_is_reported_and_a_locked_round_takes_none(context: Flask) -> None:
    at = world()
    first = imported(at)
    code = own_cell(first, at).plan_programme.programme.code
    imported(at, with_seats(at.sheet, code, JS, 3))
    with pytest.raises(Refused) as refusal:
        operations.report(at.officer(), plan_id=first.id, version=first.version)
    assert "第 2 版" in str(refusal.value.sentence)
    make.lock(first.round)
    with pytest.raises(Refused) as locked:
        imported(at, with_seats(at.sheet, code, JS, 4))
    assert "锁定" in str(locked.value.sentence)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", list(PlanState))
def test_every_state_meets_every_event(state: PlanState, event: str) -> None:
    legal = {
        (PlanState.DRAFT, "report"): PlanState.REPORTED,
        (PlanState.REPORTED, "return"): PlanState.DRAFT,
        (PlanState.REPORTED, "approve"): PlanState.APPROVED,
        (PlanState.APPROVED, "freeze"): PlanState.FROZEN,
    }
    if (state, event) in legal:
        assert step(state, event) is legal[state, event]
        return
    with pytest.raises(ForbiddenStep) as refusal:
        step(state, event)
    assert refusal.value.words.zh.startswith("计划的状态是")


def test_a_first_version_is_all_new_and_counted(context: Flask) -> None:
    at = world()
    found = difference(None, at.sheet)
    assert len(found.cells) == 3 * (1 + 3)
    assert counts_of(at.sheet).seats == 90
    assert not difference(at.sheet, at.sheet)
    stricter = tuple(replace(one, excludes=("色弱",)) for one in at.sheet.programmes)
    changed = difference(at.sheet, replace(at.sheet, programmes=stricter, limits=()))
    assert changed.limits
    assert len(changed.conditions) == 3


def test_the_database_refuses_a_sex_limit_without_basis(context: Flask) -> None:
    at = world()
    imported(at)
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("UPDATE plan_programme SET sexes = 'F', legal_basis = ''"))
    db.session.rollback()
