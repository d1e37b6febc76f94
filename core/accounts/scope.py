"""Which accounts an actor sees."""

import uuid

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import selectinload

from core.access import Actor
from core.access.roles import FAMILY
from core.accounts.models import Account, RoleGrant
from core.accounts.operations import ADMINISTER
from core.db import find, find_in


def visible_accounts(actor: Actor) -> Select[Account]:
    """Staff accounts, for the security administration; for everybody else none.

    Accounts of pupils and guardians belong to the rooms that opened them.
    """
    query = select(Account).options(selectinload(Account.grants).joinedload(RoleGrant.organisation))
    if not actor.may(ADMINISTER):
        return query.where(false())
    family = exists().where(RoleGrant.account_id == Account.id, RoleGrant.role.in_(FAMILY))
    return query.where(~family)


def visible_account(actor: Actor, account_id: uuid.UUID) -> Account:
    """One of them, or NotVisible."""
    return find_in(visible_accounts(actor).where(Account.id == account_id))


def visible_grant(actor: Actor, grant_id: uuid.UUID) -> RoleGrant:
    """A role of one of them, or NotVisible."""
    grant = find(RoleGrant, grant_id)
    visible_account(actor, grant.account_id)
    return grant
