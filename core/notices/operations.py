"""Writing notices and reading them. The notice and its deliveries are part of the operation that tells."""

import datetime as dt
import uuid

from sqlalchemy import update

from core import clock
from core.access import Actor
from core.accounts.models import Account
from core.audit import record
from core.audit.operations import Signature
from core.db import db, housekeeping, lock_row, transaction
from core.db.transaction import require_transaction
from core.errors import NotVisible
from core.notices.channels import installed
from core.notices.facts import Facts, stored
from core.notices.models import Delivery, DeliveryState, Notice
from core.notices.quiet_hours import quiet_hours
from core.notices.templates import template_of, worded

NO_ADDRESS = "no_address"
"""The account has no telephone number: these families have to be called on the landline or visited."""


def notify(
    account_id: uuid.UUID,
    template: str,
    facts: Facts,
    link: str = "",
    visible_from: dt.datetime | None = None,
) -> Notice:
    """Inside the open transaction: a notice in the account's inbox, and its way out over each channel.

    ``facts`` hold no document numbers, moments as datetimes and names as Words where they have two, so that
    each reader gets both in the own language; ``link`` is a path of this site; nothing shows or leaves before
    ``visible_from``. Raises UnknownTemplate if template and facts do not fit.
    """
    session = require_transaction()
    kept = stored(facts)
    worded(template, kept)
    now = clock.now()
    shows_at = max(now, visible_from or now)
    notice = Notice(
        account_id=account_id,
        template=template,
        facts=kept,
        link=link,
        created_at=now,
        visible_from=shows_at,
    )
    session.add(notice)
    channels = installed()
    if channels:
        phone = session.get_one(Account, account_id).phone
        leaves_at = shows_at if template_of(template).urgent else quiet_hours().next_allowed(shows_at)
        notice.deliveries.extend(_delivery(channel, phone, leaves_at) for channel in channels)
    return notice


def read(actor: Actor, *, notice_id: uuid.UUID) -> str:
    """Note that the actor opened one of their notices; returns the path it leads to (or an empty text)."""
    with housekeeping():
        notice = lock_row(Notice, notice_id)
        if notice.account_id != actor.account_id or notice.visible_from > clock.now():
            raise NotVisible
        if notice.read_at is None:
            notice.read_at = clock.now()
        return notice.link


def read_all(actor: Actor) -> None:
    """Note that the actor has seen everything in the inbox."""
    now = clock.now()
    with housekeeping():
        db.session.execute(
            update(Notice)
            .where(
                Notice.account_id == actor.account_id,
                Notice.read_at.is_(None),
                Notice.visible_from <= now,
            )
            .values(read_at=now)
        )


def send_again(actor: Signature, *, delivery_id: uuid.UUID) -> None:
    """Put a delivery back into the outbox, to the account's telephone number of today."""
    with transaction():
        delivery = lock_row(Delivery, delivery_id)
        phone = db.session.get_one(Account, delivery.notice.account_id).phone
        fresh = _delivery(delivery.channel, phone, clock.now())
        delivery.address, delivery.state = fresh.address, fresh.state
        delivery.attempts, delivery.next_at = 0, fresh.next_at
        delivery.sent_at, delivery.last_error = None, fresh.last_error
        record(actor, "notice.send_again", delivery, channel=delivery.channel)


def _delivery(channel: str, phone: str | None, leaves_at: dt.datetime) -> Delivery:
    if phone:
        return Delivery(channel=channel, address=phone, state=DeliveryState.WAITING, next_at=leaves_at, last_error="")
    return Delivery(
        channel=channel, address=None, state=DeliveryState.FAILED, next_at=leaves_at, last_error=NO_ADDRESS
    )
