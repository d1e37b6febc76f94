"""The family's pages from start to receipt, as a phone sees them."""

import datetime as dt
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from core import clock
from core.access import OrganisationKind, Role
from core.accounts.models import Account, AccountState
from core.db import db, housekeeping
from core.notices.models import Notice
from core.words import Words
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Application,
    ApplicationState,
    Consent,
    Paper,
    PaperKind,
    PaperState,
)
from enrolment.applications.records import newest_version, version_in_force
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, scene
from tests.factories import QP, WJ, account, organisation, sign_in

ZH = {"Accept-Language": "zh", "Referer": "https://localhost"}


@pytest.fixture
def world(context: Flask) -> Scene:
    return scene()


@pytest.fixture
def phone(app: Flask) -> Browser:
    """A second browser: the guardian's phone."""
    return Browser(app, app.response_class, use_cookies=True)


def text(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def as_pupil(client: FlaskClient, world: Scene) -> Browser:
    sign_in(client, db.session.get_one(Account, world.child.account_id))
    assert isinstance(client, Browser)
    return client


def as_guardian(client: FlaskClient, world: Scene) -> Browser:
    sign_in(client, db.session.get_one(Account, world.parent.account_id))
    assert isinstance(client, Browser)
    return client


def photo() -> tuple[io.BytesIO, str]:
    stream = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(stream, "JPEG")
    stream.seek(0)
    return stream, "photo.jpg"


def newest(world: Scene) -> Application:
    db.session.expire_all()
    return db.session.scalars(select(Application).where(Application.applicant_id == world.child.id)).one()


def page(client: Browser, address: str) -> str:
    answer = client.get(address, headers=ZH)
    assert answer.status_code == 200, (address, answer.status_code, text(answer)[:300])
    return text(answer)


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


def test_a_guardian_without_account_gets_one(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    fields = {"name": "王秀英", "relation": "52", "phone": "１３８ ００００ ０００３"}
    assert pupil.submit(f"{home}/guardians/new", fields).status_code == 303
    added = db.session.scalars(select(ApplicantGuardian).where(ApplicantGuardian.relation == "52")).one()
    assert added.phone == "13800000003"
    opened = db.session.get_one(Account, added.account_id)
    assert opened.state is AccountState.PENDING
    told = db.session.scalars(select(Notice).where(Notice.account_id == opened.id)).one()
    assert told.template == "applications.guardian_invited"
    assert "13800000003" not in page(pupil, f"{home}/guardians")


def test_one_phone_serves_several_children(world: Scene, client: Browser) -> None:
    sibling, _other = make.family(world.in_round, QP, name="欧阳小二")
    with housekeeping():
        db.session.get_one(Account, world.parent.account_id).phone = "13900000001"
    sign_in(client, db.session.get_one(Account, sibling.account_id))
    opened = client.submit("/application", {}, to=f"/application/{sibling.id}/open")
    home = re.sub("/tasks$", "", opened.headers["Location"])
    fields = {"name": "欧阳建国", "relation": "51", "phone": "13900000001"}
    clash = client.submit(f"{home}/guardians/new", fields)
    assert clash.status_code == 422
    added = client.submit(f"{home}/guardians/new", {**fields, "phone": "139 0000 0009"})
    assert added.status_code == 303
    with housekeeping():
        db.session.get_one(Account, world.parent.account_id).phone = "13900000008"
    first = db.session.scalars(select(ApplicantGuardian).where(ApplicantGuardian.applicant_id == sibling.id)).first()
    assert first is not None
    changed = client.submit(f"{home}/guardians/{first.id}", {**fields, "phone": "13900000008"})
    assert changed.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(ApplicantGuardian, first.id).account_id == world.parent.account_id


def test_the_switcher_shows_both_children(world: Scene, phone: Browser) -> None:
    sibling = make.applicant(world.in_round.cycle, QP, name="欧阳小二")
    make.guardian(sibling, owner=db.session.get_one(Account, world.parent.account_id))
    parent = as_guardian(phone, world)
    shown = page(parent, "/application")
    assert "欧阳小二" in shown
    assert "欧阳〇𬭎" in shown
    assert "您为 2 个孩子办理" in shown
    opened = parent.submit("/application", {}, to=f"/application/{sibling.id}/open")
    assert "正在为 欧阳小二" in page(parent, opened.headers["Location"])


def test_the_pupils_own_phone_is_pointed_out(world: Scene, client: Browser) -> None:
    with housekeeping():
        db.session.get_one(Applicant, world.child.id).phone = "13700000000"
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    fields = {"name": "王秀英", "relation": "52", "phone": "13700000000"}
    warned = pupil.submit(f"{home}/guardians/new", fields)
    assert warned.status_code == 422
    assert "这是考生自己的手机号" in text(warned)
    assert pupil.submit(f"{home}/guardians/new", {**fields, "shared_phone": "y"}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "relation": "", "phone": ""}, "请填写监护人姓名"),
        ({"name": "王秀英", "relation": "52", "phone": "1380000"}, "手机号码应为 11 位，您填写了 7 位"),
        ({"name": "王秀英", "relation": "52", "phone": "02100000000"}, "手机号码应以 13 至 19 开头"),
        ({"name": "王9英", "relation": "52", "phone": "13800000003"}, "第 2 个字符"),
        ({"name": "王秀英", "relation": "00", "phone": "13800000003"}, "请选择监护人与考生的关系"),
        ({"name": "<script>", "relation": "52", "phone": "13800000003"}, "第 1 个字符"),
        ({"name": "王" * 80, "relation": "52", "phone": "13800000003"}, "姓名最多 50 个字"),
    ],
)
def test_bad_guardians_are_told_what_to_mend(
    world: Scene, client: Browser, fields: dict[str, str], sentence: str
) -> None:
    pupil = as_pupil(client, world)
    answer = pupil.submit(f"/applications/{world.open().id}/guardians/new", fields)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "错误：" in text(answer)
    assert "<script>" not in text(answer).replace('<script type="module"', "")


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "up", "rank": "1"},
        {"action": "down", "rank": "2"},
        {"action": "remove", "rank": "9"},
        {"action": "remove", "rank": "-1"},
        {"action": "remove", "rank": "x"},
        {"action": "explode", "rank": "1"},
        {"rank": "1"},
        {},
    ],
)
def test_senseless_moves_are_refused(world: Scene, client: Browser, fields: dict[str, str]) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.ready().id}"
    assert pupil.submit(f"{home}/choices", fields, to=f"{home}/choices/move").status_code == 422
    assert [one.rank for one in newest_version(newest(world)).choices] == [1, 2]


