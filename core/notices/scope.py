"""Which notices and deliveries an actor sees, and the counts around them."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, exists, false, func, select
from sqlalchemy.orm import joinedload

from core import clock
from core.access import Actor
from core.accounts.models import Account
from core.db import db
from core.errors import NotVisible
from core.notices.models import Delivery, DeliveryState, Notice

SEE_DELIVERIES = "notice.deliveries"


def visible_notices(actor: Actor) -> Select[Notice]:
    """The actor's own inbox: what may show by now."""
    return select(Notice).where(Notice.account_id == actor.account_id, Notice.visible_from <= clock.now())


def unread_count(actor: Actor) -> int:
    """How many notices of the inbox have not been opened."""
    if actor.account_id is None:
        return 0
    unread = visible_notices(actor).where(Notice.read_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0


def visible_deliveries(actor: Actor) -> Select[Delivery, Account]:
    """The delivery log with the accounts it went to, for the system administration; for others nothing."""
    query = (
        select(Delivery, Account)
        .join(Delivery.notice)
        .join(Account, Account.id == Notice.account_id)
        .options(joinedload(Delivery.notice))
    )
    return query if actor.may(SEE_DELIVERIES) else query.where(false())


def visible_delivery(actor: Actor, delivery_id: uuid.UUID) -> Delivery:
    """One of them, or NotVisible."""
    row = db.session.execute(visible_deliveries(actor).where(Delivery.id == delivery_id)).one_or_none()
    if row is None:
        raise NotVisible
    delivery: Delivery = row[0]
    return delivery


def unreachable(account_ids: Iterable[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Which of these accounts no channel reaches (no number, or every attempt failed): people to phone."""
    lost = exists().where(
        Notice.account_id == Account.id,
        Delivery.notice_id == Notice.id,
        Delivery.state == DeliveryState.FAILED,
    )
    reached = exists().where(
        Notice.account_id == Account.id,
        Delivery.notice_id == Notice.id,
        Delivery.state == DeliveryState.SENT,
    )
    query = select(Account.id).where(Account.id.in_(list(account_ids)), lost, ~reached)
    return db.session.scalars(query.order_by(Account.id)).all()
