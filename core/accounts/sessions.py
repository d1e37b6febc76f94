"""Server-side sessions: the row decides at every request, so a revocation holds at once."""

import datetime as dt
import hashlib
import secrets
import uuid

from flask import current_app
from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from core import clock
from core.access import Actor, Grant, Role
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
    """The Actor behind a session token; None if the session ended, idled out, or the account may not work."""
    row = db.session.scalars(
        select(SignInSession)
        .where(SignInSession.token_hash == token_hash(token))
        .options(
            joinedload(SignInSession.account).selectinload(Account.grants).joinedload(RoleGrant.organisation),
        )
    ).one_or_none()
    if row is None or row.account.state is not AccountState.ACTIVE:
        return None
    grants = tuple(_grant(grant) for grant in row.account.grants if holds_today(grant))
    now = clock.now()
    if row.revoked_at is not None or now >= _ends_at(row, grants):
        return None
    seen_before = row.last_seen_at
    if now - seen_before > TOUCH_AFTER:
        row_id = row.id
        actor = _actor(row, grants, seen_at=now)
        touch(row_id)
        return actor
    return _actor(row, grants, seen_at=seen_before)


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


def holds_today(grant: RoleGrant) -> bool:
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


def _ends_at(row: SignInSession, grants: tuple[Grant, ...], seen_at: dt.datetime | None = None) -> dt.datetime:
    staff = any(grant.role in STAFF for grant in grants)
    return min(row.ends_at, (seen_at or row.last_seen_at) + _idle(staff=staff))


def _actor(row: SignInSession, grants: tuple[Grant, ...], *, seen_at: dt.datetime) -> Actor:
    account = row.account
    staff = any(grant.role in STAFF for grant in grants)
    return Actor(
        account_id=account.id,
        label=account.sign_in_name,
        grants=grants,
        second_factor_at=row.second_factor_at,
        session_id=row.id,
        must_enrol_second_factor=staff and account.totp_secret is None,
        session_ends_at=_ends_at(row, grants, seen_at),
    )


def _grant(grant: RoleGrant) -> Grant:
    organisation = grant.organisation
    return Grant(
        role=Role(grant.role),
        organisation_id=grant.organisation_id,
        organisation_kind=organisation.kind if organisation else None,
        division=organisation.division if organisation else "",
    )
