"""A pupil and a guardian apply on two phones, from the activation slip to the receipt."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.access import Organisation, OrganisationKind
from core.db import db
from core.notices.models import Notice
from enrolment.applications import slips
from enrolment.applications.models import Applicant
from enrolment.cycles.models import Round
from tests.browser import Visitor
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.factories import JS, QP, WJ, organisation, programme, school

pytestmark = pytest.mark.browser
PUPIL_SECRET = "湖边的三只白鹭飞过"
GUARDIAN_SECRET = "晒秋的柿子和老井"

NewVisitor = Callable[..., Visitor]


class World:
    """A county with a plan, a pupil who holds a slip, and nobody else."""

    def __init__(self) -> None:
        self.round: Round = make.open_round()
        self.bureau: Organisation = organisation(OrganisationKind.COUNTY, QP, "青浦区教育局")
        here, there = school(QP, name="青浦甲职业学校"), school(WJ, name="吴江乙职业学校")
        third = school(JS, name="嘉善丙职业学校")
        offers = [
            (programme(here, "710201"), {QP: 12}),
            (programme(there, "660103", college="460104"), {QP: 6}),
            (programme(third, "740101"), {QP: 8}),
            (programme(there, "630101"), {QP: 0, WJ: 9}),
        ]
        make.plan(self.round, offers)
        self.child: Applicant = make.applicant(
            self.round.cycle, QP, name="欧阳〇𬭎", with_account=False, junior_school="第一初级中学"
        )
        officer = actor_for(make.officer(self.bureau))
        (self.slip,) = slips.issue_slips(officer, cycle_id=self.round.cycle_id)

    @property
    def last_four(self) -> str:
        return self.child.document_number[-4:]

    def guardian_code(self) -> str:
        """What the guardian's phone received."""
        db.session.rollback()
        query = select(Notice).where(Notice.template == "applications.guardian_invited")
        return str(db.session.scalars(query).one().facts["code"])


@pytest.fixture
def world(context: Flask) -> World:
    return World()


def photo(folder: Path, words: str) -> Path:
    picture = Image.new("RGB", (900, 600), "#f4f1ea")
    ImageDraw.Draw(picture).text((60, 60), words, fill="#333333")
    path = folder / f"{words}.jpg"
    picture.save(path, "JPEG")
    return path


def activate(visitor: Visitor, code: str, last_four: str, secret: str) -> None:
    page = visitor.open("/activate")
    page.get_by_label("激活码").fill(code)
    page.get_by_label("证件号码后四位").fill(last_four)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_label("新密码", exact=True).fill(secret)
    page.get_by_label("再输入一次新密码").fill(secret)
    page.locator("main form button[type=submit]").first.click()


def click(page: Page, name: str, *, role: str = "button") -> None:
    page.get_by_role(role, name=name).first.click()


def test_a_family_applies_on_two_phones(world: World, new_visitor: NewVisitor, tmp_path: Path) -> None:
    pupil, parent = new_visitor(), new_visitor()
    _apply(world, pupil, parent, tmp_path, look=True)


def test_the_same_with_scripts_off(world: World, new_visitor: NewVisitor, tmp_path: Path) -> None:
    pupil, parent = new_visitor(scripts=False), new_visitor(scripts=False)
    _apply(world, pupil, parent, tmp_path, look=False)


