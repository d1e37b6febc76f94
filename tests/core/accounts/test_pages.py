"""The pages: cookies, redirects, activation, second factor, own account."""

import datetime as dt
import re
import string

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import clock
from core.access import OrganisationKind, Role
from core.accounts import operations, throttle
from core.accounts.models import Account, AccountState, SignInSession
from core.accounts.operations import NewGrant
from core.audit.operations import House
from core.db import db, housekeeping
from core.web.actor import SESSION_KEY
from core.web.gate import local_path
from tests.client import Browser
from tests.core.accounts.builders import PASSWORD, SECRET, code_at, person, shown_codes, sign_in_page
from tests.factories import JS, organisation, sign_in
from tests.figures import Figure

NEW = "seven blue kites over water"
HTTPS = "https://localhost"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def token(client: FlaskClient) -> str | None:
    with client.session_transaction(base_url=HTTPS) as session:
        return session.get(SESSION_KEY)


def second_browser(app: Flask) -> Browser:
    return Browser(app, app.response_class, use_cookies=True)


def officer() -> Account:
    return person(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS), secret=SECRET)


def test_proof_17_the_cookie(context: Flask, client: Browser, figure: Figure) -> None:
    who = person()
    before = client.get("/sign-in").headers["Set-Cookie"]
    answer = sign_in_page(client, who.sign_in_name)
    after = answer.headers["Set-Cookie"]
    for cookie in (before, after):
        assert cookie.startswith("__Host-zone=")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    assert before.split(";")[0] != after.split(";")[0]
    figure("proof 17: cookie __Host-zone; Secure; HttpOnly; SameSite=Lax; Path=/; new value at sign-in")


def test_the_session_token_and_the_form_token_change_at_sign_in(context: Flask, client: Browser) -> None:
    who = person()
    client.get("/sign-in")
    with client.session_transaction(base_url=HTTPS) as session:
        session["planted"] = "by an attacker"
        session[SESSION_KEY] = "fixed"
        csrf = session["csrf_token"]
    sign_in_page(client, who.sign_in_name)
    first = token(client)
    assert first not in (None, "fixed")
    with client.session_transaction(base_url=HTTPS) as session:
        assert "planted" not in session
        assert session.get("csrf_token") != csrf
    client.submit("/account", {}, to="/sign-out")
    sign_in_page(client, who.sign_in_name)
    assert token(client) not in (None, first)


def test_the_language_stays_through_sign_in(context: Flask, client: Browser) -> None:
    client.submit("/sign-in", {"language": "en"}, to="/reading")
    sign_in_page(client, person().sign_in_name)
    with client.session_transaction(base_url=HTTPS) as session:
        assert session["language"] == "en"


def test_wrong_and_slowed_answers(context: Flask, client: Browser) -> None:
    who = person()
    with clock.frozen(clock.now()):
        for _try in range(5):
            answer = sign_in_page(client, who.sign_in_name, "wrong")
            assert answer.status_code == 422
            assert "登录名或密码不对" in text(answer)
        answer = sign_in_page(client, who.sign_in_name)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert "之后再试" in text(answer)


def test_empty_fields_are_named(client: Browser) -> None:
    page = text(client.submit("/sign-in", {}))
    assert "请填写登录名" in page
    assert "请填写密码" in page
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page


def test_a_typed_password_is_not_sent_back(context: Flask, client: Browser) -> None:
    assert "my-secret-typed" not in text(sign_in_page(client, "nobody", "my-secret-typed"))


def test_whoever_is_signed_in_sees_no_sign_in_page(context: Flask, client: Browser) -> None:
    sign_in(client, person())
    assert client.get("/sign-in?next=/account").headers["Location"] == "/account"


