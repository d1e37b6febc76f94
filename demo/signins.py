"""One sign-in a role. Passwords are made now, said once, and never stored in clear."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyotp
from sqlalchemy import or_, select

from core import clock
from core.access import Actor
from core.accounts import activation, administration, proving, second_factor
from core.accounts.models import Account, AccountState
from core.accounts.operations import reissue_code
from core.accounts.sessions import actor_of
from core.accounts.signing import sign_out
from core.db import db
from core.words import Words
from demo.offices import BUILDER
from enrolment.applications.models import Applicant, ApplicantGuardian

_ADDRESS: Final = "127.0.0.1"
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4

STAFF: Final = (
    (Words("招生学校招生人员", "school admissions"), "school1.admissions"),
    (Words("学校学籍管理员", "school registrar"), "school1.registrar"),
    (Words("县区办事员", "county officer"), "county1.officer"),
    (Words("县区审批人", "county approver"), "county1.approver"),
    (Words("县区第二审批人", "second county approver"), "county1.approver2"),
    (Words("省级人员", "province officer"), "province1"),
    (Words("执委会", "committee"), "committee"),
    (Words("审计员", "auditor"), "auditor"),
    (Words("系统管理员", "system administrator"), "system.admin"),
    (Words("安全管理员", "security administrator"), "security.admin"),
)
FAMILIES: Final = {
    "pupil_with_result": Words("学生（已有录取结果）", "pupil with a result"),
    "pupil_filing": Words("学生（正在报名）", "pupil filing now"),
    "guardian": Words("监护人（两个孩子）", "guardian of two children"),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to come in as one person. ``secret`` is empty for families: they need no second factor."""

    role: Words
    name: str
    password: str
    secret: str = ""

    @property
    def code(self) -> str:
        """The six digits of this moment."""
        return pyotp.TOTP(self.secret).at(clock.now()) if self.secret else ""


def renew(families: dict[str, str]) -> list[SignIn]:
    """New passwords, and new authenticators for staff; ``families`` are sign-in names by part of the story."""
    people = [(FAMILIES[part], families[part]) for part in FAMILIES] + list(STAFF)
    return [_renew(role, name) for role, name in people]


def names_of(accounts: dict[str, uuid.UUID]) -> dict[str, str]:
    """The sign-in names of accounts by part of the story."""
    return {part: db.session.get_one(Account, account_id).sign_in_name for part, account_id in accounts.items()}


def _renew(role: Words, name: str) -> SignIn:
    account = db.session.scalars(select(Account).where(Account.sign_in_name == name)).one()
    account_id = account.id
    if account.state is AccountState.DISABLED:
        administration.enable(BUILDER, account_id=account_id)
    if account.totp_secret is not None:
        administration.reset_second_factor(BUILDER, account_id=account_id)
    code = reissue_code(BUILDER, account_id=account_id)
    found = activation.look_up(code=code, fact=_fact(account_id), address=_ADDRESS)
    password = _new_password()
    actor = actor_of(activation.activate(code_id=found.code_id, password=password, address=_ADDRESS))
    if actor is None:
        raise RuntimeError("a session just opened is open")
    secret = _enrol(actor) if actor.is_staff else ""
    sign_out(actor)
    return SignIn(role, name, password, secret)


def _enrol(actor: Actor) -> str:
    """Set up an authenticator with the code before the present one, which stays good for the visitor."""
    secret = second_factor.new_secret()
    earlier = clock.now().timestamp() - second_factor.STEP_SECONDS
    code = pyotp.TOTP(secret, interval=second_factor.STEP_SECONDS).at(int(earlier))
    proving.enrol_second_factor(actor, secret=secret, code=code)
    return secret


def _fact(account_id: uuid.UUID) -> str:
    """The last four signs of the pupil's document, or of one of the guardian's children."""
    children = select(ApplicantGuardian.applicant_id).where(ApplicantGuardian.account_id == account_id)
    query = select(Applicant).where(or_(Applicant.account_id == account_id, Applicant.id.in_(children)))
    child = db.session.scalars(query.limit(1)).first()
    return child.document_number[-4:] if child else ""


def _new_password() -> str:
    """Eighty bits nearly, in groups that can be typed."""
    groups: Sequence[str] = ["".join(secrets.choice(_SIGNS) for _sign in range(_GROUP)) for _group in range(_GROUPS)]
    return "-".join(groups)
