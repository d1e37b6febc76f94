"""The inbox and the delivery log."""

import datetime as dt
import uuid

import pytest
from flask import Flask

from core import clock
from core.access import ANONYMOUS, Actor, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from core.notices.models import Delivery, DeliveryState, Notice
from core.notices.operations import read
from core.notices.scope import unread_count
from core.notices.sending import send_waiting
from tests.client import Browser
from tests.core.accounts.test_pages import text
from tests.core.notices.builders import tell
from tests.factories import account, sign_in


@pytest.fixture
def reader(context: Flask, client: Browser) -> Account:
    who = account(Role.APPLICANT)
    with housekeeping() as session:
        session.get_one(Account, who.id).phone = "13800138000"
    sign_in(client, who)
    return who


def test_an_empty_inbox_says_what_will_be_there(reader: Account, client: Browser) -> None:
    assert "还没有通知" in text(client.get("/notices"))


def test_notices_are_read_by_opening_them(reader: Account, client: Browser) -> None:
    notice = tell(reader, link="/account")
    tell(account(Role.APPLICANT))
    page = text(client.get("/notices"))
    assert page.count("报名已收到") == 1
    assert "未读" in page
    answer = client.submit("/notices", {}, to=f"/notices/{notice.id}/open")
    assert answer.headers["Location"] == "/account"
    assert db.session.get_one(Notice, notice.id).read_at is not None
    assert "前往办理" not in text(client.get("/notices?read=unread"))
    assert "前往办理" in text(client.get("/notices?read=read"))


def test_all_can_be_marked_as_read(reader: Account, client: Browser) -> None:
    tell(reader)
    later = tell(reader, visible_from=clock.now() + dt.timedelta(days=1))
    client.submit("/notices", {}, to="/notices/read-all")
    left = db.session.query(Notice).filter(Notice.read_at.is_(None)).all()
    assert [notice.id for notice in left] == [later.id]


def test_a_notice_without_a_link_stays_in_the_inbox(reader: Account, client: Browser) -> None:
    notice = tell(reader)
    answer = client.submit("/notices", {}, to=f"/notices/{notice.id}/open")
    assert answer.headers["Location"] == "/notices"


def test_others_notices_are_not_found(reader: Account, client: Browser) -> None:
    theirs = tell(account(Role.APPLICANT))
    for notice_id in (theirs.id, uuid.uuid4()):
        assert client.submit("/notices", {}, to=f"/notices/{notice_id}/open").status_code == 404
    assert db.session.get_one(Notice, theirs.id).read_at is None


def test_what_is_unread_is_counted_for_its_reader(reader: Account) -> None:
    notice = tell(reader)
    tell(reader, visible_from=clock.now() + dt.timedelta(days=1))
    mine = Actor(account_id=reader.id, label="a")
    assert unread_count(mine) == 1
    assert unread_count(ANONYMOUS) == 0
    read(mine, notice_id=notice.id)
    assert unread_count(mine) == 0


def test_a_notice_of_a_room_that_is_gone_is_left_out(reader: Account, client: Browser) -> None:
    notice = tell(reader)
    with housekeeping() as session:
        session.get_one(Notice, notice.id).template = "gone.room"
    assert client.get("/notices").status_code == 200


def test_the_delivery_log_masks_and_sends_again(context: Flask, client: Browser) -> None:
    with clock.frozen(dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)):
        who, lost = account(Role.APPLICANT), account(Role.APPLICANT)
        with housekeeping() as session:
            session.get_one(Account, who.id).phone = "13800138000"
        tell(who)
        tell(lost)
        send_waiting()
        sign_in(client, account(Role.SYSTEM_ADMIN))
        page = text(client.get("/notices/deliveries"))
        assert "138****8000" in page
        assert "13800138000" not in page
        assert who.display_name not in page
        assert "没有登记手机号码" in page
        assert who.sign_in_name not in text(client.get("/notices/deliveries?reach=none"))
        assert lost.sign_in_name not in text(client.get("/notices/deliveries?state=sent"))
        sent = db.session.query(Delivery).filter_by(state=DeliveryState.SENT).one()
        answer = client.submit("/notices/deliveries", {}, to=f"/notices/deliveries/{sent.id}/send-again")
        assert answer.headers["Location"] == "/notices/deliveries"
        assert db.session.get_one(Delivery, sent.id).state is DeliveryState.WAITING
        unknown = client.submit("/notices/deliveries", {}, to=f"/notices/deliveries/{uuid.uuid4()}/send-again")
        assert unknown.status_code == 404


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDITOR])
def test_the_delivery_log_is_the_system_administrations(context: Flask, client: Browser, role: Role) -> None:
    sign_in(client, account(role))
    assert client.get("/notices/deliveries").status_code == 403
