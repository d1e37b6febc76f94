"""The scenario pages: made, changed, tried, compared and adopted in the browser; strangers find nothing."""

import io

from flask import Flask
from sqlalchemy import select

from core.access import OrganisationKind, Role
from core.db import db
from core.jobs.context import JobContext
from core.jobs.leases import claim
from core.sheets import read_grids
from enrolment.plans.models import Plan
from enrolment.plans.sheet import read_plan
from enrolment.rounds.scenario_models import Scenario, Trial, TrialState
from enrolment.rounds.scenario_sheet import load
from enrolment.rounds.trying import solve_trial
from tests.client import Browser
from tests.enrolment.rounds.stage import LEASE, Stage, ready
from tests.enrolment.rounds.test_scenarios import base, lowered, tried
from tests.factories import JS, QP, account, organisation, sign_in


def text_of(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def scenario_named(name: str) -> Scenario:
    return db.session.scalars(select(Scenario).where(Scenario.name == name)).one()


def work() -> None:
    held = claim("test-worker", LEASE)
    assert held is not None
    solve_trial(JobContext(held, LEASE))
    db.session.rollback()


def test_from_a_copy_to_the_comparison(context: Flask, client: Browser) -> None:
    stage = ready()
    sign_in(client, stage.approver)
    list_page = f"/rounds/{stage.round.id}/scenarios"
    assert "还没有方案" in text_of(client, list_page)
    assert client.submit(list_page, {"name": "基准方案", "note": ""}).status_code == 303
    assert client.submit(list_page, {"name": "基准方案", "note": ""}).status_code == 422
    first = scenario_named("基准方案")
    address = f"/scenarios/{first.id}"
    assert client.submit(address, {"name": "少一个"}, to=f"{address}/copies").status_code == 303
    second = scenario_named("少一个")
    copy = f"/scenarios/{second.id}"
    rules = {
        "ties": "lottery", "checks": "before", "floors": "guarantee", "opening": "optimal", "adjustment": "off",
        "note": "", "version": str(second.version),
    }  # fmt: skip
    wrong = client.submit(copy, {**rules, f"seats-{stage.first.code}-{QP}": "x"}, to=f"{copy}/numbers")
    assert wrong.status_code == 422
    assert "您填写了“x”" in wrong.get_data(as_text=True)
    saved = client.submit(copy, {**rules, f"seats-{stage.first.code}-{QP}": "0"}, to=f"{copy}/numbers")
    assert saved.status_code == 303
    page = text_of(client, copy)
    assert "1 个数字不同" in page
    assert "计划 1" in page
    for one in (address, copy):
        assert client.submit(one, {}, to=f"{one}/trials").status_code == 303
        running = text_of(client, one)
        assert "模拟阶段" in running
        assert "取消模拟" in running
        work()
        assert "已核验" in text_of(client, one)
    compared = text_of(client, f"/rounds/{stage.round.id}/scenarios/compare")
    assert "(-1)" in compared
    assert "模拟，不会公布" in compared
    assert compared.count("<figure") == 6
    assert "读取考生数据的时间不同" not in compared
    changes = text_of(client, f"/rounds/{stage.round.id}/scenarios/changes?base={first.id}&other={second.id}")
    assert "2 名考生的结果不同" in changes
    assert "赵一" in changes
    assert "不再录取" in changes
    file = client.get(f"/rounds/{stage.round.id}/scenarios/changes?base={first.id}&other={second.id}&export=xlsx")
    rows = read_grids(file.data)[0].rows
    assert len(rows) == 3


def test_pupils_of_other_counties_are_masked(context: Flask, client: Browser) -> None:
    stage = ready()
    first = base(stage)
    other = lowered(stage, db.session.get_one(Scenario, _copy(stage, first)))
    tried(stage, first), tried(stage, other)
    neighbour = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    sign_in(client, neighbour)
    page = text_of(client, f"/rounds/{stage.round.id}/scenarios/changes?base={first.id}&other={other.id}")
    assert "赵一" not in page
    assert stage.applications["赵一"].applicant.candidate_number not in page
    assert "****" in page
    mine = text_of(client, f"/scenarios/{first.id}")
    assert "运行模拟" not in mine
    assert client.submit(f"/scenarios/{first.id}", {}, to=f"/scenarios/{first.id}/trials").status_code == 403


def _copy(stage: Stage, first: Scenario) -> object:
    from enrolment.rounds.scenarios import copy_scenario

    return copy_scenario(stage.actor, scenario_id=first.id, name="另一个").id


def test_a_workbook_out_and_in_changes_exactly_what_was_edited(context: Flask, client: Browser) -> None:
    stage = ready()
    first = base(stage)
    sign_in(client, stage.approver)
    address = f"/scenarios/{first.id}"
    data = client.get(f"{address}/workbook").data
    assert read_plan(data) == load(first.sheet)
    same = client.submit(address, {"file": (io.BytesIO(data), "a.xlsx"), "version": "1"}, to=f"{address}/workbook")
    assert same.status_code == 422
    assert "没有改动" in same.get_data(as_text=True)


def test_adopted_scenarios_go_to_the_plan_page(context: Flask, client: Browser) -> None:
    stage = ready()
    host = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    sign_in(client, host)
    list_page = f"/rounds/{stage.round.id}/scenarios"
    client.submit(list_page, {"name": "甲", "note": ""})
    made = scenario_named("甲")
    address = f"/scenarios/{made.id}"
    unchanged = client.submit(address, {"version": str(made.version)}, to=f"{address}/adopt")
    assert unchanged.status_code == 422
    rules = {"ties": "lottery", "checks": "before", "floors": "guarantee", "opening": "optimal", "adjustment": "off"}
    numbers = {**rules, "version": str(made.version), f"seats-{stage.first.code}-{QP}": "2"}
    assert client.submit(address, numbers, to=f"{address}/numbers").status_code == 303
    made = scenario_named("甲")
    answer = client.submit(address, {"version": str(made.version)}, to=f"{address}/adopt")
    plan = db.session.scalars(select(Plan).where(Plan.number == 2)).one()
    assert answer.headers["Location"].endswith(f"/plans/{plan.id}")
    assert "招生计划第 2 版" in text_of(client, address)


def test_strangers_find_no_scenario_and_no_trial(context: Flask, client: Browser) -> None:
    stage = ready()
    trial = tried(stage, base(stage))
    assert trial.state is TrialState.SOUND
    for role in (Role.SCHOOL_ADMISSIONS, Role.APPLICANT):
        office = stage.school.organisation if role is Role.SCHOOL_ADMISSIONS else None
        sign_in(client, account(role, office))
        for address in (
            f"/scenarios/{trial.scenario_id}",
            f"/trials/{trial.id}",
            f"/rounds/{stage.round.id}/scenarios",
        ):
            assert client.get(address).status_code == 403
    sign_in(client, stage.approver)
    for address in (f"/scenarios/{trial.id}", f"/trials/{trial.scenario_id}", f"/rounds/{trial.id}/scenarios"):
        text_of(client, address, 404)
    text_of(client, f"/rounds/{stage.round.id}/scenarios/compare?scenario={trial.id}", 404)
    english = client.get(f"/trials/{trial.id}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert str(db.session.get_one(Trial, trial.id).assignment_sha256) in english
