"""The family's pages from start to receipt, as a phone sees them."""

import datetime as dt
import io

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from enrolment.applications.models import (
    Applicant,
    ApplicationState,
    Consent,
)
from enrolment.applications.records import newest_version, version_in_force
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.pages import ZH, as_guardian, as_pupil, newest, page, photo, text
from tests.enrolment.applications.scene import Scene, scene
from tests.factories import QP, WJ, account, organisation, sign_in


def test_a_family_applies(world: Scene, client: Browser, phone: Browser) -> None:
    pupil = as_pupil(client, world)
    assert "开始报名" in page(pupil, "/application")
    opened = pupil.submit("/application", {}, to=f"/application/{world.child.id}/open")
    assert opened.status_code == 303
    home = f"/applications/{newest(world).id}"
    tasks = page(pupil, f"{home}/tasks")
    assert "您还没有提交" in tasks
    assert "暂不能开始" in tasks

    shown = page(pupil, f"{home}/identity")
    assert world.child.document_number not in shown
    assert "欧阳〇𬭎" in shown
    assert pupil.submit(f"{home}/identity", {}).status_code == 303

    for kind in ("identity", "household"):
        sent = pupil.submit(f"{home}/papers/{kind}", {"file": photo()}, content_type="multipart/form-data")
        assert sent.status_code == 303, text(sent)
    assert page(pupil, f"{home}/papers").count(">已上传<") == 2
    shown_paper = pupil.get(f"/papers/{newest(world).applicant.papers[0].id}/content")
    assert shown_paper.headers["Content-Disposition"].startswith("inline; filename=")

    offered = page(pupil, f"{home}/programmes")
    assert world.near.code in offered
    assert world.shut.code not in offered
    for one in (world.near, world.far):
        added = pupil.submit(f"{home}/programmes", {"programme_id": one.id}, to=f"{home}/choices/add")
        assert added.status_code == 303
    moved = pupil.submit(f"{home}/choices", {"action": "up", "rank": "2"}, to=f"{home}/choices/move")
    assert moved.status_code == 303
    after = page(pupil, f"{home}/choices")
    assert "现在是第 1 志愿" in after
    assert after.index(world.far.code) < after.index(world.near.code)
    saved = pupil.submit(f"{home}/choices", {"accepts": "yes"}, to=f"{home}/choices/adjustment")
    assert saved.status_code == 303

    assert "已完成 4/5 项" in page(pupil, f"{home}/tasks")
    check = page(pupil, f"{home}/check")
    assert check.count("back=check") >= 4
    assert "提交报名" in check
    assert pupil.submit(f"{home}/check", {}, to=f"{home}/send").status_code == 303
    waiting = page(pupil, home)
    assert "还差一步：等待监护人确认" in waiting
    assert "再次通知监护人" in waiting

    parent = as_guardian(phone, world)
    assert parent.get("/application", headers=ZH).status_code == 302
    notice = page(parent, f"{home}/confirm")
    assert "告知书全文" in notice
    assert "checked" not in notice
    assert "填写志愿" not in notice or world.far.code in notice
    empty = parent.submit(f"{home}/confirm", {})
    assert empty.status_code == 422
    assert "错误：" in text(empty)
    ticks = {"personal_data": "y", "sensitive_data": "y", "application": "y", "notice_version": "2026-1"}
    assert parent.submit(f"{home}/confirm", {**ticks, "notice_version": "2020-1"}).status_code == 422
    assert parent.submit(f"{home}/confirm", ticks).status_code == 303

    receipt = page(pupil, home)
    number = version_in_force(newest(world)).receipt_number
    assert number is not None
    assert number in receipt
    assert "报名已提交" in receipt
    assert "您还没有提交" not in receipt
    assert "在您重新提交之前，现在这份报名一直有效" in receipt
    assert "欧阳〇𬭎" in page(pupil, f"{home}/versions/1")
    pdf = pupil.get(f"{home}/versions/1/receipt.pdf")
    assert pdf.mimetype == "application/pdf"
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.data)).pages)
    assert number in words
    assert "欧阳〇𬭎" in words.replace("\n", "")


def test_before_sending_every_page_says_so(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.ready().id}"
    pages = ("", "/tasks", "/identity", "/guardians", "/guardians/new", "/papers", "/papers/identity", "/choices")
    for address in (*pages, "/programmes", "/check"):
        assert "您还没有提交" in page(pupil, home + address), address


