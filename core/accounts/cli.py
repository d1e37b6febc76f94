"""``flask user``: the first administrators, and the way back in when every administrator is locked out."""

import uuid

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from core.access import Role
from core.access.roles import ADMINISTRATORS
from core.accounts import administration, operations
from core.accounts.models import Account
from core.accounts.operations import NewGrant
from core.accounts.sign_in_names import plain
from core.audit.operations import House
from core.config import Settings
from core.db import db
from core.errors import DomainError

group = AppGroup("user", help="Administrator accounts: open the first ones, let them in again.")

_COMMAND = House("command line")
_ROLES = click.Choice(sorted(role.value for role in ADMINISTRATORS))


@group.command("create-admin")
@click.option("--role", required=True, type=_ROLES, help="One of the three duties; one person holds one.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--sign-in-name", default="", help="The sign-in name (made up if not given).")
def create_admin(role: str, name: str, sign_in_name: str) -> None:
    """Open an administrator's account; print its one-time activation code. Exit code 0: done; 1: refused."""
    try:
        opened = operations.open_account(
            _COMMAND, display_name=name, grants=[NewGrant(Role(role))], sign_in_name=sign_in_name
        )
    except DomainError as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    _print_slip(opened.account.sign_in_name, opened.code)


@group.command("reissue-code")
@click.argument("sign_in_name")
@click.option("--reset-second-factor", is_flag=True, help="Also forget the authenticator app.")
def reissue_code(sign_in_name: str, reset_second_factor: bool) -> None:
    """Print a new activation code for SIGN_IN_NAME. Exit code 0: done; 1: refused or unknown."""
    account_id = _account_id(sign_in_name)
    try:
        if reset_second_factor:
            administration.reset_second_factor(_COMMAND, account_id=account_id)
        code = operations.reissue_code(_COMMAND, account_id=account_id)
    except DomainError as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    _print_slip(plain(sign_in_name), code)


def _account_id(sign_in_name: str) -> uuid.UUID:
    found = db.session.scalar(select(Account.id).where(Account.sign_in_name == plain(sign_in_name)))
    if found is None:
        raise click.ClickException(f"no account is called {sign_in_name!r}. 没有这个登录名。")
    return found


def _print_slip(sign_in_name: str, code: str) -> None:
    settings: Settings = current_app.extensions["zone_settings"]
    click.echo(f"Sign-in name 登录名: {sign_in_name}")
    click.echo(f"Activation code 激活码: {code}")
    click.echo(
        f"Shown once. Choose a password within {operations.ACTIVATION_DAYS} days at "
        f"{settings.public_url.rstrip('/')}/activate. 激活码只显示一次。"
    )
