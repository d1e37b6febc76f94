"""What scripts add, that it works, and that nothing is lost without them."""

import io
import random

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Route, expect

from core.access import Role, anonymous
from tests.browser import DESKTOP, Visitor
from tests.factories import account
from tests.journeys.conftest import NewVisitor

pytestmark = pytest.mark.browser

SMALL_TARGETS = """
() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility() && !one.closest("p, dd, li:not(.site-footer li)") && one.type !== "file")
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 0 && (box.width < 24 || box.height < 24) && !one.closest(".visually-hidden"))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)
"""

PASTE = """
(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const pasted = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(pasted);
}
"""
FOCUSED = """
() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const look = getComputedStyle(one);
  const box = one.getClientRects()[0];
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 20) / 2);
  const name = one.outerHTML.slice(0, 80);
  return [name, look.outlineStyle + look.outlineWidth, box.y < innerHeight && box.bottom > 0, one.contains(top)];
}
"""


def photograph() -> bytes:
    """A noisy picture of 3000 × 2000 pixels that a phone might have taken on its side."""
    noise = random.Random(7).randbytes(750 * 500 * 3)
    picture = Image.frombytes("RGB", (750, 500), noise).resize((3000, 2000))
    orientation = Image.Exif()
    orientation[0x0112] = 6
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=95, exif=orientation)
    return target.getvalue()


def test_errors_take_the_focus_and_lead_to_their_field(new_officer: NewVisitor) -> None:
    page = new_officer().open("/components")
    page.fill("#document", "31011")
    page.get_by_role("button", name="提交报名").click()
    assert page.title().startswith("错误：")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="身份证号码应为 18 位").click()
    expect(page.locator("#document")).to_be_focused()
    expect(page.locator("#document")).to_have_value("31011")