def test_progress_is_kept_on_the_server(world: Scene, client: Browser, phone: Browser) -> None:
    home = f"/applications/{world.ready().id}"
    first = page(as_pupil(client, world), f"{home}/tasks")
    second = page(as_pupil(phone, world), f"{home}/tasks")
    assert "已完成 4/5 项" in first
    assert "已完成 4/5 项" in second


def test_changes_from_the_check_page_return_there(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.ready().id}"
    back = pupil.submit(f"{home}/identity?back=check", {})
    assert back.headers["Location"].endswith("/check")
    back = pupil.submit(f"{home}/choices?back=check", {"accepts": "no"}, to=f"{home}/choices/adjustment?back=check")
    assert back.headers["Location"].endswith("/check")
    hostile = pupil.submit(f"{home}/identity?back=//evil", {})
    assert hostile.headers["Location"].endswith("/tasks")


def test_a_stranger_finds_nothing(world: Scene, client: Browser) -> None:
    application = world.submitted()
    paper = world.child.papers[0]
    other, _parent = make.family(world.in_round, QP)
    sign_in(client, db.session.get_one(Account, other.account_id))
    home = f"/applications/{application.id}"
    gets = (
        "", "/tasks", "/identity", "/check", "/guardians", "/guardians/new", "/papers", "/papers/identity",
        "/choices", "/programmes", "/withdraw", "/versions/1", "/versions/1/receipt.pdf",
    )  # fmt: skip
    for address in gets:
        assert client.get(home + address).status_code == 404, address
    assert client.get(f"{home}/guardians/{world.parent.id}").status_code == 404
    assert client.get(f"/papers/{paper.id}/content").status_code == 404
    posts = (
        "/send", "/take-back", "/remind", "/change", "/correct", "/take-up-again", "/choices/move", "/choices/add"
    )  # fmt: skip
    for address in posts:
        fields = {"version": "1", "rank": "1", "action": "up", "programme_id": str(world.near.id)}
        answer = client.submit("/application", fields, to=home + address)
        assert answer.status_code == 404, address


def test_staff_without_scope_find_nothing(world: Scene, client: Browser) -> None:
    application = world.submitted()
    office = organisation(OrganisationKind.COUNTY, WJ, "乙区教育局")
    sign_in(client, account(Role.COUNTY_OFFICER, office))
    assert client.get(f"/applications/{application.id}/versions/1").status_code == 404
    assert client.get(f"/papers/{world.child.papers[0].id}/content").status_code == 404
    assert client.get(f"/applications/{application.id}").status_code == 403


def test_the_own_county_reads_the_receipt(world: Scene, client: Browser) -> None:
    application = world.submitted()
    sign_in(client, account(Role.COUNTY_OFFICER, world.bureau))
    assert "报名回执" in page(client, f"/applications/{application.id}/versions/1")
    assert client.submit("/cycles", {"version": "1"}, to=f"/applications/{application.id}/send").status_code == 403


