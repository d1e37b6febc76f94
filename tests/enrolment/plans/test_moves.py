"""Seats move between two counties' cells by three approvals, before the lock, and leave a new version behind."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from core.errors import NotAllowed, Refused
from enrolment.plans.differences import difference
from enrolment.plans.models import Plan, QuotaCell
from enrolment.plans.move_models import CellMove, MoveState
from enrolment.plans.moves import agree_move, counties_of, propose_move, refuse_move
from enrolment.plans.queries import plan_in_force
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from enrolment.rounds.models import Snapshot
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import Stage, locked, ready, solved
from tests.factories import JS, QP, WJ, account, organisation, school, sign_in


@dataclass(frozen=True)
class Bureaus:
    """An officer and an approver of each county."""

    officer: Account
    approvers: dict[str, Account]

    @property
    def actor(self) -> Actor:
        return actor_for(self.officer)

    def of(self, county: str) -> Actor:
        return actor_for(self.approvers[county])


def bureaus() -> Bureaus:
    offices = {county: organisation(OrganisationKind.COUNTY, county) for county in (QP, WJ, JS)}
    return Bureaus(
        account(Role.COUNTY_OFFICER, offices[QP]),
        {county: account(Role.COUNTY_APPROVER, office) for county, office in offices.items()},
    )


def three_sided() -> Stage:
    """The host is a third county, so that three bureaus have to approve."""
    return ready(host=school(WJ, name="甲职校"))


def cell(stage: Stage, county: str) -> QuotaCell:
    row = next(one for one in stage.plan.programmes if one.programme_id == stage.first.id)
    return next(one for one in row.cells if one.county == county)


def proposed(stage: Stage, who: Bureaus, seats: int = 1) -> CellMove:
    return propose_move(
        who.actor,
        from_cell_id=cell(stage, JS).id,
        to_cell_id=cell(stage, QP).id,
        seats=seats,
        reason="生源不足",
    )


def test_three_bureaus_make_a_new_version_with_the_same_total(context: Flask) -> None:
    stage, who = three_sided(), bureaus()
    move = proposed(stage, who)
    assert counties_of(move) == {QP, WJ, JS}
    for county in (QP, WJ):
        agree_move(who.of(county), move_id=move.id)
        assert db.session.scalar(select(func.count(Plan.id))) == 1
    done = agree_move(who.of(JS), move_id=move.id)
    assert done.state is MoveState.DONE
    made = plan_in_force(stage.round.id)
    assert made is not None
    assert (made.number, made.state, made.id) == (2, PlanState.APPROVED, done.made_plan_id)
    before, after = sheet_of(db.session.get_one(Plan, stage.plan.id)), sheet_of(made)
    changes = {(one.county, one.old, one.new) for one in difference(before, after).cells}
    assert changes == {(JS, 1, 0), (QP, 1, 2)}
    assert sum(one.seats for one in before.cells) == sum(one.seats for one in after.cells)
    assert [one.capacity for one in before.programmes] == [one.capacity for one in after.programmes]
    assert {one.county for one in made.agreements} == {QP, WJ, JS}
    run = solved(stage)
    snapshot = db.session.get_one(Snapshot, run.snapshot_id)
    assert snapshot.sources["plan_number"] == 2


def test_one_person_is_not_two_and_one_county_not_three(context: Flask) -> None:
    stage, who = three_sided(), bureaus()
    move = proposed(stage, who)
    both = account(Role.COUNTY_APPROVER, db.session.merge(who.officer).grants[0].organisation)
    with pytest.raises(NotAllowed):  # an officer does not approve
        agree_move(who.actor, move_id=move.id)
    agree_move(actor_for(both), move_id=move.id)
    with pytest.raises(Refused):  # the county has approved
        agree_move(who.of(QP), move_id=move.id)
    assert db.session.get_one(CellMove, move.id).state is MoveState.PROPOSED


def test_a_refusal_leaves_nothing(context: Flask) -> None:
    stage, who = three_sided(), bureaus()
    move = proposed(stage, who)
    agree_move(who.of(QP), move_id=move.id)
    with pytest.raises(Refused):
        refuse_move(who.of(JS), move_id=move.id, answer=" ")
    refuse_move(who.of(JS), move_id=move.id, answer="本县还有生源")
    with pytest.raises(Refused):
        agree_move(who.of(WJ), move_id=move.id)
    assert db.session.scalar(select(func.count(Plan.id))) == 1
    assert cell(stage, QP).seats == 1


def test_after_the_lock_no_seat_moves(context: Flask) -> None:
    stage, who = three_sided(), bureaus()
    move = proposed(stage, who)
    locked(stage)
    with pytest.raises(Refused):
        agree_move(who.of(QP), move_id=move.id)
    with pytest.raises(Refused):
        proposed(stage, who)


def test_impossible_moves_are_refused(context: Flask) -> None:
    stage, who = three_sided(), bureaus()
    with pytest.raises(Refused):
        proposed(stage, who, seats=2)
    with pytest.raises(Refused):
        proposed(stage, who, seats=0)
    other = next(one for one in stage.plan.programmes if one.programme_id == stage.second.id).cells[0]
    with pytest.raises(Refused):
        propose_move(who.actor, from_cell_id=cell(stage, JS).id, to_cell_id=other.id, seats=1, reason="x")
    proposed(stage, who)
    with pytest.raises(Refused):
        proposed(stage, who)


def test_the_pages_of_a_move(context: Flask, client: Browser) -> None:
    stage, who = three_sided(), bureaus()
    sign_in(client, who.officer)
    form = f"/plans/{stage.plan.id}/moves"
    fields = {"from_cell": str(cell(stage, JS).id), "to_cell": str(cell(stage, QP).id), "seats": "1"}
    assert client.submit(form, fields).status_code == 422
    answer = client.submit(form, {**fields, "reason": "生源不足"})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "等待批准" in client.get(address).get_data(as_text=True)
    for county in (QP, WJ, JS):
        sign_in(client, who.approvers[county])
        assert client.submit(address, {}, to=f"{address}/agree").status_code == 303
    done = client.get(address).get_data(as_text=True)
    assert "已调整" in done
    assert "招生计划第 2 版" in done
    made = plan_in_force(stage.round.id)
    assert made is not None
    assert "2 个数字不同" in client.get("/plans").get_data(as_text=True)
    sign_in(client, account(Role.APPLICANT))
    assert client.get(address).status_code == 403
    sign_in(client, account(Role.SCHOOL_ADMISSIONS, stage.school.organisation))
    assert client.get(f"/plan-moves/{stage.plan.id}").status_code == 404
