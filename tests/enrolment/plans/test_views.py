"""The plan pages: upload with every fault at once, check and confirm, grid, steps, scope."""

import io
import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.access import OrganisationKind, Role
from core.db import db
from enrolment.plans import operations
from enrolment.plans.models import Plan
from enrolment.plans.sheet import PlanSheet, read_plan, write_plan
from enrolment.plans.states import PlanState
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.plans.plan_samples import World, with_seats, world
from tests.enrolment.plans.sheet_samples import changed
from tests.factories import JS, QP, WJ, account, organisation, school, sign_in

SITE = {"Referer": "https://localhost"}


@pytest.fixture
def at(context: Flask) -> World:
    return world()


@pytest.fixture
def officer(at: World, client: FlaskClient) -> Browser:
    sign_in(client, at.officers[QP])
    assert isinstance(client, Browser)
    return client


def imported(at: World, sheet: PlanSheet | None = None) -> Plan:
    return operations.import_plan(at.officer(), round_id=at.round_id, sheet=sheet or at.sheet, source=b"file")


def post(client: Browser, page: str, to: str, **fields: str) -> TestResponse:
    """Post to ``to`` with the tokens of ``page``; several browsers share the test's context, not their tokens."""
    g.pop("csrf_token", None)
    hidden = client.hidden_fields(client.get(page).get_data(as_text=True))
    return client.post(to, data={**hidden, **fields}, headers=SITE)


