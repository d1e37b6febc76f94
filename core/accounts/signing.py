"""Signing in and out, and changing one's own password."""

import datetime as dt
import uuid

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.accounts import passwords, sign_in_names, throttle
from core.accounts.backoff import Limit
from core.accounts.choosing import demand_good_password, set_password
from core.accounts.models import Account, AccountState, CodePurpose, SignInSession
from core.accounts.operations import end_codes
from core.accounts.sessions import open_session, revoke_sessions
from core.audit import record
from core.audit.operations import House, record_denied
from core.crypto import blind_index
from core.db import db, find, lock_row, transaction
from core.errors import NotVisible, Refused
from core.i18n import lazy as _l

BY_NAME_AND_SOURCE = Limit()
BY_SOURCE = Limit(free=100, longest=dt.timedelta(minutes=1), memory=dt.timedelta(hours=1))
BY_NAME = Limit(free=200, longest=dt.timedelta(seconds=30))
KNOWN_SOURCE_DAYS = 30

_WRONG = _l("登录名或密码不对。请核对后再试；忘记密码请到发放激活单的单位补领。")
_STOPPED = {
    AccountState.FROZEN: _l("这个账号已按本人的要求冻结。请到发放激活单的单位核对身份后重新启用。"),
    AccountState.DISABLED: _l("这个账号已停用。如有疑问，请联系本单位的安全管理员。"),
}


def sign_in(*, name: str, password: str, address: str, device: str = "") -> str:
    """Check name and password; returns the token of a new session.

    Raises Refused with one sentence whether the name or the password is wrong, after the same work, and
    Throttled (without looking at the password) where too much was tried. The owner is never locked out
    by a stranger: only the pair of name and source waits long; the wider slow-down of a name passes by
    whoever signed in from the same source before.
    """
    known_as, source = sign_in_names.plain(name), throttle.source_of(address)
    pair = throttle.bucket("sign-in", known_as, source, limit=BY_NAME_AND_SOURCE)
    wide = [throttle.bucket("sign-in-source", source, limit=BY_SOURCE)]
    throttle.attempt(pair)
    if not _signed_in_from(known_as, address):
        wide.append(throttle.bucket("sign-in-name", known_as, limit=BY_NAME))
    throttle.attempt(*wide)
    account_id = _checked(known_as, password)
    throttle.succeeded(pair)
    throttle.undo(*wide)
    with transaction():
        account = lock_row(Account, account_id)
        if account.state is not AccountState.ACTIVE or account.password_hash is None:
            raise Refused(_STOPPED.get(account.state, _WRONG))
        if passwords.outdated(account.password_hash):
            account.password_hash = passwords.hash_password(password)
        record(_self(account), "account.sign_in", account)
        return open_session(account, address=address, device=device)


def sign_out(actor: Actor) -> None:
    """End the session that asks."""
    with transaction():
        if actor.session_id is not None:
            _end(lock_row(SignInSession, actor.session_id))
        record(actor, "account.sign_out", ("account", actor.account_id))


def end_session(actor: Actor, *, session_id: uuid.UUID) -> None:
    """End one of the actor's own sessions; NotVisible for anybody else's."""
    with transaction():
        row = lock_row(SignInSession, session_id)
        if row.account_id != actor.account_id:
            raise NotVisible
        _end(row)
        record(actor, "account.end_session", row)


def end_other_sessions(actor: Actor) -> None:
    """End all the actor's sessions but the one that asks."""
    with transaction():
        account = lock_row(Account, account_id_of(actor))
        revoke_sessions(account, except_session=actor.session_id)
        record(actor, "account.end_other_sessions", account)


def change_password(actor: Actor, *, current: str, new: str) -> None:
    """Replace the actor's password; every other session and every unused activation code ends.

    Raises Refused at the field that is wrong, Throttled after too many wrong current passwords.
    """
    own = throttle.bucket("own-password", actor.account_id)
    throttle.attempt(own)
    account = find(Account, account_id_of(actor))
    if not passwords.fits(account.password_hash, current):
        raise Refused(_l("现在的密码不对，请重新输入。"), field="current")
    throttle.succeeded(own)
    demand_good_password(find(Account, account_id_of(actor)), new)
    if passwords.fits(account.password_hash, new):
        raise Refused(_l("新密码和现在的密码一样，请换一个。"), field="password")
    hashed = passwords.hash_password(new)
    with transaction():
        account = lock_row(Account, account_id_of(actor))
        set_password(account, hashed)
        end_codes(account, CodePurpose.ACTIVATION)
        revoke_sessions(account, except_session=actor.session_id)
        record(actor, "account.change_password", account)


def _checked(known_as: str, password: str) -> uuid.UUID:
    """The account whose password this is. The same work with and without an account; Refused if wrong."""
    account = db.session.scalars(select(Account).where(Account.sign_in_name == known_as)).one_or_none()
    stored, account_id = (account.password_hash, account.id) if account else (None, None)
    if passwords.fits(stored, password) and account_id is not None:
        return account_id
    subject = ("account", account_id) if account_id else ("sign_in_name", blind_index("sign_in", known_as)[:32])
    record_denied(House("sign-in"), "account.sign_in_refused", subject)
    raise Refused(_WRONG)


def _signed_in_from(known_as: str, address: str) -> bool:
    """Whether the account of that name was used from this address lately."""
    since = clock.now() - dt.timedelta(days=KNOWN_SOURCE_DAYS)
    query = (
        select(SignInSession.id)
        .join(SignInSession.account)
        .where(
            Account.sign_in_name == known_as,
            SignInSession.address == address[:64],
            SignInSession.created_at > since,
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None


def _end(row: SignInSession) -> None:
    if row.revoked_at is None:
        row.revoked_at = clock.now()


def _self(account: Account) -> Actor:
    """The person as the signature of what they do before they are an Actor."""
    return Actor(account_id=account.id, label=account.sign_in_name)


def account_id_of(actor: Actor) -> uuid.UUID:
    """The account behind an Actor; NotVisible for nobody."""
    if actor.account_id is None:
        raise NotVisible
    return actor.account_id
