"""Guardians: naming them, and the account that belongs to each one's phone."""

import datetime as dt
import re
import unicodedata
import uuid
from dataclasses import dataclass

from sqlalchemy import select

from core.access import Actor, Role
from core.accounts.models import Account, AccountState, RoleGrant
from core.accounts.operations import NewGrant, open_account
from core.audit import record
from core.codes import code_set
from core.crypto import blind_index
from core.db import db, expect_version, transaction
from core.errors import NotVisible, Refused
from core.i18n import lazy as _l
from core.names import BadName, read_name
from enrolment.applications import notices
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Consent,
)
from enrolment.applications.records import (
    demand_open,
    lock_own,
)
from enrolment.applications.states import Item

CODE_DAYS = 7
MOST_GUARDIANS = 2
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    """What a family says of a guardian; ``shared_phone`` admits that the child uses the same phone."""

    name: str
    relation: str
    phone: str
    shared_phone: bool = False


def read_phone(raw: str) -> str:
    """A mainland mobile number as eleven digits; spaces, +86 and full-width digits are understood.

    Raises Refused with what is wrong.
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", raw))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) != 11:
        raise Refused(_l("手机号码应为 11 位，您填写了 %(count)s 位", count=len(digits)), field="phone")
    if not _MOBILE.fullmatch(digits):
        raise Refused(_l("手机号码应以 13 至 19 开头，请核对"), field="phone")
    return digits


def name_guardian(
    actor: Actor,
    *,
    application_id: uuid.UUID,
    facts: GuardianFacts,
    at: dt.datetime,
    guardian_id: uuid.UUID | None = None,
    version: int | None = None,
) -> ApplicantGuardian:
    """Add a guardian, or correct one (``guardian_id`` with its ``version``).

    A new phone brings a new account: one that belongs to it already (of another child) is used, else one is
    opened and its activation code sent there. Raises Refused for a bad name, relation or phone, for a phone
    shared with the pupil unless that is admitted, and for more than two guardians.
    """
    name, phone = _read(facts)
    with transaction() as session:
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.GUARDIANS)
        applicant = application.applicant
        if phone == _pupil_phone(applicant) and not facts.shared_phone:
            raise Refused(
                _l("这是考生自己的手机号。监护人要用自己的手机确认；如果确实共用一部手机，请勾选下面的选项。"),
                field="shared_phone",
            )
        guardian = _row(applicant, guardian_id, version)
        moved = guardian.phone != phone
        if moved and guardian.account_id is not None and guardian.account_id == actor.account_id:
            raise Refused(_l("这是您正在使用的账号的手机号。要更换，请联系本县区招生办核对身份。"), field="phone")
        guardian.name, guardian.relation, guardian.phone = name, facts.relation, phone
        if moved:
            _demand_new(applicant, guardian)
            guardian.account_id = None
        session.add(guardian)
        session.flush()
        if guardian.account_id is None:
            _give_account(actor, guardian)
        record(actor, "applications.name_guardian", guardian, applicant=str(applicant.id), phone_changed=moved)
        return guardian


def remove_guardian(
    actor: Actor, *, application_id: uuid.UUID, guardian_id: uuid.UUID, version: int, at: dt.datetime
) -> None:
    """Take a guardian off who has not agreed to anything yet."""
    with transaction() as session:
        application = lock_own(actor, application_id)
        demand_open(application, at, Item.GUARDIANS)
        guardian = _of(application.applicant, guardian_id)
        expect_version(guardian, version)
        if session.scalar(select(Consent.id).where(Consent.guardian_id == guardian.id).limit(1)):
            raise Refused(_l("这位监护人已经签过同意，不能删除。要更换手机号，请点“更改”。"))
        record(actor, "applications.remove_guardian", guardian, applicant=str(application.applicant_id))
        session.delete(guardian)


def _read(facts: GuardianFacts) -> tuple[str, str]:
    try:
        name = read_name(facts.name).text
    except BadName as error:
        raise Refused(error.words, field="name") from error
    if facts.relation not in {entry.code for entry in code_set("guardian_relation").choices}:
        raise Refused(_l("请选择监护人与考生的关系。"), field="relation")
    return name, read_phone(facts.phone)


def _pupil_phone(applicant: Applicant) -> str | None:
    """The pupil's own number: from the county's list, else of the pupil's account."""
    if applicant.phone:
        return applicant.phone
    account = db.session.get(Account, applicant.account_id) if applicant.account_id else None
    return account.phone if account else None


def _row(applicant: Applicant, guardian_id: uuid.UUID | None, version: int | None) -> ApplicantGuardian:
    if guardian_id is not None:
        guardian = _of(applicant, guardian_id)
        expect_version(guardian, version or 0)
        return guardian
    if len(applicant.guardians) >= MOST_GUARDIANS:
        raise Refused(_l("最多填写两位监护人。要换人，请更改已有的一位。"))
    return ApplicantGuardian(applicant_id=applicant.id)


def _of(applicant: Applicant, guardian_id: uuid.UUID) -> ApplicantGuardian:
    found = next((one for one in applicant.guardians if one.id == guardian_id), None)
    if found is None:
        raise NotVisible
    return found


def _demand_new(applicant: Applicant, guardian: ApplicantGuardian) -> None:
    if any(one.id != guardian.id and one.phone == guardian.phone for one in applicant.guardians):
        raise Refused(_l("另一位监护人已经用了这个手机号，请填写各自的手机。"), field="phone")


def _give_account(actor: Actor, guardian: ApplicantGuardian) -> None:
    """The guardian account of this phone, or a new one whose activation code goes to the phone."""
    found = _guardian_account(guardian.phone)
    if found is not None:
        guardian.account_id = found.id
        db.session.flush()
        notices.tell_guardian(guardian, notices.CHILD_ADDED, link="/application")
        return
    opened = open_account(
        actor,
        display_name=guardian.name,
        grants=[NewGrant(Role.GUARDIAN)],
        phone=guardian.phone,
        valid_days=CODE_DAYS,
    )
    guardian.account_id = opened.account.id
    db.session.flush()
    notices.tell_guardian(guardian, notices.INVITED, {"code": opened.code, "days": CODE_DAYS}, link="/activate")


def _guardian_account(phone: str) -> Account | None:
    query = (
        select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.phone_index == blind_index("phone", phone),
            Account.state.in_((AccountState.ACTIVE, AccountState.PENDING)),
            RoleGrant.role == Role.GUARDIAN,
            RoleGrant.ended_at.is_(None),
        )
        .order_by(Account.created_at)
    )
    return db.session.scalars(query).first()
