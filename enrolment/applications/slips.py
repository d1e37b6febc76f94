"""Activation slips: an account with a one-time code for each pupil of a county, printed once."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Select, func, select

from core import clock
from core.access import Actor, Role
from core.accounts.models import Account, AccountState
from core.accounts.operations import NewGrant, open_account, reissue_code
from core.audit import record
from core.db import db, lock_row, transaction
from core.errors import NotVisible, Refused
from core.i18n import lazy as _l
from enrolment.applications.models import Applicant, ApplicantGuardian
from enrolment.cycles.models import Cycle

INTAKE = "applications.intake"
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip, and the only time its code is readable."""

    name: str
    number: str
    school: str
    school_class: str
    role: str
    sign_in_name: str
    code: str


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """The slips as a paper to print and cut, in the order of schools and numbers."""

    template: ClassVar[str] = "activation_slips"

    title: str
    address: str
    helpline: str
    slips: tuple[Slip, ...]
    stamped_at: dt.datetime

    def data(self) -> Mapping[str, object]:
        """What ``activation_slips.typ`` shows."""
        return {
            "title": self.title,
            "address": self.address.partition("://")[2] or self.address,
            "helpline": self.helpline,
            "slips": [
                {
                    "name": one.name,
                    "number": one.number,
                    "school": " ".join(filter(None, (one.school, one.school_class))),
                    "role": one.role,
                    "sign_in_name": one.sign_in_name,
                    "code": one.code,
                }
                for one in self.slips
            ],
        }


def without_account(actor: Actor, cycle_id: uuid.UUID) -> Select[Applicant]:
    """The pupils of the actor's county who have no account yet."""
    return select(Applicant).where(
        Applicant.cycle_id == cycle_id,
        Applicant.county.in_(actor.counties(INTAKE)),
        Applicant.account_id.is_(None),
    )


def schools_waiting(actor: Actor, cycle_id: uuid.UUID) -> Sequence[tuple[str, int]]:
    """Junior schools with pupils who have no account yet, and how many."""
    query = (
        without_account(actor, cycle_id)
        .with_only_columns(Applicant.junior_school, func.count())
        .group_by(Applicant.junior_school)
        .order_by(Applicant.junior_school)
    )
    return [(school, count) for school, count in db.session.execute(query)]


def issue_slips(actor: Actor, *, cycle_id: uuid.UUID, junior_school: str | None = None) -> tuple[Slip, ...]:
    """Open accounts for the county's pupils without one (of one junior school), at most MOST_AT_ONCE.

    Raises Refused when nobody is left. The codes are in the answer and nowhere else.
    """
    with transaction() as session:
        cycle = lock_row(Cycle, cycle_id)
        query = without_account(actor, cycle_id)
        if junior_school is not None:
            query = query.where(Applicant.junior_school == junior_school)
        order = (Applicant.junior_school, Applicant.junior_class, Applicant.candidate_number)
        rows = session.scalars(query.order_by(*order).limit(MOST_AT_ONCE)).all()
        if not rows:
            raise Refused(_l("这些考生都已经有账号。丢了激活单的，请在考生页面单独补发。"))
        slips = tuple(_open(actor, applicant) for applicant in rows)
        record(actor, "applications.issue_slips", cycle, count=len(slips), junior_school=junior_school or "")
        return slips


def reissue_slip(actor: Actor, *, applicant_id: uuid.UUID) -> Slip:
    """A new code for a pupil who lost the slip; the old one ends. The counter has checked who it is."""
    with transaction():
        applicant = _of_county(actor, applicant_id)
        if applicant.account_id is None:
            slip = _open(actor, applicant)
        else:
            code = reissue_code(actor, account_id=applicant.account_id)
            slip = _slip(applicant, db.session.get_one(Account, applicant.account_id), code, "考生")
        record(actor, "applications.reissue_slip", applicant)
        return slip


def reissue_guardian_slip(actor: Actor, *, guardian_id: uuid.UUID) -> Slip:
    """A new code for a guardian whose phone did not get it, given out at the counter."""
    with transaction():
        guardian = lock_row(ApplicantGuardian, guardian_id)
        applicant = _of_county(actor, guardian.applicant_id)
        if guardian.account_id is None:
            raise Refused(_l("这位监护人还没有账号，请先在报名中填写手机号。"))
        code = reissue_code(actor, account_id=guardian.account_id)
        record(actor, "applications.reissue_guardian_slip", guardian, applicant=str(applicant.id))
        account = db.session.get_one(Account, guardian.account_id)
        return _slip(applicant, account, code, "监护人", name=guardian.name)


def is_activated(account: Account | None) -> bool:
    """Whether the owner has chosen a password."""
    return account is not None and account.state is not AccountState.PENDING


def _of_county(actor: Actor, applicant_id: uuid.UUID) -> Applicant:
    applicant = lock_row(Applicant, applicant_id)
    if applicant.county not in actor.counties(INTAKE):
        raise NotVisible
    return applicant


def _open(actor: Actor, applicant: Applicant) -> Slip:
    opened = open_account(
        actor, display_name=applicant.name, grants=[NewGrant(Role.APPLICANT)], phone=applicant.phone
    )
    applicant.account_id = opened.account.id
    db.session.flush()
    return _slip(applicant, opened.account, opened.code, "考生")


def _slip(applicant: Applicant, account: Account, code: str, role: str, *, name: str = "") -> Slip:
    return Slip(
        name=name or applicant.name,
        number=applicant.candidate_number,
        school=applicant.junior_school,
        school_class=applicant.junior_class,
        role=role,
        sign_in_name=account.sign_in_name,
        code=code,
    )


def sheet_of(slips: tuple[Slip, ...], *, title: str, address: str, helpline: str) -> SlipSheet:
    """The slips as one paper."""
    return SlipSheet(title=title, address=address, helpline=helpline, slips=slips, stamped_at=clock.now())
