"""From notice to channel: waiting, retries, quiet hours, and what the file drop holds."""

import datetime as dt
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask

from core import clock
from core.access import Role
from core.accounts.models import Account
from core.audit import record
from core.audit.operations import House
from core.config import Settings
from core.db import db, housekeeping, transaction
from core.db.transaction import UnauditedOperation
from core.errors import NotVisible
from core.notices import channels, operations
from core.notices.channels import ConsoleChannel, FileChannel, Message, NotDelivered
from core.notices.models import Delivery, DeliveryState, Notice
from core.notices.quiet_hours import QuietHours, quiet_hours
from core.notices.scope import unreachable
from core.notices.sending import WAITS, send_waiting, waiting
from core.notices.templates import UnknownTemplate, add_template, all_templates, template_of, worded
from tests.core.notices.builders import EVENT, Remembering, tell
from tests.factories import account

NOON = dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 6, 20, 15, tzinfo=dt.UTC)
PHONE = "13800138000"
MESSAGE = Message("id", PHONE, "标题", "正文", "", "2026-06-20T12:00:00+08:00")


@pytest.fixture
def channel(context: Flask) -> Iterator[Remembering]:
    made = Remembering()
    channels.use({"sms": made})
    yield made
    channels.use({})


def family(*, phone: str | None = PHONE) -> Account:
    who = account(Role.APPLICANT)
    with housekeeping() as session:
        session.get_one(Account, who.id).phone = phone
    return who


def deliveries() -> list[Delivery]:
    return db.session.query(Delivery).order_by(Delivery.next_at).all()


def test_a_notice_is_part_of_its_operation(channel: Remembering) -> None:
    who = family()
    with pytest.raises(UnauditedOperation), transaction():
        operations.notify(who.id, EVENT, {"school": "甲职校"})
    assert db.session.query(Notice).count() == 0
    assert deliveries() == []


def test_outside_an_operation_there_is_no_notice(channel: Remembering) -> None:
    with pytest.raises(RuntimeError):
        operations.notify(family().id, EVENT, {"school": "甲职校"})


@pytest.mark.parametrize(("template", "facts"), [("no.such", {}), (EVENT, {"wrong": 1})])
def test_sentence_and_facts_must_fit(channel: Remembering, template: str, facts: dict[str, object]) -> None:
    who = family()
    with pytest.raises(UnknownTemplate), transaction():
        operations.notify(who.id, template, facts)


def test_sending_hands_over_the_words_once(channel: Remembering) -> None:
    with clock.frozen(NOON):
        tell(family(), link="/applications")
        assert waiting() == 1
        assert (send_waiting().sent, send_waiting().sent) == (1, 0)
    (message,) = channel.messages
    assert (message.to, message.title, message.link) == (PHONE, "报名已收到", "/applications")
    assert message.text == "您的报名已由甲职校收到。下一步请等待审核。"
    assert message.at == "2026-06-20T12:00:00+08:00"
    assert deliveries()[0].state is DeliveryState.SENT


def test_the_words_are_in_the_language_of_the_account(channel: Remembering) -> None:
    who = family()
    with housekeeping() as session:
        session.get_one(Account, who.id).language = "en"
    with clock.frozen(NOON):
        tell(who)
        assert send_waiting().sent == 1


def test_nothing_leaves_before_it_may_show(channel: Remembering) -> None:
    with clock.frozen(NOON) as now:
        tell(family(), visible_from=NOON + dt.timedelta(hours=3))
        assert send_waiting().sent == 0
        now.advance(dt.timedelta(hours=3))
        assert send_waiting().sent == 1


def test_at_night_only_what_is_urgent_leaves(channel: Remembering) -> None:
    with clock.frozen(NIGHT) as now:
        who = family()
        tell(who)
        tell(who, "test.urgent")
        assert send_waiting().sent == 1
        assert channel.messages[0].text == "请马上查看。"
        now.move_to(clock.at_beijing(dt.date(2026, 6, 21), 7, 29))
        assert send_waiting().sent == 0
        now.move_to(clock.at_beijing(dt.date(2026, 6, 21), 7, 30))
        assert send_waiting().sent == 1


@pytest.mark.parametrize(
    ("local", "then"),
    [
        ("12:00", "2026-06-20 12:00"),
        ("21:29", "2026-06-20 21:29"),
        ("21:30", "2026-06-21 07:30"),
        ("23:59", "2026-06-21 07:30"),
        ("00:00", "2026-06-20 07:30"),
        ("07:29", "2026-06-20 07:30"),
        ("07:30", "2026-06-20 07:30"),
    ],
)
def test_quiet_hours_over_midnight(local: str, then: str) -> None:
    hour, minute = map(int, local.split(":"))
    at = clock.at_beijing(dt.date(2026, 6, 20), hour, minute)
    assert clock.moment_cell(quiet_hours().next_allowed(at)) == then


def test_quiet_hours_within_a_day() -> None:
    noon = QuietHours(begins=dt.time(12), ends=dt.time(14))
    assert clock.moment_cell(noon.next_allowed(NOON)) == "2026-06-20 14:00"
    assert noon.next_allowed(NIGHT) == NIGHT


