"""The supplementary round: the exact places left, who may file, what is filled in already, round 1 untouched."""

import datetime as dt
import uuid

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.audit.operations import House
from core.db import db, housekeeping
from core.errors import Refused
from core.notices.models import Notice
from enrolment.applications.models import Application
from enrolment.applications.operations import open_application
from enrolment.applications.states import ApplicationState
from enrolment.confirmations.deadline import JOB_KIND as DEFAULTS
from enrolment.confirmations.deadline import ask_for_defaults
from enrolment.confirmations.missing import hand_back
from enrolment.confirmations.supplementary import JOB_KIND, Dates, open_supplementary, outlook
from enrolment.confirmations.vacancies import vacancies
from enrolment.cycles.models import Round, RoundKind, RoundState
from enrolment.plans.models import Plan, QuotaCell
from enrolment.plans.queries import plan_in_force
from enrolment.plans.states import PlanState
from enrolment.results.models import Placement
from enrolment.rounds.operations import request_run
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.scene import Released, keep_sheet, released, work
from tests.enrolment.rounds.stage import SETTINGS
from tests.factories import JS, QP, account, organisation, sign_in


def committee() -> Account:
    return account(Role.COMMITTEE, organisation(OrganisationKind.COMMITTEE))


def dates(scene: Released) -> Dates:
    opens = scene.deadline + dt.timedelta(days=1)
    closes = opens + dt.timedelta(days=3)
    return Dates(
        windows={one.county: (opens, closes) for one in scene.round.cycle.windows if one.round_number == 1},
        confirm_until=closes + dt.timedelta(days=10),
        arrive_from=scene.round.arrive_from,
        arrive_until=scene.round.arrive_until,
        seed="second-seed",
    )


def settled() -> Released:
    """赵一 accepted, 钱二 declined, 孙三 unplaced, 李四 silent and accepted by default; the deadline has passed."""
    scene = released()
    with clock.frozen(scene.at):
        scene.accept("赵一")
        scene.decline("钱二")
    with clock.frozen(scene.deadline):
        ask_for_defaults(House("deadline"))
        work(DEFAULTS)
    return scene


def opened(scene: Released, actor: Actor) -> Round:
    round_ = scene.round
    made = open_supplementary(
        actor, after_id=round_.id, version=round_.version, expected=outlook(round_).seats, dates=dates(scene)
    )
    return db.session.get_one(Round, made.id)


def file_again(scene: Released, name: str, at: dt.datetime) -> Application:
    applicant = scene.stage.applications[name].applicant
    return open_application(scene.pupil(name), applicant_id=applicant.id, at=at)


def test_x24_the_plan_is_the_places_left_and_every_seat_is_on_offer_once(context: Flask) -> None:
    scene = settled()
    actor = actor_for(committee())
    with clock.frozen(scene.deadline):
        left = {(one.programme.code, one.county): one.free for one in vacancies(scene.round) if one.free}
        second = opened(scene, actor)
        plan = plan_in_force(second.id)
        assert plan is not None
        assert plan.state is PlanState.FROZEN
        assert plan.source_sha256 == db.session.get_one(Plan, scene.stage.plan.id).frozen_sha256
        assert plan.based_on_id == scene.stage.plan.id
        cells = {(row.programme.code, cell.county): cell.seats for row in plan.programmes for cell in row.cells}
        assert {key: seats for key, seats in cells.items() if seats} == left == {(scene.stage.second.code, QP): 1}
        assert [(row.capacity, row.local_enrolled) for row in plan.programmes] == [(2, 0)]
        assert all(one.free == one.counted for one in vacancies(scene.round))
        assert sum(one.free for one in vacancies(scene.round)) == 0
        assert sum(one.carried for one in vacancies(scene.round)) == 1
    assert (second.kind, second.number, second.seed) == (RoundKind.SUPPLEMENTARY, 2, "second-seed")
    assert second.state is RoundState.OPEN
    assert scene.round.state is RoundState.CLOSED


def test_only_the_unplaced_are_invited_and_may_file_with_all_but_the_choices_filled_in(context: Flask) -> None:
    scene = settled()
    with clock.frozen(scene.deadline):
        second = opened(scene, actor_for(committee()))
        work(JOB_KIND)
    invited = db.session.scalars(select(Notice).where(Notice.template == "confirmations.invited")).all()
    applicant = scene.stage.applications["孙三"].applicant
    assert {one.account_id for one in invited} == {applicant.account_id, applicant.guardians[0].account_id}
    at = scene.deadline + dt.timedelta(days=2)
    with clock.frozen(at):
        again = file_again(scene, "孙三", at)
        assert again.round_id == second.id
        assert again.state is ApplicationState.DRAFT
        assert again.identity_checked_at is not None
        assert again.versions[0].choices == []
        for name, sentence in (("赵一", "已确认录取"), ("李四", "已确认录取"), ("钱二", "不能再参加")):
            with pytest.raises(Refused) as refused:
                file_again(scene, name, at)
            with context.test_request_context():
                assert sentence in str(refused.value.sentence)


