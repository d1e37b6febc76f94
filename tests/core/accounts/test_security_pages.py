"""The security administration's pages."""

import datetime as dt
import re
import uuid

import pytest
from flask import Flask

from core import clock
from core.access import OrganisationKind, Role
from core.accounts import activation
from core.accounts.models import Account, AccountState
from core.db import db, housekeeping
from tests.client import Browser
from tests.core.accounts.builders import ADDRESS, SECRET, person, shown_codes
from tests.core.accounts.test_pages import text
from tests.factories import JS, account, organisation, sign_in

LIST = "/security/accounts"
LATER = {"display_name": "李四", "role": "auditor", "valid_from": "2026-09-01"}


@pytest.fixture
def security(context: Flask, client: Browser) -> Browser:
    """A browser of the security administration, its second factor fresh."""
    sign_in(client, person(Role.SECURITY_ADMIN, secret=SECRET))
    return client


def officer() -> Account:
    return person(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS, "甲县教育局"), secret=SECRET)


def grants(who: Account) -> list[tuple[Role, bool]]:
    row = db.session.get_one(Account, who.id)
    return [(grant.role, grant.ended_at is None) for grant in row.grants]


def test_the_list_shows_staff_and_finds_them(security: Browser) -> None:
    who, pupil = officer(), account(Role.APPLICANT)
    page = text(security.get(LIST))
    assert who.sign_in_name in page
    assert pupil.sign_in_name not in page
    assert "县区经办人" in page
    assert who.sign_in_name not in text(security.get(f"{LIST}?role=auditor"))
    assert who.sign_in_name in text(security.get(f"{LIST}?role=county_officer&state=active&q={who.sign_in_name}"))


def test_accounts_nobody_used_for_long_are_found(security: Browser) -> None:
    who = officer()
    assert who.sign_in_name not in text(security.get(f"{LIST}?seen=dormant"))
    with housekeeping() as session:
        session.get_one(Account, who.id).created_at = clock.now() - dt.timedelta(days=120)
    assert who.sign_in_name in text(security.get(f"{LIST}?seen=dormant"))


def test_opening_an_account_shows_the_code_once(security: Browser) -> None:
    bureau = organisation(OrganisationKind.COUNTY, JS, "甲县教育局")
    fields = {
        "display_name": "李四",
        "role": "county_officer",
        "organisation": str(bureau.id),
        "sign_in_name": "li.si",
    }
    answer = security.submit(f"{LIST}/open", fields)
    assert answer.headers["Location"] == f"{LIST}/slip"
    page = text(security.get(f"{LIST}/slip"))
    (code,) = shown_codes(page)
    assert "li.si" in page
    answer = security.submit(f"{LIST}/slip", {})
    assert answer.headers["Location"] == LIST
    assert security.get(f"{LIST}/slip").headers["Location"] == LIST
    assert activation.look_up(code=code, fact="", address=ADDRESS).sign_in_name == "li.si"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"display_name": "", "role": ""}, "请填写姓名"),
        ({"display_name": "李四", "role": "county_officer"}, "请选择单位"),
        ({"display_name": "李四", "role": "applicant"}, "不是有效的选择"),
        ({"display_name": "12345", "role": "auditor"}, "姓名"),
        ({"display_name": "李四", "role": "auditor", "sign_in_name": "320584201009010001"}, "登录名要以字母开头"),
        (
            {"display_name": "李四", "role": "auditor", "valid_from": "2026-09-01", "valid_to": "2026-08-01"},
            "结束日期",
        ),
    ],
)
def test_an_account_that_is_not_opened(security: Browser, fields: dict[str, str], sentence: str) -> None:
    answer = security.submit(f"{LIST}/open", fields)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert db.session.query(Account).count() == 1