def test_a_busy_channel_is_tried_again_later_and_later(channel: Remembering) -> None:
    channel.refuse = 100
    with clock.frozen(NOON) as now:
        tell(family())
        for wait in WAITS:
            assert send_waiting().postponed == 1
            assert send_waiting().postponed == 0
            now.advance(wait)
        assert send_waiting().failed == 1
        assert send_waiting().failed == 0
    (delivery,) = deliveries()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (DeliveryState.FAILED, 6, "gateway: busy")


def test_a_failure_mends_itself(channel: Remembering) -> None:
    channel.refuse = 1
    with clock.frozen(NOON) as now:
        tell(family())
        send_waiting()
        now.advance(WAITS[0])
        assert send_waiting().sent == 1
    assert deliveries()[0].last_error == ""


def test_two_senders_send_once(app: Flask, context: Flask, channel: Remembering) -> None:
    who = family()
    for _notice in range(10):
        tell(who, "test.urgent")

    def send(_number: int) -> int:
        with app.app_context():
            return send_waiting().sent

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 10
    assert len({message.id for message in channel.messages}) == len(channel.messages) == 10


def test_without_a_number_a_family_is_found_as_unreachable(channel: Remembering) -> None:
    lost, reached = family(phone=None), family()
    with clock.frozen(NOON):
        tell(lost)
        tell(reached)
        assert send_waiting().sent == 1
    assert list(unreachable([lost.id, reached.id])) == [lost.id]
    assert unreachable([]) == []
    assert {delivery.last_error for delivery in deliveries()} == {"", operations.NO_ADDRESS}


def test_sending_again_uses_the_number_of_today(channel: Remembering) -> None:
    who = family(phone=None)
    with clock.frozen(NOON):
        tell(who)
        with housekeeping() as session:
            session.get_one(Account, who.id).phone = PHONE
        operations.send_again(House("test"), delivery_id=deliveries()[0].id)
        assert send_waiting().sent == 1
        operations.send_again(House("test"), delivery_id=deliveries()[0].id)
        assert send_waiting().sent == 1
    assert [message.to for message in channel.messages] == [PHONE, PHONE]


def test_a_channel_switched_off_keeps_what_waits(channel: Remembering) -> None:
    with clock.frozen(NOON):
        tell(family())
        channels.use({})
        assert send_waiting().postponed == 1
    assert "switched off" in deliveries()[0].last_error


def test_the_inbox_alone_makes_no_deliveries(context: Flask) -> None:
    channels.install(("inbox",), Path("unused"))
    tell(family())
    assert deliveries() == []


def test_unknown_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        channels.install(("inbox", "pigeon"), Path("unused"))


def test_the_file_drop_is_json_lines_for_its_own_user_only(context: Flask, settings: Settings) -> None:
    with clock.frozen(NOON):
        who = family()
        tell(who)
        tell(who)
        assert send_waiting().sent == 2
    drop = settings.data_dir / "outbox" / "2026-06-20.jsonl"
    lines = [json.loads(line) for line in drop.read_text(encoding="utf-8").splitlines()]
    assert [line["to"] for line in lines] == [PHONE, PHONE]
    assert len({line["id"] for line in lines}) == 2
    assert stat.S_IMODE(drop.stat().st_mode) == 0o600
    assert stat.S_IMODE(drop.parent.stat().st_mode) == 0o700


def test_a_full_disk_is_said_without_personal_data(tmp_path: Path) -> None:
    blocked = tmp_path / "outbox"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(NotDelivered) as caught:
        FileChannel(blocked).send(MESSAGE)
    assert PHONE not in str(caught.value)


def test_the_console_masks_the_number() -> None:
    stream = StringIO()
    ConsoleChannel(stream).send(MESSAGE)
    assert "正文" in stream.getvalue()
    assert PHONE not in stream.getvalue()
    assert "****8000" in stream.getvalue()


def test_numbers_are_stored_encrypted(channel: Remembering) -> None:
    tell(family())
    raw = db.session.connection().exec_driver_sql("SELECT address FROM delivery").scalar_one()
    assert PHONE not in raw


def test_templates_are_kept_by_name(context: Flask) -> None:
    add_template("test.short", "一句话。再一句。")
    assert worded("test.short", {}).title == "一句话"
    assert template_of("test.short").urgent is False
    keys = [template.key for template in all_templates()]
    assert keys == sorted(keys)
    assert {"test.short", "account.password_changed"} <= set(keys)


def test_reading_is_for_the_owner_and_for_what_shows(channel: Remembering) -> None:
    from core.access import Actor

    who, other = family(), family()
    notice = tell(who, link="/applications")
    later = tell(who, visible_from=clock.now() + dt.timedelta(days=1))
    mine = Actor(account_id=who.id, label="a")
    for actor, found in ((Actor(account_id=other.id, label="b"), notice), (mine, later)):
        with pytest.raises(NotVisible):
            operations.read(actor, notice_id=found.id)
    assert operations.read(mine, notice_id=notice.id) == "/applications"
    first = db.session.get_one(Notice, notice.id).read_at
    operations.read(mine, notice_id=notice.id)
    assert db.session.get_one(Notice, notice.id).read_at == first


def test_a_recorded_resend_names_no_number(channel: Remembering) -> None:
    from core.audit.models import AuditEntry

    tell(family())
    operations.send_again(House("test"), delivery_id=deliveries()[0].id)
    with transaction():
        record(House("test"), "test.end", ("test", "1"))
    assert PHONE not in str([entry.facts for entry in db.session.query(AuditEntry)])
