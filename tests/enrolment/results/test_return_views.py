"""The pages of 退档 and of late lists, for school, bureau and strangers."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.db import db
from enrolment.rounds.models import FileReturn, Run, RunState, TakenList
from tests.client import Browser
from tests.enrolment.results.test_returning import placement_of
from tests.enrolment.rounds.stage import ready, solved
from tests.factories import JS, WJ, account, organisation, school, sign_in


def page(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return answer.get_data(as_text=True)


def test_from_the_deadline_to_the_decision(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    admissions = account(Role.SCHOOL_ADMISSIONS, stage.school.organisation)
    sign_in(client, admissions)
    assert "赵一" not in page(client, "/returns")
    sign_in(client, stage.approver)
    window = f"/runs/{run.id}/return-window"
    assert "退档" in page(client, f"/runs/{run.id}")
    past = clock.now().astimezone(clock.BEIJING) - dt.timedelta(hours=1)
    assert client.submit(window, {"until": f"{past:%Y-%m-%dT%H:%M}"}).status_code == 422
    until = past + dt.timedelta(hours=3)
    assert client.submit(window, {"until": f"{until:%Y-%m-%dT%H:%M}"}).status_code == 303
    assert "等待办理" in page(client, window)
    sign_in(client, admissions)
    listed = page(client, "/returns")
    assert "赵一" in listed
    assert "孙三" not in listed
    form = f"/returns/new/{placement_of(run, '赵一').id}"
    assert client.submit(form, {"code": "health"}).status_code == 422
    assert client.submit(form, {"code": "health", "note": "复查色弱"}).status_code == 303
    assert "已提出退档" in page(client, "/returns")
    asked = db.session.scalars(select(FileReturn)).one()
    sign_in(client, stage.colleague)
    decision = f"/returns/{asked.id}"
    assert "复查色弱" in page(client, decision)
    assert client.submit(decision, {"decision": "refuse", "answer": ""}).status_code == 422
    assert client.submit(decision, {"decision": "confirm", "answer": ""}).status_code == 303
    assert "已确认退档" in page(client, decision)
    english = client.get("/returns", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "health limits" in english


def test_strangers_find_no_file_and_no_return(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    from tests.enrolment.results.test_returning import returned

    asked = returned(stage, run)
    target = placement_of(run, "钱二").id
    sign_in(client, account(Role.SCHOOL_ADMISSIONS, school(JS, name="丙职校").organisation))
    assert "钱二" not in page(client, "/returns")
    page(client, f"/returns/new/{target}", 404)
    sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, WJ)))
    page(client, f"/returns/{asked.id}", 404)
    sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS)))
    host = page(client, f"/returns/{asked.id}")  # the host bureau sees it, without the name, and does not decide
    assert "赵一" not in host
    assert "保存处理意见" not in host
    assert client.submit(f"/returns/{asked.id}", {"decision": "confirm"}).status_code == 422


def test_a_pasted_list_is_loaded_and_the_run_superseded(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    sign_in(client, stage.approver)
    address = f"/rounds/{stage.round.id}/taken"
    county = stage.applications["赵一"].applicant.county
    number = stage.applications["赵一"].applicant.candidate_number
    wrong = client.submit(address, {"county": county, "batch": "提前批", "numbers": "000"})
    assert wrong.status_code == 422
    assert "名单没有载入" in wrong.get_data(as_text=True)
    good = {"county": county, "batch": "提前批", "numbers": f"{number}\r\n"}
    assert client.submit(address, good).status_code == 303
    loaded = db.session.scalars(select(TakenList)).one()
    assert loaded.sha256[:16] in page(client, address)
    assert db.session.get_one(Run, run.id).state is RunState.SUPERSEDED
    assert "已被新的计算替代" in page(client, f"/runs/{run.id}")
    assert client.submit(address, good).status_code == 422
