"""Opening accounts and giving out one-time codes. Nobody gets an account with a password in it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select, update

from core import clock
from core.access import Actor, Organisation, Role
from core.access.roles import STAFF
from core.accounts import duties, sign_in_names
from core.accounts.models import Account, AccountState, CodePurpose, OneTimeCode, RoleGrant
from core.accounts.one_time_codes import ACTIVATION_SIGNS, in_groups, new_code
from core.accounts.sessions import revoke_sessions
from core.audit import record
from core.audit.operations import Signature
from core.crypto import blind_index, index_print
from core.db import db, find, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.names import BadName, read_name

ADMINISTER = "account.administer"
ACTIVATION_DAYS = 90
NAME_TRIES = 20

_DUTY_SENTENCES = {
    duties.DutyFault.NEEDS_OFFICE: _l("这个角色要属于一个单位，请选择单位。"),
    duties.DutyFault.WRONG_OFFICE: _l("这个角色不属于所选的单位，请换一个单位或角色。"),
    duties.DutyFault.DUTIES_APART: _l(
        "系统管理、安全管理和审计要由不同的人担任，也不能兼任其他角色。请另开一个账号。"
    ),
    duties.DutyFault.FAMILY_AND_STAFF: _l("学生和监护人的账号不能同时是工作人员账号。请另开一个账号。"),
}


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role to give: for an office (staff of schools, bureaus, committee), from a day until a day."""

    role: Role
    organisation_id: uuid.UUID | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class Opened(NamedTuple):
    """A new account, and the only time its activation code is readable (in groups, to be printed)."""

    account: Account
    code: str


def open_account(
    actor: Signature,
    *,
    display_name: str,
    grants: Iterable[NewGrant],
    phone: str | None = None,
    sign_in_name: str = "",
    valid_days: int = ACTIVATION_DAYS,
) -> Opened:
    """Open an account that waits for its owner to choose a password.

    Without ``sign_in_name`` a random one is made. Raises Refused for a bad name or roles that do not go
    together, NotAllowed when somebody but the security administration opens a staff account.
    """
    wanted = tuple(grants)
    roles = frozenset(new.role for new in wanted)
    demand_authority(actor, roles)
    with transaction() as session:
        account = Account(
            sign_in_name=_free_name(sign_in_name, roles),
            display_name=_read_display_name(display_name),
            state=AccountState.PENDING,
            phone=phone or None,
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        for new in wanted:
            add_grant(actor, account, new)
        code = new_activation_code(account, valid_days)
        record(actor, "account.open", account, roles=sorted(roles))
    return Opened(account, code)


def reissue_code(actor: Signature, *, account_id: uuid.UUID, valid_days: int = ACTIVATION_DAYS) -> str:
    """A new activation code for an account whose owner lost the slip or the password; earlier ones end.

    The counter checks the person's identity first. The password in force stays until the code is used.
    """
    with transaction():
        account = lock_row(Account, account_id)
        demand_authority(actor, roles_of(account))
        demand_other(actor, account)
        if account.state is AccountState.DISABLED:
            raise Refused(_l("这个账号已停用，请先恢复使用，再补发激活码。"))
        code = new_activation_code(account, valid_days)
        record(actor, "account.reissue_code", account, valid_days=valid_days)
        return code


def freeze(actor: Signature, *, account_id: uuid.UUID) -> None:
    """Stop an account at once because its owner says "that was not me"; all its sessions end.

    It opens again with a new activation code, given out after checking the person's identity.
    """
    with transaction():
        account = lock_row(Account, account_id)
        if account.state is AccountState.DISABLED:
            raise Refused(_l("这个账号已停用，不需要再冻结。"))
        account.state = AccountState.FROZEN
        revoke_sessions(account)
        record(actor, "account.freeze", account)


def end_codes(account: Account, purpose: CodePurpose) -> None:
    """Inside a transaction: unused codes of the account open nothing any more."""
    db.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.account_id == account.id,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )


