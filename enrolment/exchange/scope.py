"""Which keys and packages an actor may see: those of the own bureau."""

import uuid

from sqlalchemy import Select, and_, or_, select

from core.access import Actor
from core.db import db, find_in
from enrolment.exchange.models import ExchangeKey, ExchangePackage, KeyState, Way

SEE, KEYS, SEND, TAKE = "exchange.see", "exchange.keys", "exchange.send", "exchange.take"


def visible_keys(actor: Actor, permission: str = SEE) -> Select[ExchangeKey]:
    """The keys that the actor's bureau relies on, its own among them."""
    return select(ExchangeKey).where(ExchangeKey.holder.in_(actor.counties(permission)))


def visible_packages(actor: Actor, permission: str = SEE) -> Select[ExchangePackage]:
    """What the actor's bureau has sent, and what it has taken in or set aside."""
    own = actor.counties(permission)
    return select(ExchangePackage).where(
        or_(
            and_(ExchangePackage.way == Way.SENT, ExchangePackage.sender.in_(own)),
            and_(ExchangePackage.way != Way.SENT, ExchangePackage.receiver.in_(own)),
        )
    )


def get_key(actor: Actor, key_id: uuid.UUID, permission: str = SEE) -> ExchangeKey:
    """The key, if visible; NotVisible otherwise."""
    return find_in(visible_keys(actor, permission).where(ExchangeKey.id == key_id))


def get_package(actor: Actor, package_id: uuid.UUID) -> ExchangePackage:
    """The package, if visible; NotVisible otherwise."""
    return find_in(visible_packages(actor).where(ExchangePackage.id == package_id))


def confirmed_key(holder: str, county: str) -> ExchangeKey | None:
    """The key of a county that a bureau relies on now."""
    query = select(ExchangeKey).where(
        ExchangeKey.holder == holder, ExchangeKey.county == county, ExchangeKey.state == KeyState.CONFIRMED
    )
    return db.session.scalars(query).one_or_none()