def test_next_leads_on_after_sign_in(context: Flask, client: Browser) -> None:
    answer = client.get("/account/sessions?x=1")
    assert answer.headers["Location"] == "/sign-in?next=/account/sessions?x%3D1"
    answer = client.submit(answer.headers["Location"], {"name": person().sign_in_name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions?x=1")


HOSTILE = (
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example",
    "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example", "//evil.example/%2f..",
    "https:evil.example", "https:/evil.example", "https:///evil.example", "HTTPS://EVIL.EXAMPLE", "hTtPs://evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>", "vbscript:x",
    "file:///etc/passwd", "ftp://evil.example", "mailto:a@evil.example", "tel:110", "blob:https://evil.example",
    " https://evil.example", "\thttps://evil.example", "\nhttps://evil.example", " //evil.example",
    "\t//evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\x00//evil.example", "/\x00/evil.example",
    "//evil.example@localhost", "//localhost@evil.example", "https://localhost@evil.example",
    "//localhost.evil.example",
    "evil.example", "evil.example/account", "?next=//evil.example", "#//evil.example", "..//evil.example",
    "\u3000//evil.example", "\u2028//evil.example", "／／evil.example", "/\u202e/evil.example",
    "//[::1]", "//127.0.0.1:8000", "http:\\\\evil.example", "/\\\\evil.example", "",
)  # fmt: skip


def test_proof_23_no_next_leaves_the_site(context: Flask, app: Flask, figure: Figure) -> None:
    assert len(HOSTILE) >= 50
    who = person()
    off_site = []
    for value in HOSTILE:
        assert local_path(value) == "/", repr(value)
        browser = second_browser(app)
        shown = browser.get("/sign-in", query_string={"next": value})
        fields = {**browser.hidden_fields(text(shown)), "name": who.sign_in_name, "password": PASSWORD}
        answer = browser.post("/sign-in", query_string={"next": value}, data=fields, headers={"Referer": HTTPS})
        assert answer.status_code == 303
        if answer.headers["Location"] != "/":
            off_site.append(value)
    figure(f"proof 23: {len(HOSTILE)} hostile values of next through the page, {len(off_site)} off-site")
    assert off_site == []


def test_activation_from_slip_to_home(context: Flask, client: Browser) -> None:
    account, code = operations.open_account(House("test"), display_name="王小明", grants=[NewGrant(Role.APPLICANT)])
    assert client.get("/activate/password").headers["Location"] == "/activate"
    answer = client.submit("/activate", {"code": code})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/activate/password")
    page = text(client.get("/activate/password"))
    assert account.sign_in_name in page
    assert "王小明" in page
    answer = client.submit("/activate/password", {"password": NEW, "repeat": "something else"})
    assert "两次输入的密码不一样" in text(answer)
    answer = client.submit("/activate/password", {"password": "320584201009010001", "repeat": "320584201009010001"})
    assert answer.status_code == 422
    assert "证件号码" in text(answer)
    answer = client.submit("/activate/password", {"password": NEW, "repeat": NEW})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/account").status_code == 200
    assert client.get("/activate/password").headers["Location"] == "/activate"


def test_an_unknown_slip_is_refused_at_the_field(client: Browser) -> None:
    answer = client.submit("/activate", {"code": "7K2M9Q-XA4T01-3WY8CD", "fact": "001X"})
    assert answer.status_code == 422
    assert 'href="#code"' in text(answer)


def test_staff_set_up_their_app_first(context: Flask, client: Browser) -> None:
    who = person(Role.AUDITOR)
    sign_in_page(client, who.sign_in_name)
    answer = client.get("/audit/entries")
    assert answer.headers["Location"].startswith("/second-factor/set-up?next=")
    page = text(client.get(answer.headers["Location"]))
    secret = re.search(r"<strong class=\"code\">([A-Z2-7 ]+)</strong>", page)
    assert secret is not None
    assert "<svg" in page
    assert text(client.submit("/second-factor/set-up", {"code": "000000"})).count(secret[1]) == 1
    answer = client.submit(answer.headers["Location"], {"code": code_at(secret[1].replace(" ", ""))})
    assert answer.headers["Location"] == "/second-factor/recovery-codes?next=/audit/entries"
    codes = shown_codes(text(client.get(answer.headers["Location"])))
    assert len(codes) == 10
    done = client.submit(answer.headers["Location"], {"step": "done"})
    assert done.headers["Location"] == "/audit/entries"
    assert shown_codes(text(client.get("/second-factor/recovery-codes"))) == []
    assert client.get("/audit/entries").status_code == 200


def test_staff_give_their_code_at_each_sign_in(context: Flask, client: Browser) -> None:
    sign_in_page(client, officer().sign_in_name)
    before = token(client)
    answer = client.get("/account")
    assert answer.headers["Location"] == "/second-factor?next=/account"
    assert client.submit("/second-factor", {"code": "000000"}).status_code == 422
    answer = client.submit("/second-factor?next=/account", {"code": code_at(SECRET)})
    assert answer.headers["Location"] == "/account"
    assert token(client) not in (None, before)
    assert client.get("/account").status_code == 200


def test_a_password_alone_replaces_no_app_and_shows_no_spare_codes(context: Flask, client: Browser) -> None:
    sign_in_page(client, officer().sign_in_name)
    for page in ("/second-factor/set-up", "/second-factor/recovery-codes"):
        assert client.get(page).headers["Location"].startswith("/second-factor?next=")
        answer = client.submit("/second-factor", {"step": "renew", "code": "1"}, to=page)
        assert answer.headers["Location"].startswith("/second-factor?next=")


def test_spare_codes_are_renewed_on_request(context: Flask, client: Browser) -> None:
    sign_in(client, officer())
    assert "换一组新的备用码" in text(client.get("/second-factor/recovery-codes"))
    client.submit("/second-factor/recovery-codes", {"step": "renew"})
    assert len(shown_codes(text(client.get("/second-factor/recovery-codes")))) == 10


def test_families_need_no_app(context: Flask, client: Browser) -> None:
    sign_in_page(client, person().sign_in_name)
    for page in ("/second-factor", "/second-factor/set-up", "/second-factor/recovery-codes"):
        assert client.get(page).status_code == 403
    assert client.get("/account").status_code == 200


def test_secrets_kept_for_a_page_are_encrypted_and_forgotten(context: Flask, client: Browser) -> None:
    who = person(Role.AUDITOR)
    sign_in_page(client, who.sign_in_name)
    page = text(client.get("/second-factor/set-up"))
    secret = re.search(r"<strong class=\"code\">([A-Z2-7 ]+)</strong>", page)
    assert secret is not None
    with client.session_transaction(base_url=HTTPS) as session:
        assert secret[1].replace(" ", "") not in str(dict(session))
    with clock.frozen(clock.now() + dt.timedelta(minutes=16)):
        later = text(client.get("/second-factor/set-up"))
    assert secret[1] not in later


def test_t14_two_phones(context: Flask, app: Flask) -> None:
    who = person()
    one, other = second_browser(app), second_browser(app)
    for browser in (one, other):
        sign_in_page(browser, who.sign_in_name)
        assert browser.get("/account").status_code == 200
    answer = one.submit("/account/password", {"current": PASSWORD, "password": NEW, "repeat": NEW})
    assert answer.status_code == 303
    assert one.get("/account").status_code == 200
    assert other.get("/account").headers["Location"].startswith("/sign-in")


def test_a_refused_change_of_password_says_why(context: Flask, client: Browser) -> None:
    sign_in(client, person())
    for fields, sentence in (
        ({"current": "wrong", "password": NEW, "repeat": NEW}, "现在的密码不对"),
        ({"current": PASSWORD, "password": "13800138000", "repeat": "13800138000"}, "手机号码"),
    ):
        answer = client.submit("/account/password", fields)
        assert answer.status_code == 422
        assert sentence in text(answer)


def test_own_devices_are_listed_and_ended(context: Flask, app: Flask) -> None:
    who = person()
    here, there = second_browser(app), second_browser(app)
    there.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0"
    for browser in (here, there):
        sign_in_page(browser, who.sign_in_name)
    page = text(here.get("/account/sessions"))
    assert "WeChat · Android" in page
    assert "这台设备" in page
    other = db.session.query(SignInSession).filter_by(device="WeChat · Android").one()
    here.submit("/account/sessions", {}, to=f"/account/sessions/{other.id}/end")
    assert there.get("/account").headers["Location"].startswith("/sign-in")
    sign_in_page(there, who.sign_in_name)
    here.submit("/account/sessions", {}, to="/account/sessions/end-others")
    assert there.get("/account").headers["Location"].startswith("/sign-in")
    mine = db.session.query(SignInSession).filter(SignInSession.revoked_at.is_(None)).one()
    answer = here.submit("/account/sessions", {}, to=f"/account/sessions/{mine.id}/end")
    assert answer.headers["Location"] == "/"
    assert token(here) == ""


def test_signing_out(context: Flask, client: Browser) -> None:
    sign_in_page(client, person().sign_in_name)
    answer = client.submit("/account", {}, to="/sign-out")
    assert answer.headers["Location"] == "/"
    assert client.get("/account").headers["Location"].startswith("/sign-in")


def test_freezing_oneself(context: Flask, client: Browser) -> None:
    who = person()
    sign_in_page(client, who.sign_in_name)
    assert "冻结我的账号" in text(client.get("/account/freeze"))
    client.submit("/account/freeze", {})
    assert db.session.get_one(Account, who.id).state is AccountState.FROZEN
    assert client.get("/account").status_code == 303
    assert "已按本人的要求冻结" in text(sign_in_page(client, who.sign_in_name))


def test_t86_the_end_of_the_session_is_told_and_put_off(context: Flask, client: Browser) -> None:
    with clock.frozen(dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)) as now:
        sign_in_page(client, person().sign_in_name)
        assert "13:00" in text(client.get("/account/session-ending?next=/account"))
        now.advance(dt.timedelta(seconds=50))
        answer = client.submit("/account/session-ending", {"next": "/account"}, to="/account/extend-session")
        assert answer.headers["Location"] == "/account"
        now.advance(dt.timedelta(minutes=59, seconds=50))
        assert client.get("/account").status_code == 200


def test_a_script_may_put_off_the_end_too(context: Flask, client: Browser) -> None:
    sign_in(client, person())
    hidden = client.hidden_fields(text(client.get("/account/session-ending")))
    answer = client.post(
        "/account/extend-session", data=hidden, headers={"Accept": "application/json", "Referer": HTTPS}
    )
    assert dt.datetime.fromisoformat(answer.get_json()["ends_at"]) > clock.now()


def test_the_own_account_shows_roles_of_today(context: Flask, client: Browser) -> None:
    who = officer()
    with housekeeping() as session:
        session.get_one(Account, who.id).grants[0].organisation.name_zh = "甲县教育局"
    sign_in(client, who)
    page = text(client.get("/account"))
    assert "县区经办人" in page
    assert "甲县教育局" in page


def test_a_name_longer_than_any_name_is_just_wrong(context: Flask, client: Browser) -> None:
    answer = sign_in_page(client, string.ascii_letters * 30, "x" * 900)
    assert answer.status_code == 422
    assert throttle.sweep(dt.timedelta(seconds=-10)) >= 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_in_both_languages_answer(context: Flask, client: Browser, language: str) -> None:
    sign_in(client, officer())
    with client.session_transaction(base_url=HTTPS) as session:
        session["language"] = language
    for page in ("/account", "/account/password", "/account/sessions", "/account/freeze", "/notices"):
        assert client.get(page).status_code == 200
