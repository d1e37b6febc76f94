"""The second factor: giving it, setting it up, and the recovery codes for the day the phone is gone."""

import uuid
from typing import NamedTuple

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.accounts import second_factor, throttle
from core.accounts.models import Account, CodePurpose, OneTimeCode
from core.accounts.one_time_codes import RECOVERY_SIGNS, in_groups, new_code, read_code
from core.accounts.operations import code_hash, end_codes
from core.accounts.sessions import renew_token, revoke_sessions
from core.accounts.signing import account_id_of
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import NotAllowed, NotVisible, Refused
from core.i18n import lazy as _l

RECOVERY_CODES = 10


class Enrolled(NamedTuple):
    """The session goes on under this token; the recovery codes are readable only now."""

    token: str
    recovery_codes: tuple[str, ...]


def give_second_factor(actor: Actor, *, code: str) -> str:
    """Accept a code of the authenticator app, or a recovery code; returns the session's new token.

    Each code opens once. Raises Refused for a wrong or used code, Throttled after too many.
    """
    tries = throttle.bucket("second-factor", actor.account_id)
    throttle.attempt(tries)
    with transaction():
        account = lock_row(Account, account_id_of(actor))
        kind = _use_code(account, code)
        if kind:
            record(actor, "account.second_factor", account, kind=kind)
            token = renew_token(_session_of(actor), second_factor_at=clock.now())
        else:
            record(actor, "account.second_factor_refused", account)
    if not kind:
        raise Refused(_l("验证码不对，或者已经用过。请输入验证器里最新的 6 位数字。"), field="code")
    throttle.succeeded(tries)
    return token


def enrol_second_factor(actor: Actor, *, secret: str, code: str) -> Enrolled:
    """Set up the authenticator app whose ``secret`` was shown, proved by one of its codes.

    An app already set up is replaced only by a session in which the second factor was given.
    """
    with transaction():
        account = lock_row(Account, account_id_of(actor))
        if account.totp_secret is not None and actor.second_factor_at is None:
            raise NotAllowed(_l("更换验证器之前，请先用现在的验证器验证一次。"))
        step = second_factor.matching_step(secret, code, clock.now(), after=0)
        if step is None:
            raise Refused(_l("验证码不对。请核对手机时间是否准确，再输入最新的 6 位数字。"), field="code")
        account.totp_secret, account.totp_last_step = secret, step
        revoke_sessions(account, except_session=actor.session_id)
        codes = _new_recovery_codes(account)
        record(actor, "account.enrol_second_factor", account)
        return Enrolled(renew_token(_session_of(actor), second_factor_at=clock.now()), codes)


def renew_recovery_codes(actor: Actor) -> tuple[str, ...]:
    """Ten new recovery codes; the earlier ones end. Only after the second factor was given."""
    if actor.second_factor_at is None:
        raise NotAllowed(_l("请先用验证器验证一次，再换备用码。"))
    with transaction():
        account = lock_row(Account, account_id_of(actor))
        codes = _new_recovery_codes(account)
        record(actor, "account.renew_recovery_codes", account)
        return codes


def _use_code(account: Account, raw: str) -> str:
    """Use up a code of the app or a recovery code; which of them it was, or an empty text."""
    if account.totp_secret is None:
        return ""
    step = second_factor.matching_step(account.totp_secret, raw, clock.now(), after=account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        return "app"
    typed = read_code(raw, RECOVERY_SIGNS)
    if not typed:
        return ""
    found = db.session.scalars(
        select(OneTimeCode).where(
            OneTimeCode.account_id == account.id,
            OneTimeCode.purpose == CodePurpose.RECOVERY,
            OneTimeCode.code_hash == code_hash(typed),
            OneTimeCode.used_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return ""
    found.used_at = clock.now()
    return "recovery"


def _new_recovery_codes(account: Account) -> tuple[str, ...]:
    end_codes(account, CodePurpose.RECOVERY)
    codes = tuple(new_code(RECOVERY_SIGNS) for _number in range(RECOVERY_CODES))
    db.session.add_all(
        OneTimeCode(
            account_id=account.id,
            purpose=CodePurpose.RECOVERY,
            code_hash=code_hash(code),
            created_at=clock.now(),
        )
        for code in codes
    )
    return tuple(in_groups(code) for code in codes)


def _session_of(actor: Actor) -> uuid.UUID:
    if actor.session_id is None:
        raise NotVisible
    return actor.session_id
