"""Server-side sessions: the row decides at every request, so a revocation holds at once."""

import datetime as dt
import hashlib
import secrets

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from core import clock
from core.access import Actor, Grant, Role
from core.access.roles import STAFF
from core.accounts.models import Account, AccountState, RoleGrant, SignInSession
from core.config import Settings
from core.db import db, housekeeping

TOUCH_AFTER = dt.timedelta(minutes=1)


def token_hash(token: str) -> str:
    """What is stored of a session token or one-time code."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(account: Account, *, address: str, second_factor_at: dt.datetime | None = None) -> str:
    """Inside a transaction: a new session row; returns the token that only the browser keeps."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    settings: Settings = current_app.extensions["zone_settings"]
    db.session.add(
        SignInSession(
            token_hash=token_hash(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            ends_at=now + dt.timedelta(hours=settings.absolute_hours),
            second_factor_at=second_factor_at,
            address=address[:64],
        )
    )
    return token


def actor_of(token: str) -> Actor | None:
    """The Actor behind a session token; None if the session ended, idled out, or the account may not work."""
    row = db.session.scalars(
        select(SignInSession)
        .where(SignInSession.token_hash == token_hash(token))
        .options(
            joinedload(SignInSession.account)
            .selectinload(Account.grants)
            .joinedload(RoleGrant.organisation),
        )
    ).one_or_none()
    if row is None or row.account.state is not AccountState.ACTIVE:
        return None
    actor = _actor(row)
    if not _is_live(row, staff=actor.is_staff):
        return None
    if clock.now() - row.last_seen_at > TOUCH_AFTER:
        with housekeeping() as session:
            session.execute(
                update(SignInSession).where(SignInSession.id == actor.session_id).values(last_seen_at=clock.now())
            )
    return actor


def revoke_sessions(account: Account, *, except_token: str | None = None) -> None:
    """Inside a transaction: end all sessions of an account (but the one that asks, if named)."""
    query = update(SignInSession).where(
        SignInSession.account_id == account.id, SignInSession.revoked_at.is_(None)
    )
    if except_token:
        query = query.where(SignInSession.token_hash != token_hash(except_token))
    db.session.execute(query.values(revoked_at=clock.now()))


def _is_live(row: SignInSession, *, staff: bool) -> bool:
    settings: Settings = current_app.extensions["zone_settings"]
    idle = dt.timedelta(minutes=settings.idle_minutes_staff if staff else settings.idle_minutes_applicant)
    now = clock.now()
    return row.revoked_at is None and now < row.ends_at and now - row.last_seen_at <= idle


def _actor(row: SignInSession) -> Actor:
    account = row.account
    grants = tuple(_grant(grant) for grant in account.grants if _holds_today(grant))
    staff = any(grant.role in STAFF for grant in grants)
    return Actor(
        account_id=account.id,
        label=account.sign_in_name,
        grants=grants,
        second_factor_at=row.second_factor_at,
        session_id=row.id,
        must_enrol_second_factor=staff and account.totp_secret is None,
    )


def _grant(grant: RoleGrant) -> Grant:
    organisation = grant.organisation
    return Grant(
        role=Role(grant.role),
        organisation_id=grant.organisation_id,
        organisation_kind=organisation.kind if organisation else None,
        division=organisation.division if organisation else "",
    )


def _holds_today(grant: RoleGrant) -> bool:
    today = clock.today()
    started = grant.valid_from is None or grant.valid_from <= today
    return grant.ended_at is None and started and (grant.valid_to is None or today <= grant.valid_to)
