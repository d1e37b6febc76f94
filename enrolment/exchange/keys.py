"""Keys: made or entered by one person, compared and confirmed by another."""

import base64
import uuid

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, expect_version, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from enrolment.cycles.queries import counties
from enrolment.exchange.models import ExchangeKey, KeyState
from enrolment.exchange.packages import BadKey, PrivateKeys, PublicKeys
from enrolment.exchange.scope import KEYS, confirmed_key, get_key

_HALF = 32


def make_own_key(actor: Actor, *, county: str) -> ExchangeKey:
    """A fresh pair of keys for the own bureau; another person confirms it, then the public half may be handed over.

    Raises NotAllowed for a county that is not the actor's own.
    """
    _demand_own(actor, county)
    private = PrivateKeys.new()
    with transaction():
        return _propose(actor, county, county, private.public, private)


def enter_key(actor: Actor, *, holder: str, text: str) -> ExchangeKey:
    """A partner's public key as it was handed over. Raises Refused for what is no key of another taking part."""
    _demand_own(actor, holder)
    try:
        county, public = PublicKeys.read(text)
    except BadKey as error:
        raise Refused(_l("这不是公钥。请原样粘贴对方交来的一行，以 zone-key-1 开头。"), field="text") from error
    if county == holder:
        raise Refused(_l("这是本县区自己的公钥，不用登记。"), field="text")
    if county not in {one.division for one in counties()}:
        raise Refused(_l("公钥上的县区代码 %(county)s 不在参加招生的县区中。", county=county), field="text")
    with transaction():
        known = confirmed_key(holder, county)
        if known is not None and known.fingerprint == public.fingerprint:
            raise Refused(_l("这把公钥已经核对过，正在使用。"), field="text")
        return _propose(actor, holder, county, public, None)


def confirm_key(actor: Actor, *, key_id: uuid.UUID, version: int, typed: str) -> ExchangeKey:
    """Another person has compared the fingerprint; ``typed`` are its last eight signs. The older key retires.

    Raises NotAllowed for the person who entered it, Refused for other signs or a key already decided.
    """
    with transaction() as session:
        key = _undecided(actor, key_id, version)
        if typed.strip().lower().replace(" ", "") != key.fingerprint[-8:]:
            raise Refused(_l("与指纹的最后八位不同。请通过电话向对方逐位核对，不要抄写本页的内容。"), field="typed")
        older = confirmed_key(key.holder, key.county)
        if older is not None:
            older.state = KeyState.RETIRED
            record(actor, "exchange.retire_key", older, county=older.county, fingerprint=older.fingerprint)
            session.flush()
        _decide(actor, key, KeyState.CONFIRMED)
        record(actor, "exchange.confirm_key", key, county=key.county, fingerprint=key.fingerprint)
        return key


def refuse_key(actor: Actor, *, key_id: uuid.UUID, version: int) -> ExchangeKey:
    """Another person found that the fingerprint is not the partner's."""
    with transaction():
        key = _undecided(actor, key_id, version)
        _decide(actor, key, KeyState.REFUSED)
        record(actor, "exchange.refuse_key", key, county=key.county, fingerprint=key.fingerprint)
        return key


def private_of(key: ExchangeKey) -> PrivateKeys:
    """The private halves of an own key."""
    raw = base64.b64decode(key.private or "")
    return PrivateKeys(raw[:_HALF], raw[_HALF:])


def public_of(key: ExchangeKey) -> PublicKeys:
    """The public halves of a key on record."""
    return PublicKeys.read(key.public)[1]


def _propose(actor: Actor, holder: str, county: str, public: PublicKeys, private: PrivateKeys | None) -> ExchangeKey:
    key = ExchangeKey(
        holder=holder,
        county=county,
        public=public.text(county),
        private=base64.b64encode(private.signing + private.sealing).decode() if private else None,
        fingerprint=public.fingerprint,
        state=KeyState.PROPOSED,
        proposed_by=actor.account_id,
        proposed_at=clock.now(),
    )
    session = db.session()
    session.add(key)
    session.flush()
    record(actor, "exchange.propose_key", key, county=county, fingerprint=public.fingerprint)
    return key


def _undecided(actor: Actor, key_id: uuid.UUID, version: int) -> ExchangeKey:
    key = lock_row(ExchangeKey, get_key(actor, key_id, KEYS).id)
    expect_version(key, version)
    if key.state is not KeyState.PROPOSED:
        raise Refused(_l("这把公钥已经核对过。"))
    if key.proposed_by == actor.account_id:
        raise NotAllowed(_l("这把公钥由您登记，须由另一位人员核对。"))
    return key


def _decide(actor: Actor, key: ExchangeKey, state: KeyState) -> None:
    key.state, key.decided_by, key.decided_at = state, actor.account_id, clock.now()
    db.session.flush()


def _demand_own(actor: Actor, county: str) -> None:
    if county not in actor.counties(KEYS):
        raise NotAllowed(_l("只能办理本县区的密钥。"))