def test_the_page_of_an_account_and_its_steps(security: Browser) -> None:
    who = officer()
    page = f"{LIST}/{who.id}"
    assert "甲县教育局" in text(security.get(page))
    other = organisation(OrganisationKind.COUNTY, JS, "乙县教育局")
    role = {
        "role": "county_approver",
        "organisation": str(other.id),
        "valid_from": "2026-07-01",
        "valid_to": "2099-07-02",
    }
    assert security.submit(page, role, to=f"{page}/roles").headers["Location"] == page
    assert grants(who) == [(Role.COUNTY_OFFICER, True), (Role.COUNTY_APPROVER, True)]
    refused = security.submit(page, role, to=f"{page}/roles")
    assert refused.status_code == 422
    assert "已有这个角色" in text(refused)
    first = db.session.get_one(Account, who.id).grants[0].id
    security.submit(page, {}, to=f"{LIST}/roles/{first}/end")
    assert grants(who)[0] == (Role.COUNTY_OFFICER, False)
    assert "已收回" in text(security.get(page))
    security.submit(page, {}, to=f"{page}/reset-second-factor")
    assert db.session.get_one(Account, who.id).totp_secret is None
    security.submit(page, {}, to=f"{page}/disable")
    assert db.session.get_one(Account, who.id).state is AccountState.DISABLED
    security.submit(page, {}, to=f"{page}/enable")
    assert db.session.get_one(Account, who.id).state is AccountState.ACTIVE
    answer = security.submit(page, {}, to=f"{page}/reissue-code")
    assert shown_codes(text(security.get(answer.headers["Location"])))


def test_a_step_that_does_not_apply_is_refused_in_words(security: Browser) -> None:
    who = officer()
    answer = security.submit(f"{LIST}/{who.id}", {}, to=f"{LIST}/{who.id}/enable")
    assert answer.status_code == 422
    assert "不需要恢复" in text(answer)


def test_ones_own_account_has_no_buttons(context: Flask, client: Browser) -> None:
    own = person(Role.SECURITY_ADMIN, secret=SECRET)
    sign_in(client, own)
    page = text(client.get(f"{LIST}/{own.id}"))
    assert "请另一位安全管理员办理" in page
    assert "停用账号" not in page
    answer = client.submit(f"{LIST}/{own.id}", {}, to=f"{LIST}/{own.id}/disable")
    assert answer.status_code == 403


@pytest.mark.parametrize("step", ["", "/disable", "/enable", "/reissue-code", "/reset-second-factor", "/roles"])
def test_families_and_strangers_are_not_found(security: Browser, step: str) -> None:
    for account_id in (account(Role.APPLICANT).id, uuid.uuid4()):
        page = f"{LIST}/{account_id}{step}"
        answer = security.submit(LIST + "/open", {}, to=page) if step else security.get(page)
        assert answer.status_code == 404


def test_t12_roles_are_changed_only_with_a_fresh_code(context: Flask, client: Browser) -> None:
    who = officer()
    own = person(Role.SECURITY_ADMIN, secret=SECRET)
    sign_in(client, own)
    page = f"{LIST}/{who.id}"
    shown = text(client.get(page))
    hidden = client.hidden_fields(shown)
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert client.get(page).headers["Location"] == f"/second-factor?next={page}"
        answer = client.post(f"{page}/disable", data=hidden, headers={"Referer": f"https://localhost{page}"})
    assert answer.headers["Location"] == f"/second-factor?next={page}"
    assert db.session.get_one(Account, who.id).state is AccountState.ACTIVE


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR, Role.COMMITTEE])
def test_the_other_duties_do_not_even_see_the_list(context: Flask, client: Browser, role: Role) -> None:
    office = organisation(OrganisationKind.COMMITTEE) if role is Role.COMMITTEE else None
    sign_in(client, person(role, office, secret=SECRET))
    for page in (LIST, f"{LIST}/open", f"{LIST}/{officer().id}"):
        assert client.get(page).status_code == 403
    assert LIST not in re.findall(r'href="([^"]*)"', text(client.get("/account")))
