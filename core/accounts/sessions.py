"""Server-side sessions: the row decides at every request, so a revocation holds at once."""

import datetime as dt
import hashlib
import secrets
import uuid
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import Select, select, update

from core import clock
from core.access import Actor, Grant, Organisation
from core.access.roles import STAFF
from core.accounts.models import Account, AccountState, RoleGrant, SignInSession
from core.config import Settings
from core.db import db, housekeeping, lock_row

TOUCH_AFTER = dt.timedelta(minutes=1)


def token_hash(token: str) -> str:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    account: Account, *, address: str, device: str = "", second_factor_at: dt.datetime | None = None
) -> str:
    """Inside a transaction: a new session row; returns the token that only the browser keeps."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignInSession(
            token_hash=token_hash(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            ends_at=now + dt.timedelta(hours=_settings().absolute_hours),
            second_factor_at=second_factor_at,
            address=address[:64],
            device=device[:60],
        )
    )
    return token


def renew_token(session_id: uuid.UUID, *, second_factor_at: dt.datetime) -> str:
    """Inside a transaction: the session goes on under a new token, with its second factor given."""
    token = secrets.token_urlsafe(32)
    row = lock_row(SignInSession, session_id)
    row.token_hash = token_hash(token)
    row.second_factor_at = second_factor_at
    return token


def actor_of(token: str) -> Actor | None:
    """The Actor behind a session token; None if the session ended, idled out, or the account may not work.

    One query of plain columns: this runs at every request, and nothing personal is decrypted for it.
    """
    rows = db.session.execute(_WHO.where(SignInSession.token_hash == token_hash(token))).all()
    if not rows or rows[0].state is not AccountState.ACTIVE:
        return None
    who = rows[0]
    grants = tuple(_grant(row) for row in rows if row.role is not None and holds_today(row))
    staff = any(grant.role in STAFF for grant in grants)
    idle, now = _idle(staff=staff), clock.now()
    if who.revoked_at is not None or now >= min(who.ends_at, who.last_seen_at + idle):
        return None
    seen_at = who.last_seen_at
    if now - seen_at > TOUCH_AFTER:
        touch(who.session_id)
        seen_at = now
    return Actor(
        account_id=who.account_id,
        label=who.sign_in_name,
        grants=grants,
        second_factor_at=who.second_factor_at,
        session_id=who.session_id,
        must_enrol_second_factor=staff and not who.has_second_factor,
        session_ends_at=min(who.ends_at, seen_at + idle),
    )


def touch(session_id: uuid.UUID) -> None:
    """Note that the session was used just now."""
    with housekeeping() as session:
        query = update(SignInSession).where(SignInSession.id == session_id)
        session.execute(query.values(last_seen_at=clock.now()))


def revoke_sessions(account: Account, *, except_session: uuid.UUID | None = None) -> None:
    """Inside a transaction: end all sessions of an account (but the one that asks, if named)."""
    query = update(SignInSession).where(SignInSession.account_id == account.id, SignInSession.revoked_at.is_(None))
    if except_session:
        query = query.where(SignInSession.id != except_session)
    db.session.execute(query.values(revoked_at=clock.now()))


def live_sessions(actor: Actor) -> Select[SignInSession]:
    """The actor's own sessions that have not ended, newest first."""
    now = clock.now()
    idle = _idle(staff=actor.is_staff)
    return (
        select(SignInSession)
        .where(
            SignInSession.account_id == actor.account_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.ends_at > now,
            SignInSession.last_seen_at > now - idle,
        )
        .order_by(SignInSession.created_at.desc(), SignInSession.id)
    )


class Dated(Protocol):
    """A role grant, or a plain row of one."""

    @property
    def valid_from(self) -> dt.date | None: ...
    @property
    def valid_to(self) -> dt.date | None: ...
    @property
    def ended_at(self) -> dt.datetime | None: ...


def holds_today(grant: Dated) -> bool:
    """Whether a role grant is in force today (deputies hold theirs between two days)."""
    today = clock.today()
    started = grant.valid_from is None or grant.valid_from <= today
    return grant.ended_at is None and started and (grant.valid_to is None or today <= grant.valid_to)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["zone_settings"]
    return settings


def _idle(*, staff: bool) -> dt.timedelta:
    settings = _settings()
    return dt.timedelta(minutes=settings.idle_minutes_staff if staff else settings.idle_minutes_applicant)


def _grant(row: Any) -> Grant:
    return Grant(
        role=row.role,
        organisation_id=row.organisation_id,
        organisation_kind=row.organisation_kind,
        division=row.division or "",
    )


_WHO = (
    select(
        SignInSession.id.label("session_id"),
        SignInSession.last_seen_at,
        SignInSession.ends_at,
        SignInSession.revoked_at,
        SignInSession.second_factor_at,
        Account.id.label("account_id"),
        Account.sign_in_name,
        Account.state,
        Account.totp_secret.is_not(None).label("has_second_factor"),
        RoleGrant.role,
        RoleGrant.valid_from,
        RoleGrant.valid_to,
        RoleGrant.ended_at,
        RoleGrant.organisation_id,
        Organisation.kind.label("organisation_kind"),
        Organisation.division,
    )
    .join(Account, Account.id == SignInSession.account_id)
    .outerjoin(RoleGrant, RoleGrant.account_id == Account.id)
    .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
    .order_by(RoleGrant.given_at, RoleGrant.id)
)