def new_activation_code(account: Account, valid_days: int) -> str:
    """Inside a transaction: the account's one valid activation code, in printed groups."""
    end_codes(account, CodePurpose.ACTIVATION)
    code = new_code(ACTIVATION_SIGNS)
    now = clock.now()
    db.session.add(
        OneTimeCode(
            account_id=account.id,
            purpose=CodePurpose.ACTIVATION,
            code_hash=code_hash(code),
            created_at=now,
            expires_at=now + dt.timedelta(days=valid_days),
        )
    )
    return in_groups(code)


def code_hash(code: str) -> str:
    """What is stored of a one-time code: keyed, so that the database alone cannot be searched for it.

    It begins with the print of the index key, because a code under another one opens nothing any more.
    """
    return (index_print() + blind_index("one_time_code", code))[:64]


def end_codes_of_other_keys(actor: Signature) -> Mapping[CodePurpose, int]:
    """End the unused codes given under another index key, which cannot be read any more; how many of each kind.

    Their owners need new ones: activation slips are printed again, recovery codes are made anew by their owner.
    """
    with transaction() as session:
        lost = (OneTimeCode.used_at.is_(None), OneTimeCode.code_hash.not_like(f"{index_print()}%"))
        query = select(OneTimeCode.purpose, func.count()).where(*lost).group_by(OneTimeCode.purpose)
        counted = {purpose: count for purpose, count in session.execute(query)}
        session.execute(update(OneTimeCode).where(*lost).values(used_at=clock.now()))
        record(
            actor,
            "account.end_codes_of_other_keys",
            ("one_time_code", ""),
            **{purpose.value: count for purpose, count in counted.items()},
        )
        return counted


def add_grant(actor: Signature, account: Account, new: NewGrant) -> RoleGrant:
    """Inside a transaction: the role as a grant, if the duties allow it; raises Refused."""
    office = find(Organisation, new.organisation_id) if new.organisation_id else None
    held = {grant.role for grant in account.grants if grant.ended_at is None}
    fault = duties.fault_of(new.role, office.kind if office else None, held)
    if fault is not None:
        raise Refused(_DUTY_SENTENCES[fault], field="organisation")
    if new.valid_from and new.valid_to and new.valid_to < new.valid_from:
        raise Refused(_l("结束日期早于开始日期，请核对。"), field="valid_to")
    grant = RoleGrant(
        role=new.role,
        organisation=office,
        given_at=clock.now(),
        given_by=actor.account_id,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
    )
    account.grants.append(grant)
    return grant


def roles_of(account: Account) -> frozenset[Role]:
    """The roles the account holds or will hold (ended ones are left out)."""
    return frozenset(grant.role for grant in account.grants if grant.ended_at is None)


def demand_authority(actor: Signature, roles: frozenset[Role]) -> None:
    """Staff accounts belong to the security administration alone; NotAllowed for everybody else.

    The house itself (a command on the server) may open the first one.
    """
    if roles & STAFF and isinstance(actor, Actor) and not actor.may(ADMINISTER):
        raise NotAllowed(_l("工作人员账号由安全管理员开立和管理。请联系本系统的安全管理员。"))


def demand_other(actor: Signature, account: Account) -> None:
    """Nobody administers their own account."""
    if actor.account_id == account.id:
        raise NotAllowed(_l("不能管理自己的账号，请另一位安全管理员办理。"))


def _free_name(wanted: str, roles: frozenset[Role]) -> str:
    if wanted:
        name = sign_in_names.plain(wanted)
        if not sign_in_names.is_acceptable(name):
            raise Refused(
                _l("登录名要以字母开头，3 至 40 个字母、数字或“.”“-”“_”，不能是证件号码或电话号码。"),
                field="sign_in_name",
            )
        if _is_taken(name):
            raise Refused(_l("登录名“%(name)s”已有人使用，请换一个。", name=name), field="sign_in_name")
        return name
    proposals = (sign_in_names.proposal(roles) for _try in range(NAME_TRIES))
    return next(name for name in proposals if not _is_taken(name))


def _is_taken(name: str) -> bool:
    return db.session.scalar(select(Account.id).where(Account.sign_in_name == name)) is not None


def _read_display_name(raw: str) -> str:
    try:
        return read_name(raw).text
    except BadName as error:
        raise Refused(error.words, field="display_name") from error