def test_hidden_fields_change_nothing(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    application = world.ready()
    home = f"/applications/{application.id}"
    extra = {
        "state": "passed",
        "applicant_id": str(world.parent.id),
        "name": "张三",
        "county": WJ,
        "bonus": "100",
        "tags": "面试合格",
        "receipt_number": "HZ1",
        "confirmed_by_id": str(world.parent.id),
        "submitted_at": "2026-01-01",
        "account_id": str(world.parent.account_id),
        "correct_by": "2030-01-01",
        "open_items": "choices",
    }
    assert pupil.submit(f"{home}/identity", extra).status_code == 303
    assert pupil.submit(f"{home}/check", extra, to=f"{home}/send").status_code == 303
    fields = {**extra, "name": "王秀英", "relation": "52", "phone": "13800000002"}
    assert pupil.submit(f"{home}/guardians/new", fields).status_code == 303
    changed = newest(world)
    child = db.session.get_one(Applicant, world.child.id)
    assert changed.state is ApplicationState.DRAFT
    assert (child.name, child.county, child.bonus, child.tags) == ("欧阳〇𬭎", QP, 0, [])
    waiting = newest_version(changed)
    assert (waiting.receipt_number, waiting.confirmed_by_id, waiting.submitted_at) == (None, None, None)
    added = next(one for one in child.guardians if one.name == "王秀英")
    assert added.applicant_id == child.id
    assert added.account_id not in (child.account_id, world.parent.account_id)


def test_withdrawing_is_a_page_of_its_own(world: Scene, client: Browser) -> None:
    application = world.submitted()
    pupil = as_pupil(client, world)
    home = f"/applications/{application.id}"
    shown = page(pupil, f"{home}/withdraw")
    assert "不再参加本轮录取" in shown
    assert pupil.submit(f"{home}/withdraw", {}).status_code == 303
    assert "已撤回" in page(pupil, home)
    assert "恢复报名" in page(pupil, home)
    assert pupil.submit(home, {}, to=f"{home}/take-up-again").status_code == 303
    assert "您还没有提交" in page(pupil, f"{home}/tasks")


def test_after_closing_everything_is_still_readable(world: Scene, client: Browser, phone: Browser) -> None:
    application = world.submitted()
    pupil = as_pupil(client, world)
    home = f"/applications/{application.id}"
    with housekeeping():
        for one in world.in_round.cycle.windows:
            one.closes_at = clock.now() - dt.timedelta(seconds=1)
    shown = page(pupil, home)
    assert "修改志愿" not in shown
    assert "撤回报名" not in shown
    assert pupil.submit(home, {}, to=f"{home}/change").status_code in (400, 422)
    assert pupil.get(f"{home}/versions/1/receipt.pdf").status_code == 200


def test_the_guardian_sends_back(world: Scene, client: Browser, phone: Browser) -> None:
    application = world.send(world.ready())
    parent = as_guardian(phone, world)
    home = f"/applications/{application.id}"
    assert parent.submit(f"{home}/send-back", {"comment": ""}).status_code == 422
    assert parent.submit(f"{home}/send-back", {"comment": "先看学费 <b>"}).status_code == 303
    shown = page(as_pupil(client, world), f"{home}/tasks")
    assert "监护人请您修改：先看学费 &lt;b&gt;" in shown


def test_the_guardian_fills_in_when_the_child_has_no_phone(world: Scene, phone: Browser) -> None:
    parent = as_guardian(phone, world)
    assert "开始报名" in page(parent, "/application")
    opened = parent.submit("/application", {}, to=f"/application/{world.child.id}/open")
    assert "正在为 欧阳〇𬭎" in page(parent, opened.headers["Location"])


def test_the_pupil_does_not_reach_the_guardians_pages(world: Scene, client: Browser) -> None:
    application = world.send(world.ready())
    pupil = as_pupil(client, world)
    for address in ("confirm", "consent", "send-back", "withdraw-consent"):
        assert pupil.get(f"/applications/{application.id}/{address}").status_code == 403


def test_under_fourteen_the_notice_comes_first(context: Flask, client: Browser, phone: Browser) -> None:
    today = clock.today()
    world = scene(born=dt.date(today.year - 13, today.month, 1))
    application = world.open()
    pupil, parent = as_pupil(client, world), as_guardian(phone, world)
    home = f"/applications/{application.id}"
    assert "未满 14 周岁" in page(pupil, f"{home}/papers")
    early = pupil.submit(f"{home}/papers/identity", {"file": photo()}, content_type="multipart/form-data")
    assert early.status_code == 422
    assert "告知书" in text(early)
    ticks = {"personal_data": "y", "notice_version": "2026-1-u14"}
    assert parent.submit(f"{home}/consent", ticks).status_code == 422
    agreed = parent.submit(f"{home}/consent", {**ticks, "sensitive_data": "y"})
    assert agreed.status_code == 303
    assert db.session.scalars(select(Consent.notice_version)).all() == ["2026-1-u14"] * 2
    sent = pupil.submit(f"{home}/papers/identity", {"file": photo()}, content_type="multipart/form-data")
    assert sent.status_code == 303


def test_taking_the_consent_back(world: Scene, phone: Browser) -> None:
    application = world.submitted()
    parent = as_guardian(phone, world)
    home = f"/applications/{application.id}"
    assert "撤回对" in page(parent, f"{home}/withdraw-consent")
    assert parent.submit(f"{home}/withdraw-consent", {}).status_code == 303
    assert newest(world).state is ApplicationState.WITHDRAWN
    assert "没有生效的同意" in page(parent, f"{home}/withdraw-consent")


def test_nobody_without_children_sees_anything(context: Flask, client: Browser) -> None:
    sign_in(client, account(Role.GUARDIAN))
    assert "还没有对应的考生" in page(client, "/application")
