"""Guardians, choices and papers on the family's pages: good, bad and hostile answers."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import select

from core import clock
from core.accounts.models import Account, AccountState
from core.db import db, housekeeping
from core.notices.models import Notice
from core.words import Words
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Application,
    ApplicationState,
    Paper,
    PaperKind,
    PaperState,
)
from enrolment.applications.records import newest_version
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.pages import ZH, as_guardian, as_pupil, newest, page, photo, text
from tests.enrolment.applications.scene import Scene
from tests.factories import QP, WJ, sign_in


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
