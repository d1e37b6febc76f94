"""What the security administration does, and that the other duties cannot."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from core import clock
from core.access import Actor, Grant, OrganisationKind, Role
from core.accounts import administration, proving, signing
from core.accounts.looks import looks_at
from core.accounts.models import Account, AccountState, RoleGrant
from core.accounts.operations import NewGrant
from core.accounts.scope import visible_account, visible_accounts, visible_grant
from core.accounts.sessions import actor_of
from core.audit import entries_about, record_read
from core.db import db, housekeeping
from core.errors import NotAllowed, NotVisible, Refused
from tests.core.accounts.builders import ADDRESS, PASSWORD, SECRET, actor_for, code_at, person
from tests.factories import JS, QP, account, organisation

SECURITY = Actor(account_id=uuid.uuid4(), label="security", grants=(Grant(Role.SECURITY_ADMIN),))
Step = Callable[[Actor, Account], object]

STEPS: dict[str, Step] = {
    "give": lambda actor, who: administration.give_role(actor, account_id=who.id, new=NewGrant(Role.AUDITOR)),
    "end": lambda actor, who: administration.end_role(actor, grant_id=who.grants[0].id),
    "disable": lambda actor, who: administration.disable(actor, account_id=who.id),
    "enable": lambda actor, who: administration.enable(actor, account_id=who.id),
    "reset": lambda actor, who: administration.reset_second_factor(actor, account_id=who.id),
}


def officer() -> Account:
    return person(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS), secret=SECRET)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN}))
def test_no_other_duty_can(context: Flask, step: str, role: Role) -> None:
    who = officer()
    actor = Actor(account_id=uuid.uuid4(), label="other", grants=(Grant(role),))
    with pytest.raises(NotAllowed):
        STEPS[step](actor, who)


@pytest.mark.parametrize("step", STEPS)
def test_nobody_administers_themselves(context: Flask, step: str) -> None:
    who = person(Role.SECURITY_ADMIN, secret=SECRET)
    actor = Actor(account_id=who.id, label="self", grants=(Grant(Role.SECURITY_ADMIN),))
    with pytest.raises(NotAllowed):
        STEPS[step](actor, who)


def test_a_deputy_works_only_between_the_days(context: Flask) -> None:
    who = officer()
    other = organisation(OrganisationKind.COUNTY, QP)
    with clock.frozen(dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)) as now:
        deputy = NewGrant(Role.COUNTY_APPROVER, other.id, dt.date(2026, 7, 2), dt.date(2026, 7, 3))
        administration.give_role(SECURITY, account_id=who.id, new=deputy)

        def roles() -> frozenset[Role]:
            token = signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
            return actor_for(token).roles

        own, both = {Role.COUNTY_OFFICER}, {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
        assert roles() == own
        now.move_to(dt.datetime(2026, 7, 1, 16, tzinfo=dt.UTC))
        assert roles() == both
        now.move_to(dt.datetime(2026, 7, 3, 15, 59, tzinfo=dt.UTC))
        assert roles() == both
        now.move_to(dt.datetime(2026, 7, 3, 16, tzinfo=dt.UTC))
        assert roles() == own


def test_the_same_role_twice_is_refused(context: Flask) -> None:
    who = officer()
    office = who.grants[0].organisation_id
    with pytest.raises(Refused):
        administration.give_role(SECURITY, account_id=who.id, new=NewGrant(Role.COUNTY_OFFICER, office))


def test_a_duty_is_not_added_to_other_work(context: Flask) -> None:
    with pytest.raises(Refused):
        administration.give_role(SECURITY, account_id=officer().id, new=NewGrant(Role.AUDITOR))


def test_ending_a_role_ends_it_at_once(context: Flask) -> None:
    who = officer()
    token = signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
    grant_id = who.grants[0].id
    administration.end_role(SECURITY, grant_id=grant_id)
    assert actor_of(token) is None
    assert db.session.get_one(RoleGrant, grant_id).ended_at is not None
    with pytest.raises(Refused):
        administration.end_role(SECURITY, grant_id=grant_id)
    facts = entries_about("account", who.id)[0].facts
    assert facts["role"] == "county_officer"


def test_a_disabled_account_comes_back_as_it_was(context: Flask) -> None:
    who = officer()
    token = signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
    administration.disable(SECURITY, account_id=who.id)
    assert actor_of(token) is None
    with pytest.raises(Refused):
        administration.disable(SECURITY, account_id=who.id)
    administration.enable(SECURITY, account_id=who.id)
    assert signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
    with pytest.raises(Refused):
        administration.enable(SECURITY, account_id=who.id)


def test_an_account_never_activated_comes_back_pending(context: Flask) -> None:
    who = officer()
    with housekeeping() as session:
        row = session.get_one(Account, who.id)
        row.state, row.password_hash = AccountState.DISABLED, None
    administration.enable(SECURITY, account_id=who.id)
    assert db.session.get_one(Account, who.id).state is AccountState.PENDING


def test_a_reset_second_factor_is_set_up_anew(context: Flask) -> None:
    who = officer()
    actor = actor_for(signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS))
    proving.give_second_factor(actor, code=code_at(SECRET))
    administration.reset_second_factor(SECURITY, account_id=who.id)
    again = actor_for(signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS))
    assert again.must_enrol_second_factor
    with pytest.raises(Refused):
        administration.reset_second_factor(SECURITY, account_id=who.id)


def test_families_are_no_business_of_the_security_administration(context: Flask) -> None:
    staff, pupil = officer(), account(Role.APPLICANT)
    assert db.session.scalars(visible_accounts(SECURITY)).all() == [staff]
    with pytest.raises(NotVisible):
        visible_account(SECURITY, pupil.id)
    with pytest.raises(NotVisible):
        visible_grant(SECURITY, pupil.grants[0].id)
    with pytest.raises(NotVisible):
        visible_grant(SECURITY, uuid.uuid4())
    assert visible_grant(SECURITY, staff.grants[0].id).account_id == staff.id


def test_nobody_else_sees_accounts(context: Flask) -> None:
    officer()
    auditor = Actor(account_id=uuid.uuid4(), label="auditor", grants=(Grant(Role.AUDITOR),))
    assert db.session.scalars(visible_accounts(auditor)).all() == []


def test_looks_are_told_by_role_and_office_not_by_name(context: Flask) -> None:
    who = officer()
    actor = Actor(account_id=who.id, label=who.sign_in_name)
    record_read(actor, "student.reveal", ("person", "p1"), purpose="核对证件")
    record_read(Actor(account_id=None, label="job"), "student.export", ("application", "a1"))
    record_read(actor, "student.reveal", ("person", "p2"))
    looks = looks_at([("person", "p1"), ("application", "a1")])
    assert [(look.operation, look.purpose) for look in looks] == [
        ("student.export", ""),
        ("student.reveal", "核对证件"),
    ]
    assert looks[0].role == ""
    assert str(looks[1].role) == "县区经办人"
    assert looks[1].office is not None
    assert looks[1].office.division == JS
    assert looks_at([]) == ()


def test_a_look_keeps_the_role_of_its_time(context: Flask) -> None:
    who = officer()
    record_read(Actor(account_id=who.id, label="x"), "student.reveal", ("person", "p1"))
    administration.end_role(SECURITY, grant_id=who.grants[0].id)
    record_read(Actor(account_id=who.id, label="x"), "student.reveal", ("person", "p1"))
    assert {str(look.role) for look in looks_at([("person", "p1")])} == {"县区经办人"}
