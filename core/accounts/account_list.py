"""The list of staff accounts: columns, filters, and who has not been seen for long."""

import datetime as dt
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from core import clock
from core.access import Role
from core.access.roles import STAFF
from core.accounts.models import Account, AccountState, RoleGrant, SignInSession
from core.accounts.role_words import role_word
from core.accounts.sessions import holds_today
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, choice, text
from core.web.status_words import StatusWord, add_status_words

DORMANT_DAYS = 90

STATE_WORDS = {
    AccountState.PENDING: StatusWord(_l("待激活"), "info"),
    AccountState.ACTIVE: StatusWord(_l("使用中"), "neutral"),
    AccountState.FROZEN: StatusWord(_l("已冻结"), "warning"),
    AccountState.DISABLED: StatusWord(_l("已停用"), "danger"),
}

AccountRow = Row[Account, dt.datetime | None]

_LAST_SIGN_IN = (
    select(func.max(SignInSession.created_at))
    .where(SignInSession.account_id == Account.id)
    .correlate(Account)
    .scalar_subquery()
)


def with_last_sign_in(accounts: Select[Account]) -> Select[*tuple[Any, ...]]:
    """The accounts, each with the time of its last sign-in."""
    return accounts.add_columns(_LAST_SIGN_IN)


def _roles(row: AccountRow) -> str:
    return str(_("、")).join(str(role_word(grant.role)) for grant in row[0].grants if holds_today(grant))


def _dormant(_value: str) -> ColumnElement[bool]:
    """Active accounts nobody signed in to for three months: leavers who were forgotten."""
    since = clock.now() - dt.timedelta(days=DORMANT_DAYS)
    seen = exists().where(SignInSession.account_id == Account.id, SignInSession.created_at > since)
    return (Account.state == AccountState.ACTIVE) & ~seen & (Account.created_at < since)


def _holds(role: str) -> ColumnElement[bool]:
    return exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.role == Role(role), RoleGrant.ended_at.is_(None)
    )


def _named(value: str) -> ColumnElement[bool]:
    return Account.sign_in_name.contains(value.casefold(), autoescape=True)


ACCOUNTS: ListSpec[AccountRow] = ListSpec(
    columns=(
        Column(
            "name",
            _l("登录名"),
            value=lambda row: row[0].sign_in_name,
            sort=Account.sign_in_name,
            link=lambda row: url_for("security.show", account_id=row[0].id),
        ),
        Column("person", _l("姓名"), value=lambda row: row[0].display_name, private=True),
        Column("roles", _l("角色"), value=_roles),
        Column("state", _l("状态"), value=lambda row: row[0].state, sort=Account.state, status="account"),
        Column(
            "factor",
            _l("验证器"),
            value=lambda row: _l("已设置") if row[0].totp_secret else _l("未设置"),
        ),
        Column("last", _l("最近登录"), value=lambda row: row[1], sort=_LAST_SIGN_IN),
    ),
    last=(Account.sign_in_name, Account.id),
    filters=(
        text("q", _l("登录名"), _named),
        choice(
            "state",
            _l("状态"),
            tuple((state.value, word.word) for state, word in STATE_WORDS.items()),
            lambda value: Account.state == AccountState(value),
        ),
        choice(
            "role",
            _l("角色"),
            tuple((role.value, role_word(role)) for role in Role if role in STAFF),
            _holds,
        ),
        choice("seen", _l("登录情况"), (("dormant", _l("三个月没有登录")),), _dormant),
    ),
    sort="name",
)

add_status_words("account", {state.value: word for state, word in STATE_WORDS.items()})
