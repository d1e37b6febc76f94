"""“Who looked at my record”: the read log of one person's records, told to that person."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.access import Organisation
from core.accounts.models import Account, RoleGrant
from core.accounts.role_words import role_word
from core.audit.queries import reads_of_any
from core.db import db


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when, in which role and for which office (not the official's name), and what for.

    ``operation`` is the name of what was done ("student.reveal"), ``purpose`` the reason typed for it.
    ``role`` is empty where the product itself read (a command, a job).
    """

    at: dt.datetime
    role: object
    office: Organisation | None
    operation: str
    purpose: str


def looks_at(subjects: Iterable[tuple[str, object]]) -> tuple[Look, ...]:
    """The looks of staff at these subjects (pairs of table name and id), newest first."""
    entries = reads_of_any(subjects)
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    query = (
        select(Account)
        .where(Account.id.in_(ids))
        .options(selectinload(Account.grants).joinedload(RoleGrant.organisation))
    )
    accounts = {account.id: account for account in db.session.scalars(query)}
    looks = []
    for entry in entries:
        account = accounts.get(entry.actor_id) if entry.actor_id else None
        grant = _grant_at(account, entry.at) if account else None
        looks.append(
            Look(
                at=entry.at,
                role=role_word(grant.role) if grant else "",
                office=grant.organisation if grant else None,
                operation=entry.operation,
                purpose=str(entry.facts.get("purpose", "")),
            )
        )
    return tuple(looks)


def _grant_at(account: Account, at: dt.datetime) -> RoleGrant | None:
    """The role the account held at that moment, the last one given if there were several."""
    held = [
        grant for grant in account.grants if grant.given_at <= at and (grant.ended_at is None or at < grant.ended_at)
    ]
    return held[-1] if held else (account.grants[-1] if account.grants else None)