def _apply(world: World, pupil: Visitor, parent: Visitor, folder: Path, *, look: bool) -> None:
    def see(visitor: Visitor, name: str) -> None:
        if look:
            visitor.look(f"apply-{name}", languages=("zh",))

    page = pupil.open("/timetable")
    see(pupil, "01-timetable")
    activate(pupil, world.slip.code, world.last_four, PUPIL_SECRET)
    page = pupil.open("/application")
    see(pupil, "02-mine")
    click(page, "开始报名")
    expect(page.get_by_text("您还没有提交")).to_be_visible()
    expect(page.get_by_text("已完成 0/5 项")).to_be_visible()
    see(pupil, "03-tasks")

    click(page, "核对个人信息", role="link")
    expect(page.get_by_text("欧阳〇𬭎").first).to_be_visible()
    see(pupil, "04-identity")
    click(page, "信息无误，继续")

    click(page, "监护人信息", role="link")
    see(pupil, "05-guardians-empty")
    click(page, "填写监护人", role="link")
    click(page, "保存监护人")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title().startswith("错误：")
    see(pupil, "06-guardian-errors")
    page.get_by_label("监护人姓名").fill("欧阳建国")
    page.get_by_label("是考生的").select_option("51")
    page.get_by_label("监护人手机号").fill("139 0000 0001")
    click(page, "保存监护人")
    expect(page.get_by_text("139****0001")).to_be_visible()
    see(pupil, "07-guardians")
    click(page, "继续", role="link")

    click(page, "上传材料", role="link")
    see(pupil, "08-papers")
    for word in ("身份证", "户口簿"):
        click(page, word, role="link")
        page.get_by_label("选择照片或 PDF").set_input_files(photo(folder, word))
        if word == "身份证":
            see(pupil, "09-paper")
            page.get_by_label("选择照片或 PDF").set_input_files(photo(folder, word))
        click(page, "上传")
        expect(page.locator(".task-list li").filter(has_text=word).get_by_text("已上传")).to_be_visible()
    see(pupil, "10-papers-done")
    click(page, "继续", role="link")

    click(page, "填写志愿", role="link")
    see(pupil, "11-choices-empty")
    click(page, "添加志愿", role="link")
    see(pupil, "12-programmes")
    expect(page.locator("section h2")).to_have_count(3)
    page.locator("section").filter(has_text="吴江乙职业学校").get_by_role("button").click()
    click(page, "添加志愿", role="link")
    page.locator("section").filter(has_text="青浦甲职业学校").get_by_role("button").click()
    expect(page.locator(".choice").nth(1)).to_contain_text("青浦甲职业学校")
    _move_by_keyboard(page)
    expect(page.locator(".choice").nth(0)).to_contain_text("青浦甲职业学校")
    expect(page.get_by_text("现在是第 1 志愿")).to_be_visible()
    see(pupil, "13-choices")
    page.get_by_label("服从", exact=True).check()
    click(page, "保存并继续")
    expect(page.get_by_text("已完成 4/5 项")).to_be_visible()
    see(pupil, "14-tasks-ready")

    click(page, "检查并提交", role="link")
    see(pupil, "15-check")
    page.get_by_role("link", name=re.compile(r"更改\s*姓名")).click()
    click(page, "信息无误，继续")
    assert page.url.endswith("/check")
    click(page, "提交报名")
    expect(page.get_by_text("还差一步：等待监护人确认")).to_be_visible()
    see(pupil, "16-waiting")
    address = page.url

    activate(parent, world.guardian_code(), world.last_four, GUARDIAN_SECRET)
    theirs = parent.open("/application")
    expect(theirs.get_by_text("正在为 欧阳〇𬭎")).to_be_visible()
    see(parent, "17-guardian-home")
    click(theirs, "查看并确认报名", role="link")
    expect(theirs.get_by_role("checkbox")).to_have_count(3)
    assert not theirs.get_by_role("checkbox").first.is_checked()
    see(parent, "18-confirm")
    click(theirs, "同意并确认提交")
    expect(theirs.get_by_role("alert")).to_be_visible()
    for box in theirs.get_by_role("checkbox").all():
        box.check()
    click(theirs, "同意并确认提交")
    expect(theirs.get_by_text("报名已提交")).to_be_visible()
    see(parent, "19-guardian-receipt")

    page.goto(address)
    expect(page.get_by_text("报名已提交")).to_be_visible()
    expect(page.get_by_text("您还没有提交")).to_have_count(0)
    see(pupil, "20-receipt")
    with page.expect_download() as download:
        click(page, "下载回执（PDF）", role="link")
    assert io.BytesIO(Path(download.value.path()).read_bytes()).read(5) == b"%PDF-"
    click(page, "查看回执", role="link")
    see(pupil, "21-version")
    page.goto(address)
    click(page, "修改志愿")
    expect(page.get_by_text("在您重新提交之前，现在这份报名一直有效").first).to_be_visible()
    see(pupil, "22-changing")


def _move_by_keyboard(page: Page) -> None:
    """上移 without a mouse: focus the button, press Enter."""
    up = page.locator(".choice").nth(1).get_by_role("button", name="上移")
    up.focus()
    page.keyboard.press("Enter")