def test_everything_is_there_without_scripts(new_officer: NewVisitor) -> None:
    page = new_officer(scripts=False).open("/components?kind=school")
    page.get_by_role("button", name="提交报名").click()
    assert page.title().startswith("错误：")
    page.get_by_role("link", name="请填写姓名").click()
    expect(page.locator("#name")).to_be_focused()
    page.goto(page.url.partition("#")[0])
    page.get_by_text("更多筛选条件").click()
    expect(page.locator("#filter-kind")).to_be_visible()
    page.get_by_role("link", name="帮助").first.click()
    page.get_by_text("没有激活码怎么办").click()
    expect(page.get_by_text("旧的同时作废")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/help", "/sign-in"])
def test_the_keyboard_reaches_everything_and_the_focus_is_seen(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    seen = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        markup, outline, inside, uncovered = found
        assert outline == "solid2px", markup
        assert inside, markup
        assert uncovered, f"hidden under something: {markup}"
        seen += 1
    assert seen > 10


@pytest.mark.parametrize("path", ["/", "/components?page=2", "/help", "/sign-in"])
def test_targets_are_large_enough(new_officer: NewVisitor, new_visitor: NewVisitor, path: str) -> None:
    visitor = new_officer() if path.startswith("/components") else new_visitor()
    page = visitor.open(path)
    assert page.evaluate(SMALL_TARGETS) == []
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    assert page.evaluate(SMALL_TARGETS) == []


def test_menus_close_on_escape_and_outside(app: Flask, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(size=DESKTOP)
    with app.app_context():
        visitor.sign_in(app, account(Role.COMMITTEE))
    page = visitor.open("/")
    group = page.locator(".menu-desk details").first
    group.locator("summary").click()
    expect(group).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(group).not_to_have_attribute("open", "")
    group.locator("summary").click()
    page.locator("h1").first.click()
    expect(group).not_to_have_attribute("open", "")


def test_photos_are_turned_upright_and_made_smaller_before_they_are_sent(new_officer: NewVisitor) -> None:
    page = new_officer().open("/components")
    original = photograph()
    page.set_input_files("#photo", {"name": "身份证.JPG", "mimeType": "image/jpeg", "buffer": original})
    expect(page.locator(".upload-note")).to_contain_text("照片已摆正并缩小")
    expect(page.locator(".upload-look")).to_be_visible()
    size, width, height = page.evaluate(
        """async () => { const file = document.querySelector("#photo").files[0];
        const picture = await createImageBitmap(file); return [file.size, picture.width, picture.height]; }"""
    )
    assert size < len(original) / 2
    assert (width, height) == (1333, 2000)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="提交报名").click()
    assert sent.value.resource_type == "xhr"
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("错误：")


def test_choices_are_moved_by_mouse_like_by_button(new_officer: NewVisitor) -> None:
    page = new_officer(size=DESKTOP).open("/components")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("#choice-3 .choice-rank").drag_to(
            page.locator("#choice-1 .choice-rank"), target_position={"x": 5, "y": 2}
        )
    body = sent.value.post_data or ""
    for part in ("rank=3", "action=place", "to=1", "csrf_token=", "idempotency_token="):
        assert part in body


def test_a_running_task_is_followed_in_place(app: Flask, visitor: Visitor) -> None:
    state = ["求解中"]

    @anonymous("a test")
    def fragment() -> str:
        (word,) = state
        live = "no" if word == "已完成" else "yes"
        return f'<div data-live="{live}"><strong class="tag">{word}</strong><button>取消</button></div>'

    @anonymous("a test")
    def task() -> str:
        from flask import render_template_string

        return render_template_string(
            '{% extends "base/layout.html" %}{% from "macros/stages.html" import live %}'
            '{% block main %}{% call live("/test/fragment", true, 0.2) %}<strong class="tag">等待</strong>'
            "<button>取消</button>{% endcall %}{% endblock %}"
        )

    app.add_url_rule("/test/fragment", "test_fragment", fragment)
    app.add_url_rule("/test/task", "test_task", task)
    page = visitor.open("/test/task")
    page.get_by_role("button", name="取消").focus()
    expect(page.locator(".tag")).to_have_text("求解中")
    expect(page.get_by_role("button", name="取消")).to_be_focused()
    state[:] = ["已完成"]
    expect(page.locator(".tag")).to_have_text("已完成")
    expect(page.locator("#said")).to_have_text("已完成")


def test_a_running_task_may_be_followed_on_its_own_page(app: Flask, visitor: Visitor) -> None:
    state = ["等待"]

    @anonymous("a test")
    def task() -> str:
        from flask import render_template_string

        (word,) = state
        return render_template_string(
            '{% extends "base/layout.html" %}{% from "macros/stages.html" import live %}'
            '{% block main %}{% call live("/test/run", word != "已完成", 0.2) %}'
            '<strong class="tag">{{ word }}</strong>{% endcall %}'
            "{% if word == '已完成' %}<a href='/'>预览结果</a>{% endif %}{% endblock %}",
            word=word,
        )

    app.add_url_rule("/test/run", "test_run", task)
    page = visitor.open("/test/run")
    state[:] = ["求解中"]
    expect(page.locator(".tag")).to_have_text("求解中")
    state[:] = ["已完成"]
    expect(page.get_by_role("link", name="预览结果")).to_be_visible()


def test_numbers_of_a_grid_are_summed_moved_through_and_pasted(app: Flask, new_visitor: NewVisitor) -> None:
    @anonymous("a test")
    def grid() -> str:
        from flask import render_template_string

        return render_template_string(
            '{% extends "base/layout.html" %}{% block main %}<form data-grid><table><tbody>'
            "{% for row in range(2) %}<tr><th>x</th>{% for column in range(2) %}"
            '<td><input name="c{{ row }}{{ column }}" value="1" data-saved="1" aria-label="c"></td>{% endfor %}'
            "<td data-row-total>2</td></tr>{% endfor %}</tbody><tfoot><tr><th>y</th><td data-column-total></td>"
            "<td data-column-total></td><td data-grid-total></td></tr></tfoot></table></form>{% endblock %}"
        )

    app.add_url_rule("/test/grid", "test_grid", grid)
    page = new_visitor(size=DESKTOP).open("/test/grid")
    first = page.locator("[name=c00]")
    first.fill("5")
    expect(page.locator("[data-row-total]").first).to_have_text("6")
    expect(first).to_have_class("is-changed")
    first.press("ArrowDown")
    expect(page.locator("[name=c10]")).to_be_focused()
    first.focus()
    page.evaluate(PASTE, "10\t20\r\n30\tx")
    cells = [page.locator(f"[name=c{place}]").input_value() for place in ("00", "01", "10", "11")]
    assert cells == ["10", "20", "30", "1"]
    expect(page.locator("[data-grid-total]")).to_have_text("61")


def test_the_end_of_a_sign_in_is_announced_and_can_be_put_off(app: Flask, visitor: Visitor) -> None:
    with app.app_context():
        visitor.sign_in(app, account(Role.APPLICANT))
    visitor.page.clock.install()

    def on_the_clock_of_the_browser(route: Route) -> None:
        assert route.fetch().status == 200
        route.fulfill(json={"ends_at": "2999-01-01T00:00:00+00:00"})

    visitor.page.route("**/account/extend-session", on_the_clock_of_the_browser)
    page = visitor.open("/")
    dialog = page.get_by_role("dialog", name="登录即将结束")
    page.clock.fast_forward("57:00")
    expect(dialog).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(dialog).to_be_visible()
    assert page.title().startswith("登录即将结束")
    visitor.look("session-ending", languages=("zh",))
    page.get_by_role("button", name="继续办理").click()
    expect(dialog).to_be_hidden()
    assert page.title().startswith("首页")


def test_large_print_and_language_outlive_signing_in(app: Flask, visitor: Visitor) -> None:
    page = visitor.open("/sign-in")
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/sign-in")
    with app.app_context():
        visitor.sign_in(app, account(Role.APPLICANT))
    visitor.open("/")
    assert "large-print" in str(page.locator("html").get_attribute("class"))
