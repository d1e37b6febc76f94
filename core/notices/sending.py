"""The outbox: what waits is handed to its channel, one delivery a transaction, later again if it fails."""

import datetime as dt
import uuid
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import func, select

from core import clock
from core.accounts.models import Account
from core.db import db, housekeeping
from core.notices.channels import Message, NotDelivered, installed
from core.notices.models import Delivery, DeliveryState
from core.notices.templates import worded

WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long to wait after each failed attempt; after the last one the delivery has failed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round of sending did."""

    sent: int
    postponed: int
    failed: int


def send_waiting(limit: int = 200) -> Sent:
    """Send up to ``limit`` deliveries whose time has come, oldest first. Safe to run twice at a time.

    A delivery whose process dies between hand-over and commit is sent again with the same id.
    """
    outcomes = [_send_one(delivery_id) for delivery_id in _due(limit)]
    return Sent(
        sent=outcomes.count(DeliveryState.SENT),
        postponed=outcomes.count(DeliveryState.WAITING),
        failed=outcomes.count(DeliveryState.FAILED),
    )


def waiting() -> int:
    """How many deliveries wait for their time or another attempt."""
    query = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
    return db.session.scalar(query) or 0


def _due(limit: int) -> list[uuid.UUID]:
    query = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.WAITING, Delivery.next_at <= clock.now())
        .order_by(Delivery.next_at, Delivery.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def _send_one(delivery_id: uuid.UUID) -> DeliveryState | None:
    """The state after the attempt; None if another sender holds or has sent it."""
    with housekeeping() as session:
        query = (
            select(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        delivery = session.scalars(query).one_or_none()
        if delivery is None:
            return None
        delivery.attempts += 1
        try:
            _hand_over(delivery)
        except NotDelivered as error:
            _postpone(delivery, str(error))
        else:
            delivery.state, delivery.sent_at, delivery.last_error = DeliveryState.SENT, clock.now(), ""
        return delivery.state


def _hand_over(delivery: Delivery) -> None:
    channel = installed().get(delivery.channel)
    if channel is None:
        raise NotDelivered("channel: switched off in the settings")
    notice = delivery.notice
    language = db.session.get_one(Account, notice.account_id).language
    with force_locale(language):
        words = worded(notice.template, notice.facts)
    channel.send(
        Message(
            id=str(delivery.id),
            to=delivery.address or "",
            title=words.title,
            text=words.text,
            link=notice.link,
            at=clock.now().astimezone(clock.BEIJING).isoformat(timespec="seconds"),
        )
    )


def _postpone(delivery: Delivery, reason: str) -> None:
    delivery.last_error = reason
    if delivery.attempts > len(WAITS):
        delivery.state = DeliveryState.FAILED
    else:
        delivery.next_at = clock.now() + WAITS[delivery.attempts - 1]