def upload(client: Browser, data: bytes, name: str = "PLAN.xlsx") -> TestResponse:
    return client.submit("/plans/import", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def test_a_workbook_is_checked_then_confirmed_without_a_second_upload(at: World, officer: Browser) -> None:
    checked = upload(officer, write_plan(at.sheet))
    page = checked.get_data(as_text=True)
    assert (checked.status_code, db.session.scalar(select(func.count()).select_from(Plan))) == (200, 0)
    assert "请核对要导入的计划" in page
    kept = re.search(r'name="workbook" value="([^"]+)"', page)
    assert kept
    done = officer.post(
        "/plans/import/confirm", data={**officer.hidden_fields(page), "workbook": kept[1]}, headers=SITE
    )
    plan = db.session.scalars(select(Plan)).one()
    assert (done.status_code, done.location) == (303, f"/plans/{plan.id}")
    assert plan.state is PlanState.DRAFT
    assert read_plan(officer.get(f"/plans/{plan.id}/workbook").data) == at.sheet


def test_every_fault_stands_in_the_table_and_nothing_is_written(at: World, officer: Browser) -> None:
    answer = upload(officer, changed(at.sheet, "计划数", {"C2": "十", "C3": -1, "B4": "东海县"}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for word in ("4 处需要改正", "十", "-1", "东海县", "计划数"):
        assert word in page
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


@pytest.mark.parametrize(("data", "name"), [(b"", "a.xlsx"), (b"<html>", "a.xlsx"), (b"PK\x03\x04", "a.xlsx")])
def test_what_is_no_workbook_is_refused_in_words(at: World, officer: Browser, data: bytes, name: str) -> None:
    answer = upload(officer, data, name)
    assert answer.status_code == 422
    assert "需要改正" in answer.get_data(as_text=True)


def test_a_forged_second_step_is_checked_again(at: World, officer: Browser) -> None:
    hidden = officer.hidden_fields(officer.get("/plans/import").get_data(as_text=True))
    for forged in ("", "???", "bm90IGEgYm9vaw=="):
        answer = officer.post("/plans/import/confirm", data={**hidden, "workbook": forged}, headers=SITE)
        assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


def test_the_grid_saves_only_own_cells(at: World, officer: Browser) -> None:
    plan = imported(at)
    page = officer.get(f"/plans/{plan.id}").get_data(as_text=True)
    shown = set(re.findall(r'name="seats-([0-9a-f-]{36})"', page))
    own = {str(cell.id) for row in plan.programmes if row.programme.school.county == QP for cell in row.cells}
    assert shown == own
    first = sorted(own)[0]
    saved = post(officer, f"/plans/{plan.id}", f"/plans/{plan.id}/cells", **{f"seats-{first}": "17"})
    assert saved.status_code == 303
    db.session.expire_all()
    assert [c.seats for row in plan.programmes for c in row.cells if str(c.id) == first] == [17]
    foreign = next(cell for row in plan.programmes if row.programme.school.county == WJ for cell in row.cells)
    refused = post(officer, f"/plans/{plan.id}", f"/plans/{plan.id}/cells", **{f"seats-{foreign.id}": "17"})
    assert refused.status_code == 403
    bad = post(officer, f"/plans/{plan.id}", f"/plans/{plan.id}/cells", **{f"seats-{first}": "1.5"})
    assert bad.status_code == 422


def test_a_stale_grid_shows_both_versions(at: World, officer: Browser) -> None:
    plan = imported(at)
    cell = next(cell for row in plan.programmes if row.programme.school.county == QP for cell in row.cells)
    page = officer.get(f"/plans/{plan.id}").get_data(as_text=True)
    operations.change_cells(at.officer(), plan_id=plan.id, version=plan.version, seats={cell.id: 15})
    stale = {**officer.hidden_fields(page), f"seats-{cell.id}": "21"}
    answer = officer.post(f"/plans/{plan.id}/cells", data=stale, headers=SITE)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "21" in text
    assert "15" in text


def test_report_return_agree_by_buttons(at: World, app: Flask) -> None:
    plan = imported(at)
    here = f"/plans/{plan.id}"
    editor, one, other, third = (Browser(app, app.response_class, use_cookies=True) for _number in range(4))
    sign_in(editor, at.officers[QP])
    for browser, county in ((one, QP), (other, WJ), (third, JS)):
        sign_in(browser, at.approvers[county])
    version = {"version": str(plan.version)}
    assert post(editor, here, f"{here}/report", **version).status_code == 303
    assert post(one, here, f"{here}/return", reason="", version=str(plan.version)).status_code == 422
    assert post(one, here, f"{here}/return", reason="总数有误", version=str(plan.version)).status_code == 303
    assert "总数有误" in editor.get(here).get_data(as_text=True)
    db.session.expire_all()
    assert post(editor, here, f"{here}/report", version=str(plan.version)).status_code == 303
    for browser in (one, other, third):
        db.session.expire_all()
        answer = post(browser, here, f"{here}/agree", version=str(plan.version))
        assert answer.status_code == 303
    db.session.expire_all()
    assert plan.state is PlanState.APPROVED
    assert post(editor, here, f"{here}/revise").status_code == 303
    assert operations.latest_plan(at.round_id).number == 2
    listed = editor.get("/plans").get_data(as_text=True)
    assert "没有不同" in listed


def test_agreeing_asks_for_a_fresh_second_factor(at: World, client: Browser) -> None:
    plan = imported(at)
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    sign_in(client, at.approvers[QP], second_factor=False)
    answer = client.post(f"/plans/{plan.id}/agree", data={}, headers=SITE)
    assert answer.status_code in (303, 400)
    db.session.expire_all()
    assert plan.agreements == []


def test_schools_see_what_is_agreed_and_families_see_no_versions(at: World, client: Browser) -> None:
    draft = imported(at)
    admissions = account(Role.SCHOOL_ADMISSIONS, school(QP).organisation)
    sign_in(client, admissions)
    assert client.get(f"/plans/{draft.id}").status_code == 404
    assert client.get(f"/plans/{draft.id}/workbook").status_code == 404
    assert "还没有招生计划" in client.get("/plans").get_data(as_text=True)
    sign_in(client, account(Role.APPLICANT))
    assert client.get("/plans").status_code == 403
    sign_in(client, account(Role.COMMITTEE, organisation(OrganisationKind.COMMITTEE)))
    assert client.get(f"/plans/{draft.id}").status_code == 200
    assert client.post(f"/plans/{draft.id}/report", headers=SITE).status_code in (400, 403)


def test_a_frozen_version_shows_its_hash_and_the_difference(at: World, officer: Browser) -> None:
    first = imported(at)
    row = next(one for one in first.programmes if one.programme.school.county == QP)
    second = imported(at, with_seats(at.sheet, row.programme.code, WJ, 12))
    operations.report(at.officer(), plan_id=second.id, version=second.version)
    for county in (QP, WJ, JS):
        operations.agree(at.approver(county), plan_id=second.id, version=second.version)
    operations.freeze(at.officer(), plan_id=second.id)
    page = officer.get(f"/plans/{second.id}").get_data(as_text=True)
    assert second.frozen_sha256 in page
    assert "与第 1 版的不同" in page
    assert "grid-changed" in page
    assert 'name="seats-' not in page


def test_the_list_needs_a_fixed_number_of_queries(at: World, officer: Browser) -> None:
    from sqlalchemy import event

    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    imported(at)
    counted.clear()
    officer.get("/plans")
    one = len(counted)
    for seats in (11, 12, 13):
        latest = operations.latest_plan(at.round_id)
        assert latest
        row = next(one for one in latest.programmes if one.programme.school.county == QP)
        imported(at, with_seats(at.sheet, row.programme.code, WJ, seats))
    counted.clear()
    db.session.expire_all()
    officer.get("/plans")
    assert len(counted) <= one + 1


def test_no_round_no_import(context: Flask, client: Browser) -> None:
    office = organisation(OrganisationKind.COUNTY, QP)
    sign_in(client, make.officer(office))
    assert client.get("/plans").status_code == 200
    assert client.get("/plans/import").status_code == 422
