"""Accounts that can sign in by password, for the tests of this room."""

import datetime as dt
import re
from functools import cache

import pyotp
from flask.testing import FlaskClient

from core import clock
from core.access import Actor, Organisation, Role
from core.accounts.models import Account
from core.accounts.passwords import hash_password
from core.accounts.sessions import actor_of
from core.db import db, housekeeping
from tests.factories import account

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADDRESS = "198.51.100.7"


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def person(role: Role = Role.APPLICANT, office: Organisation | None = None, *, secret: str | None = None) -> Account:
    """An active account with ``PASSWORD``; staff get a second factor only if a secret is given."""
    made = account(role, office)
    with housekeeping() as session:
        row = session.get_one(Account, made.id)
        row.password_hash, row.totp_secret = _hashed(), secret
    return db.session.get_one(Account, made.id)


def actor_for(token: str) -> Actor:
    """The Actor behind a token; fails if there is none."""
    found = actor_of(token)
    assert found is not None
    return found


def code_at(secret: str, at: dt.datetime | None = None, *, steps: int = 0) -> str:
    """What the authenticator app shows."""
    return pyotp.TOTP(secret).at(at or clock.now(), counter_offset=steps)


def sign_in_page(client: FlaskClient, name: str, password: str = PASSWORD, next_page: str = ""):
    """Sign in through the page."""
    page = "/sign-in" + (f"?next={next_page}" if next_page else "")
    return client.submit(page, {"name": name, "password": password})


def shown_codes(page: str) -> list[str]:
    """The codes printed on a page, in groups with hyphens."""
    return re.findall(r"\b[0-9A-HJKMNP-TV-Z]{4,6}(?:-[0-9A-HJKMNP-TV-Z]{4,6}){2,3}\b", page)