def test_who_gave_up_joins_only_where_the_countys_sheet_says_so(context: Flask) -> None:
    scene = released()
    keep_sheet(scene.round, QP, give_up={"may_join_later_rounds": True})
    with clock.frozen(scene.at):
        scene.accept("赵一")
        scene.accept("李四")
        scene.decline("钱二")
    with clock.frozen(scene.deadline):
        seen = outlook(scene.round)
        assert {one.name for one in seen.invited} == {"钱二", "孙三"}
        opened(scene, actor_for(committee()))
    at = scene.deadline + dt.timedelta(days=2)
    with clock.frozen(at):
        assert file_again(scene, "钱二", at).state is ApplicationState.DRAFT


def test_what_forbids_the_next_round_is_said(context: Flask) -> None:
    scene = released()
    actor = actor_for(committee())
    before = outlook(scene.round)
    assert len(before.obstacles) == 1
    with clock.frozen(scene.at), pytest.raises(Refused):
        opened(scene, actor)
    with clock.frozen(scene.deadline), pytest.raises(Refused):
        opened(scene, actor)
    scene = scene_again(scene)
    with clock.frozen(scene.deadline):
        round_ = scene.round
        with pytest.raises(Refused):
            open_supplementary(actor, after_id=round_.id, version=round_.version, expected=9, dates=dates(scene))
        opened(scene, actor)
        with pytest.raises(Refused):
            opened(scene, actor)


def scene_again(scene: Released) -> Released:
    with clock.frozen(scene.at):
        scene.decline("钱二")
    with clock.frozen(scene.deadline):
        ask_for_defaults(House("deadline"))
        work(DEFAULTS)
    return scene


def test_round_1_cannot_change_and_confirmed_pupils_are_out_of_reach(context: Flask) -> None:
    scene = settled()
    with clock.frozen(scene.deadline):
        first = [(one.id, one.programme_id) for one in db.session.scalars(select(Placement).order_by(Placement.id))]
        second = opened(scene, actor_for(committee()))
        with pytest.raises(Refused):
            request_run(scene.stage.actor, round_id=scene.round.id, settings=SETTINGS)
        with pytest.raises(DatabaseError, match="frozen"), housekeeping() as session:
            session.execute(text("UPDATE quota_cell SET seats = seats + 1"))
        confirmed = scene.stage.applications["赵一"].applicant_id
        row = Application(applicant_id=confirmed, round_id=second.id, opened_at=clock.now())
        with pytest.raises(DatabaseError, match="holds a confirmed place"), housekeeping() as session:
            session.add(row)
    after = [(one.id, one.programme_id) for one in db.session.scalars(select(Placement).order_by(Placement.id))]
    assert after == first


def test_a_third_round_gathers_what_comes_back_later_from_both(context: Flask) -> None:
    scene = settled()
    actor = actor_for(committee())
    with clock.frozen(scene.deadline):
        second = opened(scene, actor)
    with clock.frozen(scene.after_arrivals):
        hand_back(actor_for(scene.desk()), expected=2)
        free = {(one.programme.code, one.county): one.free for one in vacancies(scene.round) if one.free}
        assert free == {(scene.stage.first.code, QP): 1, (scene.stage.first.code, JS): 1}
        seen = outlook(db.session.get_one(Round, second.id))
        assert seen.seats == 2
        assert seen.obstacles, "the second round is not released"
    total = sum(db.session.scalars(select(QuotaCell.seats).join(QuotaCell.plan_programme)).all())
    assert total == 3 + 1


def test_the_wizard_shows_the_places_and_only_the_committee_opens(context: Flask, client: Browser) -> None:
    scene = settled()
    with clock.frozen(scene.deadline):
        address = f"/rounds/{scene.round.id}/supplementary"
        sign_in(client, account(Role.COUNTY_APPROVER, organisation(OrganisationKind.COUNTY, JS)))
        page = client.get(address).get_data(as_text=True)
        assert "剩余 1 个名额" in page
        assert "由示范区执委会开启" in page
        assert client.get(f"/rounds/{uuid.uuid4()}/supplementary").status_code == 404
        sign_in(client, committee())
        wanted = dates(scene)
        fields = {"confirm_until": text_of(wanted.confirm_until), "expected": "1", "seed": ""}
        fields |= {"arrive_from": wanted.arrive_from.isoformat(), "arrive_until": wanted.arrive_until.isoformat()}
        assert client.submit(address, fields).status_code == 422
        for county, (opens, closes) in wanted.windows.items():
            fields |= {f"opens_{county}": text_of(opens), f"closes_{county}": text_of(closes)}
        answer = client.submit(address, fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert client.get(answer.headers["Location"]).status_code == 200
        sign_in(client, scene.account_of("孙三"))
        assert client.get(address).status_code == 403


def text_of(moment: dt.datetime) -> str:
    return f"{moment.astimezone(clock.BEIJING):%Y-%m-%dT%H:%M}"
