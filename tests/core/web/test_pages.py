"""The public pages, the switches, the home page of guests and staff, the demonstration mark."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Grant, OrganisationKind, Role
from core.config import Settings
from core.i18n import lazy as _l
from core.web import home, menu, pages
from core.web.home import HomeCard, HomeDate, add_home_cards, add_home_dates, home_cards, home_dates
from core.web.menu import MenuEntry, grouped
from core.words import Words
from tests.factories import QP, account, organisation, sign_in


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility", "/site-map"])
def test_public_pages_carry_the_frame(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    for text in (
        '<main id="main"',
        'class="skip-link"',
        "大字版",
        "English",
        "主办单位",
        "隐私政策",
        "无障碍说明",
        "网站地图",
    ):
        assert text in answer.text
    assert answer.text.count("<h1") == 1
    assert ("您所在的位置" in answer.text) is (path != "/")
    assert "演示数据" not in answer.text


def test_large_print_stays_over_pages_and_goes_again(client: FlaskClient) -> None:
    answer = client.submit("/help", {"size": "large", "next": "/help"}, to="/reading")
    assert (answer.status_code, answer.location) == (303, "/help")
    cookie = answer.headers["Set-Cookie"]
    for part in ("__Host-display=large", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert 'class="large-print"' in client.get("/").text
    assert "标准字版" in client.get("/privacy").text
    client.submit("/help", {"size": "normal", "next": "/"}, to="/reading")
    assert 'class="large-print"' not in client.get("/").text


def test_language_stays_and_keeps_the_place(client: FlaskClient) -> None:
    answer = client.submit("/help", {"language": "en", "next": "/help"}, to="/reading")
    assert answer.location == "/help"
    assert '<html lang="en"' in client.get("/help").text
    client.submit("/help", {"language": "zh", "next": "/help"}, to="/reading")
    assert '<html lang="zh-CN"' in client.get("/help").text


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_switches_never_lead_off_the_site(client: FlaskClient, target: str) -> None:
    assert client.submit("/help", {"size": "large", "next": target}, to="/reading").location == "/"


def test_demonstration_is_marked_on_every_page(app: Flask, client: FlaskClient, settings: Settings) -> None:
    app.extensions["zone_settings"] = settings.model_copy(update={"mode": "demo"})
    for path in ("/", "/help", "/nowhere", "/sign-in"):
        page = client.get(path).text
        assert "演示数据" in page
        assert 'demo">' in page


def test_components_are_not_for_strangers_nor_for_production(
    app: Flask, context: Flask, client: FlaskClient, settings: Settings
) -> None:
    assert client.get("/components").status_code == 303
    sign_in(client, account(Role.COMMITTEE))
    assert client.get("/components").status_code == 200
    app.extensions["zone_settings"] = settings.model_copy(update={"mode": "production"})
    assert client.get("/components").status_code == 404


def test_a_list_says_its_count_in_the_title(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(3):
            organisation(OrganisationKind.SCHOOL, "310118", f"第{number}职业学校")
        sign_in(client, account(Role.COMMITTEE))
    assert "（共 3 条，第 1 / 1 页）" in client.get("/components?kind=school").text
    assert "（共 1 条，第 1 / 1 页）" in client.get("/components?q=第2").text


def test_wrong_answers_show_the_summary_and_name_the_title(context: Flask, client: FlaskClient) -> None:
    sign_in(client, account(Role.COMMITTEE))
    answer = client.submit("/components", {"name": "", "document": "31011", "boards": "no", "agree": "y"})
    assert answer.status_code == 422
    assert "<title>错误：" in answer.text
    assert 'class="error-summary" role="alert" tabindex="-1" data-focus' in answer.text
    assert '<a href="#name">请填写姓名</a>' in answer.text
    assert 'aria-describedby="document-hint document-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="31011"' in answer.text


def test_guests_see_dates_and_families_do_not_lose_their_tasks(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_CALENDARS", [])
    assert "今年的时间安排" not in client.get("/").text
    add_home_dates(lambda: [HomeDate("报名", "6月18日至20日", "now")])
    page = client.get("/").text
    assert "今年的时间安排" in page
    assert "6月18日至20日" in page
    assert [date.state for date in home_dates()] == ["now"]


def test_staff_see_their_cards(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_SOURCES", [])
    add_home_cards(lambda _actor: [HomeCard("待预审", 128, "/queue", "已提交、还没有人领取的报名", urgent=True)])
    with app.app_context():
        sign_in(client, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, "310118", "县局")))
    page = client.get("/").text
    for text in ('href="/queue"', "128", "待预审", "已提交、还没有人领取的报名", "count-urgent"):
        assert text in page
    assert "开始报名" not in page
    assert "登录到" in page


def test_nobody_signed_in_has_no_cards() -> None:
    assert home_cards(Actor(account_id=None, label="")) == ()


def test_menu_groups_stand_where_their_first_entry_stands(context: Flask) -> None:
    entries = (
        MenuEntry("学生", "a", 1),
        MenuEntry("计划", "b", 2, group=_l("招生")),
        MenuEntry("统计", "c", 3, group=_l("数据")),
        MenuEntry("轮次", "d", 4, group=_l("招生")),
    )
    assert [(group.label, [entry.endpoint for entry in group.entries]) for group in grouped(entries)] == [
        ("", ["a"]),
        ("招生", ["b", "d"]),
        ("", ["c"]),
    ]


def test_an_entry_without_its_page_is_left_out(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_ENTRIES", {"no.page": MenuEntry("没有的页面", "no.page", 1, audience="public")})
    assert "没有的页面" not in client.get("/").text


def test_bilingual_words_are_shown_in_the_language_of_the_reader(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ words }}|{{ plain }}")
    words = Words("甲", "a<b")
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert template.render(words=words, plain="x") == "a&lt;b|x"
    with app.test_request_context("/", headers={"Accept-Language": "zh"}):
        assert template.render(words=words, plain="x") == "甲|x"


def test_cells_are_written_as_tables_want_them(context: Flask) -> None:
    assert pages.show_cell(None) == "—"
    assert pages.show_cell("") == "—"
    assert pages.show_cell(0) == 0
    assert pages.show_cell(dt.date(2026, 9, 1)) == "2026-09-01"
    assert pages.show_cell(dt.datetime(2026, 9, 1, 1, 5, tzinfo=dt.UTC)) == "2026-09-01 09:05"
    assert pages.show_clock(dt.datetime(2026, 9, 1, 1, 5, tzinfo=dt.UTC)) == "09:05"


def test_home_greets_the_person_and_names_the_office(context: Flask, client: FlaskClient) -> None:
    office = organisation(OrganisationKind.COUNTY, QP, "甲区教育局")
    who = account(Role.COUNTY_OFFICER, office, name="欧阳某")
    sign_in(client, who)
    page = client.get("/", headers={"Accept-Language": "zh"}).text
    assert "<h1>欧阳某，您好</h1>" in page
    assert '<p class="lead">甲区教育局</p>' in page
    english = client.get("/", headers={"Accept-Language": "en"}).text
    assert '<span lang="zh-CN">欧阳某</span>' in english
    assert who.sign_in_name not in english.split("<h1>")[1].split("</h1>")[0]


def test_an_office_calls_the_page_of_schools_otherwise_than_a_school(app: Flask) -> None:
    add = {"order": 1, "permission": "schools.see", "office_label": "本县区的学校"}
    entry = MenuEntry("本校专业和报到", "own_schools.schools", **add)

    def label(role: Role, kind: OrganisationKind) -> object:
        actor = Actor(account_id=None, label="x", grants=(Grant(role, None, kind),))
        return menu._named(entry, actor).label

    assert label(Role.SCHOOL_ADMISSIONS, OrganisationKind.SCHOOL) == "本校专业和报到"
    assert label(Role.COUNTY_OFFICER, OrganisationKind.COUNTY) == "本县区的学校"
