"""Plan, review and school pages in a real browser: paste into the grid, upload, preview, batch (T32, T35, X21)."""

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from core.access import Role
from core.db import db, housekeeping
from core.files.models import StoredFile
from core.files.operations import file_store
from enrolment.plans import operations
from enrolment.plans.models import Plan
from enrolment.plans.sheet import write_plan
from enrolment.reviews import claims
from registry.schools.models import SchoolYear
from tests.browser import DESKTOP
from tests.enrolment.plans.plan_samples import world
from tests.enrolment.plans.sheet_samples import changed
from tests.enrolment.reviews.review_samples import desk
from tests.factories import QP, WJ, account, programme, school
from tests.journeys.conftest import NewVisitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PASTE = """
(input, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}
"""


def workbook(data: bytes) -> Any:
    return {"name": "PLAN.xlsx", "mimeType": XLSX, "buffer": data}


def test_a_workbook_with_faults_then_a_good_one_then_the_grid(
    app: Flask, context: Flask, new_visitor: NewVisitor
) -> None:
    at = world()
    visitor = new_visitor(size=DESKTOP)
    visitor.sign_in(app, at.officers[QP])
    page = visitor.open("/plans/import")
    visitor.look("plan-import")
    page.set_input_files("#file", workbook(changed(at.sheet, "计划数", {"C2": "十", "B4": "东海县"})))
    page.get_by_role("button", name="上传并检查").click()
    visitor.look("plan-faults", languages=("zh",))
    page.set_input_files("#file", workbook(write_plan(at.sheet)))
    page.get_by_role("button", name="上传并检查").click()
    visitor.look("plan-check", languages=("zh",))
    page.get_by_role("button", name="导入为草稿").click()
    visitor.look("plan-draft")
    db.session.rollback()
    plan = db.session.scalars(select(Plan)).one()

    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    cell = page.locator("[data-grid] input.grid-input").first
    cell.focus()
    cell.evaluate(_PASTE, "11\t12\t13\n14\t15\t16")
    assert page.locator("[data-row-total]").first.text_content() == "36"
    assert page.locator("input.is-changed").count() == 6
    page.keyboard.press("ArrowDown")
    page.keyboard.type("20")
    page.get_by_role("button", name="保存计划数").click()
    db.session.rollback()
    own = [row for row in plan.programmes if row.programme.school.county == QP]
    assert sorted(c.seats for row in own for c in row.cells) == [11, 12, 13, 15, 16, 20]


def test_versions_and_steps_are_looked_at(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    at = world()
    plan = operations.import_plan(at.officer(), round_id=at.round_id, sheet=at.sheet, source=b"file")
    operations.report(at.officer(), plan_id=plan.id, version=plan.version)
    second = operations.revise(at.officer(), plan_id=plan.id)
    own = next(r for r in second.programmes if r.programme.school.county == QP)
    copied = next(c for c in own.cells if c.county == WJ)
    operations.change_cells(at.officer(), plan_id=second.id, version=second.version, seats={copied.id: 25})
    operations.report(at.officer(), plan_id=second.id, version=second.version)
    visitor = new_visitor()
    visitor.sign_in(app, at.approvers[WJ])
    visitor.open("/plans")
    visitor.look("plan-versions")
    visitor.open(f"/plans/{second.id}")
    visitor.look("plan-reported")
    visitor.open(f"/plans/{second.id}/return")
    visitor.look("plan-return")


def test_the_review_desk(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    at = desk()
    first = at.submitted(name="甲生")
    at.submitted(name="乙生")
    claims.claim(at.officer, application_id=first.id)
    visitor = new_visitor(size=DESKTOP)
    visitor.sign_in(app, at.first)
    visitor.open("/reviews")
    visitor.look("review-list")
    visitor.open("/reviews/batch")
    visitor.look("review-batch")
    visitor.open("/reviews/figures")
    visitor.look("review-figures")
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "#9db8cf").save(picture, "JPEG")
    with housekeeping() as session:
        for paper in first.applicant.papers:
            session.get_one(StoredFile, paper.file_id).sha256 = file_store().put(picture.getvalue())
    page = visitor.open(f"/reviews/{first.id}")
    page.locator("#paper-identity").focus()
    page.keyboard.press("j")
    assert page.locator("#paper-household").evaluate("one => one === document.activeElement")
    for key in ("+", "r"):
        page.keyboard.press(key)
    seen = page.locator("#paper-household img")
    assert seen.evaluate("one => [one.style.width, one.style.rotate]") == ["150%", "90deg"]
    page.keyboard.press("0")
    assert seen.evaluate("one => [one.style.width, one.style.rotate]") == ["", ""]
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.textContent.trim()") == "退回补正"
    page.locator("#paper-identity").get_by_role("button", name="旋转").click()
    visitor.look("review-held")
    visitor.open(f"/reviews/{first.id}/refuse")
    visitor.look("review-refuse")
    page = visitor.open(f"/reviews/{first.id}/return")
    page.get_by_label("身份证照片不清楚").check()
    page.get_by_role("button", name="预览考生看到的话").click()
    visitor.look("review-return", languages=("zh",))


def test_a_school_keeps_its_own_page(app: Flask, context: Flask, new_visitor: NewVisitor) -> None:
    mine = school(QP, name="本校")
    one = programme(mine, college="510201")
    year = db.session.scalars(select(SchoolYear)).one()
    visitor = new_visitor()
    visitor.sign_in(app, account(Role.SCHOOL_ADMISSIONS, mine.organisation))
    for name, path in (
        ("own-school", f"/own-schools/{mine.id}"),
        ("own-arrival", f"/own-schools/arrival/{year.id}"),
        ("own-programme", f"/own-schools/programmes/{one.id}"),
    ):
        visitor.open(path)
        visitor.look(name)
