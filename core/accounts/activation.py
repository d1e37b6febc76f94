"""Activation: a one-time code, a second fact where a room knows one, and a password of one's own."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.accounts import throttle
from core.accounts.backoff import Limit
from core.accounts.choosing import demand_good_password, set_password
from core.accounts.models import Account, AccountState, CodePurpose, OneTimeCode
from core.accounts.one_time_codes import ACTIVATION_SIGNS, read_code
from core.accounts.operations import code_hash, end_codes
from core.accounts.passwords import hash_password
from core.accounts.sessions import open_session, revoke_sessions
from core.audit import record
from core.db import db, find, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l

FactChecker = Callable[[uuid.UUID, str], bool | None]
"""Whether the typed fact (last four of the document) fits the account; None: not an account of this room."""

_CHECKERS: list[FactChecker] = []
_BY_SOURCE = Limit(free=50, longest=dt.timedelta(minutes=1), memory=dt.timedelta(hours=1))
_UNKNOWN = _l("激活码或证件号码后四位不对。请对照激活单重新输入；如果激活单丢了，请到发放的单位补领。")


@dataclass(frozen=True, slots=True)
class Activation:
    """A code that was read and fits: which code, and the sign-in name its owner should remember."""

    code_id: uuid.UUID
    sign_in_name: str
    display_name: str


def add_fact_checker(checker: FactChecker) -> None:
    """Register a room that knows a second fact about its accounts (idempotent)."""
    if checker not in _CHECKERS:
        _CHECKERS.append(checker)


def look_up(*, code: str, fact: str, address: str) -> Activation:
    """The activation this code opens; Refused (one sentence for all causes), or Throttled."""
    by_source = throttle.bucket("activation", throttle.source_of(address), limit=_BY_SOURCE)
    throttle.attempt(by_source)
    row = _valid_code(read_code(code, ACTIVATION_SIGNS))
    if row is None:
        raise Refused(_UNKNOWN, field="code")
    code_id, account_id = row.id, row.account_id
    by_code = throttle.bucket("activation-fact", code_id)
    throttle.attempt(by_code)
    if any(checker(account_id, fact.strip()) is False for checker in _CHECKERS):
        raise Refused(_UNKNOWN, field="code")
    throttle.succeeded(by_code)
    throttle.undo(by_source)
    account = find(Account, account_id)
    return Activation(code_id, account.sign_in_name, account.display_name)


def activate(*, code_id: uuid.UUID, password: str, address: str, device: str = "") -> str:
    """Choose the password, open the account, sign in; returns the session token. The code is used up.

    Raises Refused for a weak password, and when the code was used or ended in the meantime.
    """
    account_id = find(OneTimeCode, code_id).account_id
    demand_good_password(find(Account, account_id), password)
    hashed = hash_password(password)
    with transaction():
        account = lock_row(Account, account_id)
        code = lock_row(OneTimeCode, code_id)
        if not _holds(code) or account.state is AccountState.DISABLED:
            raise Refused(_l("这个激活码已经用过或已失效。如果您刚刚设置了密码，请直接登录。"))
        end_codes(account, CodePurpose.ACTIVATION)
        set_password(account, hashed)
        account.state = AccountState.ACTIVE
        revoke_sessions(account)
        actor = Actor(account_id=account.id, label=account.sign_in_name)
        record(actor, "account.activate", account)
        return open_session(account, address=address, device=device)


def _valid_code(code: str) -> OneTimeCode | None:
    if not code:
        return None
    query = select(OneTimeCode).where(
        OneTimeCode.code_hash == code_hash(code), OneTimeCode.purpose == CodePurpose.ACTIVATION
    )
    row = db.session.scalars(query).one_or_none()
    return row if row is not None and _holds(row) else None


def _holds(code: OneTimeCode) -> bool:
    return code.used_at is None and (code.expires_at is None or clock.now() < code.expires_at)
