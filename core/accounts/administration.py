"""What the security administration does to staff accounts. Each step is audited and never on oneself."""

import uuid

from core import clock
from core.access import Actor
from core.accounts.models import Account, AccountState, CodePurpose, RoleGrant
from core.accounts.operations import ADMINISTER, NewGrant, add_grant, demand_other, end_codes
from core.accounts.sessions import revoke_sessions
from core.audit import record
from core.audit.operations import Signature
from core.db import lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l


def give_role(actor: Signature, *, account_id: uuid.UUID, new: NewGrant) -> RoleGrant:
    """Give a staff account another role, for good or (a deputy) between two days.

    Raises Refused if the duties do not go together or the account holds this role already.
    """
    with transaction() as session:
        account = _administered(actor, account_id)
        if any(_same(grant, new) for grant in account.grants):
            raise Refused(_l("这个账号已有这个角色。要改日期，请先收回再重新授予。"), field="role")
        grant = add_grant(actor, account, new)
        session.flush()
        record(
            actor,
            "account.give_role",
            account,
            role=new.role,
            organisation=str(new.organisation_id or ""),
            valid_from=str(new.valid_from or ""),
            valid_to=str(new.valid_to or ""),
        )
        return grant


def end_role(actor: Signature, *, grant_id: uuid.UUID) -> None:
    """Take a role back; it ends at once, and so do the account's sessions."""
    with transaction():
        grant = lock_row(RoleGrant, grant_id)
        account = _administered(actor, grant.account_id)
        if grant.ended_at is not None:
            raise Refused(_l("这个角色已经收回了。"))
        grant.ended_at = clock.now()
        revoke_sessions(account)
        record(
            actor,
            "account.end_role",
            account,
            role=grant.role,
            organisation=str(grant.organisation_id or ""),
        )


def disable(actor: Signature, *, account_id: uuid.UUID) -> None:
    """Stop an account (a leaver): no sign-in, all sessions and codes end. Its past stays as it is."""
    with transaction():
        account = _administered(actor, account_id)
        if account.state is AccountState.DISABLED:
            raise Refused(_l("这个账号已经停用了。"))
        account.state = AccountState.DISABLED
        end_codes(account, CodePurpose.ACTIVATION)
        revoke_sessions(account)
        record(actor, "account.disable", account)


def enable(actor: Signature, *, account_id: uuid.UUID) -> None:
    """Let a disabled or frozen account work again, with its password if it has one."""
    with transaction():
        account = _administered(actor, account_id)
        if account.state not in (AccountState.DISABLED, AccountState.FROZEN):
            raise Refused(_l("这个账号没有停用，不需要恢复。"))
        account.state = AccountState.ACTIVE if account.password_hash else AccountState.PENDING
        record(actor, "account.enable", account)


def reset_second_factor(actor: Signature, *, account_id: uuid.UUID) -> None:
    """Forget the authenticator app and recovery codes of somebody who lost both; all sessions end.

    At the next sign-in the person sets up a new app.
    """
    with transaction():
        account = _administered(actor, account_id)
        if account.totp_secret is None:
            raise Refused(_l("这个账号还没有设置验证器，不需要重置。"))
        account.totp_secret, account.totp_last_step = None, 0
        end_codes(account, CodePurpose.RECOVERY)
        revoke_sessions(account)
        record(actor, "account.reset_second_factor", account)


def _administered(actor: Signature, account_id: uuid.UUID) -> Account:
    """The account, locked, if this actor may administer it; NotAllowed otherwise."""
    if isinstance(actor, Actor) and not actor.may(ADMINISTER):
        raise NotAllowed(_l("工作人员账号由安全管理员开立和管理。请联系本系统的安全管理员。"))
    account = lock_row(Account, account_id)
    demand_other(actor, account)
    return account


def _same(grant: RoleGrant, new: NewGrant) -> bool:
    return (
        grant.ended_at is None
        and grant.role is new.role
        and grant.organisation_id == new.organisation_id
        and (grant.valid_to is None or grant.valid_to >= clock.today())
    )
