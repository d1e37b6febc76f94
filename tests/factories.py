"""Small builders of invented people and offices. ID numbers carry the impossible order 000."""

import itertools

from flask.testing import FlaskClient

from core import clock
from core.access import Organisation, OrganisationKind, Role
from core.accounts.models import Account, AccountState, RoleGrant
from core.accounts.sessions import open_session
from core.audit import record
from core.audit.operations import House
from core.db import db, housekeeping, transaction
from core.web.actor import SESSION_KEY
from registry.schools.models import Major, Programme, School, SchoolYear, Stage, TrainingForm

QP, WJ, JS = "310118", "320509", "330421"
_serial = itertools.count(1)


def organisation(
    kind: OrganisationKind, division: str = "", name: str = "", parent: Organisation | None = None
) -> Organisation:
    """One office, saved."""
    number = next(_serial)
    with housekeeping() as session:
        office = Organisation(
            kind=kind,
            code=f"{kind.value[:3].upper()}{number:04}",
            name_zh=name or f"机构{number}",
            name_en=f"Office {number}",
            division=division,
            parent_id=parent.id if parent else None,
        )
        session.add(office)
    return office


def account(role: Role, office: Organisation | None = None, *, name: str = "张三") -> Account:
    """An active account with one role; it cannot sign in by password (use ``sign_in``)."""
    number = next(_serial)
    now = clock.now()
    with transaction() as session:
        made = Account(
            sign_in_name=f"{role.value}{number}",
            display_name=name,
            state=AccountState.ACTIVE,
            password_hash="!",
            password_changed_at=now,
            created_at=now,
            totp_secret="JBSWY3DPEHPK3PXP",
        )
        made.grants.append(RoleGrant(role=role, organisation_id=office.id if office else None, given_at=now))
        session.add(made)
        record(House(), "account.open", made)
    return made


def sign_in(client: FlaskClient, who: Account, *, second_factor: bool = True) -> FlaskClient:
    """Give the client a session of this account, as the sign-in page would."""
    with housekeeping():
        token = open_session(
            db.session.get_one(Account, who.id),
            address="127.0.0.1",
            second_factor_at=clock.now() if second_factor else None,
        )
    with client.session_transaction(base_url="https://localhost") as session:
        session[SESSION_KEY] = token
    return client


def school(county: str = QP, *, name: str = "甲职校", year: int | None = None, boarding: bool = True) -> School:
    """A school with its organisation, taking part in ``year`` (this year)."""
    office = organisation(OrganisationKind.SCHOOL, county, name)
    with housekeeping() as session:
        made = School(organisation_id=office.id, code=f"{next(_serial):010}", county=county, boarding=boarding)
        session.add(made)
        session.flush()
        session.add(SchoolYear(school_id=made.id, year=year or clock.today().year))
    return made


def major(code: str = "710201", name: str = "计算机应用", stage: Stage = Stage.SECONDARY) -> Major:
    """A major of the 2021 catalogue (made once)."""
    found = db.session.get(Major, (2021, code))
    if found:
        return found
    with housekeeping() as session:
        made = Major(catalogue_year=2021, code=code, stage=stage, name_zh=name, name_en=f"Major {code}")
        session.add(made)
    return made


def programme(at: School, code: str = "710201", *, college: str | None = None) -> Programme:
    """A programme of a school: plain, or 3+2 when a college major is named."""
    major(code)
    if college:
        major(college, "计算机应用技术", Stage.COLLEGE)
    with housekeeping() as session:
        made = Programme(
            school_id=at.id,
            code=f"P{next(_serial):05}",
            catalogue_year=2021,
            major_code=code,
            college_catalogue_year=2021 if college else None,
            college_major_code=college,
            form=TrainingForm.THREE_TWO if college else TrainingForm.PLAIN,
            years=5 if college else 3,
            boarding=at.boarding,
        )
        session.add(made)
    return made