@pytest.mark.parametrize("programme", ["", "x", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"])
def test_unknown_programmes_are_not_added(world: Scene, client: Browser, programme: str) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    answer = pupil.submit(f"{home}/programmes", {"programme_id": programme}, to=f"{home}/choices/add")
    assert answer.status_code in (404, 422)


def test_a_shut_programme_cannot_be_posted(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    answer = pupil.submit(f"{home}/programmes", {"programme_id": world.shut.id}, to=f"{home}/choices/add")
    assert answer.status_code == 422
    assert "没有招生计划" in text(answer)


def test_two_tabs_are_noticed(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.ready().id}"
    stale = pupil.hidden_fields(page(pupil, f"{home}/choices"))
    moved = pupil.submit(f"{home}/choices", {"action": "down", "rank": "1"}, to=f"{home}/choices/move")
    assert moved.status_code == 303
    late = pupil.post(f"{home}/choices/move", data={**stale, "action": "remove", "rank": "1"}, headers=ZH)
    assert late.status_code == 409


def test_a_double_click_has_one_effect(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    hidden = pupil.hidden_fields(page(pupil, f"{home}/programmes"))
    fields = {**hidden, "programme_id": str(world.near.id)}
    answers = [pupil.post(f"{home}/choices/add", data=fields, headers=ZH) for _twice in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(newest_version(newest(world)).choices) == 1


def test_searching_the_programmes(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}/programmes"
    assert world.far.code not in page(pupil, f"{home}?q=甲职校")
    assert world.near.code not in page(pupil, f"{home}?county={WJ}")
    assert "没有找到" in page(pupil, f"{home}?q=没有这样的学校")
    assert page(pupil, f"{home}?q=%27%22%3Cscript%3E&county=999999&boarding=maybe")
    assert world.near.code in page(pupil, f"{home}?boarding=yes")


def test_only_over_subscribed_choices_are_warned_of(world: Scene, client: Browser) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.ready(world.near).id}"
    with clock.frozen(clock.now() - dt.timedelta(hours=2)):
        for _one in range(3):
            make.application(
                make.applicant(world.in_round.cycle, QP, with_account=False),
                world.in_round,
                [world.near],
                state=ApplicationState.SUBMITTED,
            )
    shown = page(pupil, f"{home}/choices")
    assert "您的志愿可能都录不上" in shown
    assert "%" not in re.sub(r"<[^>]*>", "", shown)
    assert world.far.school.name("zh") in shown
    assert "提交报名" in page(pupil, f"{home}/check")


def test_a_returned_paper_opens_alone(world: Scene, client: Browser) -> None:
    application = world.submitted()
    with housekeeping():
        row = db.session.get_one(Application, application.id)
        row.state, row.correct_by = ApplicationState.RETURNED, clock.now() + dt.timedelta(days=2)
        row.open_items = ["paper:identity"]
        paper = next(one for one in row.applicant.papers if one.kind is PaperKind.IDENTITY)
        paper.state, paper.reason = PaperState.RETURNED, Words("照片不清楚", "photo unclear")
    pupil = as_pupil(client, world)
    home = f"/applications/{application.id}"
    assert "照片不清楚" in page(pupil, home)
    assert "退回补正" in page(pupil, home)
    refused = pupil.submit(f"{home}/papers/household", {"file": photo()}, content_type="multipart/form-data")
    assert refused.status_code == 422
    early = pupil.submit(f"{home}/tasks", {}, to=f"{home}/correct")
    assert early.status_code == 422
    assert "没有重新上传" in text(early)
    again = pupil.submit(f"{home}/papers/identity", {"file": photo()}, content_type="multipart/form-data")
    assert again.status_code == 303
    assert pupil.submit(f"{home}/tasks", {}, to=f"{home}/correct").status_code == 303
    assert newest(world).state is ApplicationState.SUBMITTED


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.jpg", b""), ("a.jpg", b"MZ not a picture"), ("a.svg", b"<svg onload=alert(1)>"), ("", b"")],
)
def test_bad_uploads_are_refused(world: Scene, client: Browser, name: str, data: bytes) -> None:
    pupil = as_pupil(client, world)
    home = f"/applications/{world.open().id}"
    answer = pupil.submit(
        f"{home}/papers/identity", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert db.session.scalars(select(Paper)).all() == []
    assert pupil.get(f"{home}/papers/passport").status_code == 404


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
