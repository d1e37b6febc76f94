"""Opening accounts, one-time codes, activation."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask

from core import clock
from core.access import Actor, Grant, OrganisationKind, Role
from core.accounts import activation, operations, signing
from core.accounts.models import Account, AccountState, OneTimeCode, RoleGrant
from core.accounts.operations import NewGrant, Opened
from core.accounts.sessions import actor_of
from core.accounts.throttle import Throttled
from core.audit import entries_about
from core.audit.operations import House
from core.db import db
from core.errors import NotAllowed, NotVisible, Refused
from core.notices.models import Notice
from tests.core.accounts.builders import ADDRESS, actor_for, person
from tests.factories import JS, organisation

NEW = "seven blue kites over water"
NOON = dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)
HOUSE = House("test")


def opened(role: Role = Role.APPLICANT, **changes: object) -> Opened:
    return operations.open_account(HOUSE, display_name="王小明", grants=[NewGrant(role)], **changes)


def activate(code: str, *, fact: str = "", password: str = NEW) -> str:
    found = activation.look_up(code=code, fact=fact, address=ADDRESS)
    return activation.activate(code_id=found.code_id, password=password, address=ADDRESS)


@pytest.fixture
def last_four() -> Iterator[dict[uuid.UUID, str]]:
    """A room that knows the last four of some accounts' documents."""
    known: dict[uuid.UUID, str] = {}

    def check(account_id: uuid.UUID, fact: str) -> bool | None:
        return None if account_id not in known else known[account_id] == fact.upper()

    activation.add_fact_checker(check)
    yield known
    activation._CHECKERS.remove(check)


def test_an_account_opens_without_a_password(context: Flask) -> None:
    account, code = opened()
    assert (account.state, account.password_hash) == (AccountState.PENDING, None)
    assert account.sign_in_name[0] == "x"
    assert len(code.replace("-", "")) * 5 >= 80
    stored = db.session.query(OneTimeCode).one()
    assert code.replace("-", "") not in (stored.code_hash, str(vars(stored)))
    entry = entries_about("account", account.id)[0]
    assert (entry.operation, entry.facts) == ("account.open", {"roles": ["applicant"]})


def test_activation_sets_the_password_and_signs_in(context: Flask) -> None:
    account, code = opened()
    token = activate(code.lower().replace("-", " "))
    assert actor_for(token).account_id == account.id
    again = signing.sign_in(name=account.sign_in_name, password=NEW, address=ADDRESS)
    assert actor_of(again) is not None
    assert db.session.query(Notice).one().template == "account.password_changed"


def test_a_code_opens_once(context: Flask) -> None:
    _account, code = opened()
    found = activation.look_up(code=code, fact="", address=ADDRESS)
    activation.activate(code_id=found.code_id, password=NEW, address=ADDRESS)
    with pytest.raises(Refused):
        activation.activate(code_id=found.code_id, password=NEW, address=ADDRESS)
    with pytest.raises(Refused):
        activation.look_up(code=code, fact="", address=ADDRESS)


def test_a_code_ends_after_its_days(context: Flask) -> None:
    with clock.frozen(NOON) as now:
        _account, code = opened(valid_days=14)
        now.advance(dt.timedelta(days=13, hours=23))
        found = activation.look_up(code=code, fact="", address=ADDRESS)
        now.advance(dt.timedelta(hours=1))
        with pytest.raises(Refused):
            activation.look_up(code=code, fact="", address=ADDRESS)
        with pytest.raises(Refused):
            activation.activate(code_id=found.code_id, password=NEW, address=ADDRESS)


@pytest.mark.parametrize("code", ["", "7K2M9Q-XA4T01-3WY8CD", "nonsense"])
def test_an_unknown_code_opens_nothing(context: Flask, code: str) -> None:
    with pytest.raises(Refused) as caught:
        activation.look_up(code=code, fact="", address=ADDRESS)
    assert caught.value.field == "code"


def test_the_last_four_are_asked_where_a_room_knows_them(context: Flask, last_four: dict[uuid.UUID, str]) -> None:
    account, code = opened()
    last_four[account.id] = "001X"
    for wrong in ("", "0011", "1X"):
        with pytest.raises(Refused):
            activation.look_up(code=code, fact=wrong, address=ADDRESS)
    assert activation.look_up(code=code, fact=" 001x ", address=ADDRESS).sign_in_name == account.sign_in_name


def test_guessing_the_last_four_is_slowed_from_any_address(context: Flask, last_four: dict[uuid.UUID, str]) -> None:
    account, code = opened()
    last_four[account.id] = "001X"
    with clock.frozen(NOON):
        for number in range(5):
            with pytest.raises(Refused):
                activation.look_up(code=code, fact=f"{number:04}", address=f"192.0.2.{number}")
        with pytest.raises(Throttled):
            activation.look_up(code=code, fact="001X", address="192.0.2.99")


def test_guessing_codes_is_slowed(context: Flask) -> None:
    with clock.frozen(NOON):
        for _try in range(50):
            with pytest.raises(Refused):
                activation.look_up(code="nonsense", fact="", address=ADDRESS)
        with pytest.raises(Throttled):
            activation.look_up(code="nonsense", fact="", address=ADDRESS)


@pytest.mark.parametrize("password", ["password", "320584201009010001", "13800138000", "wangxiaoming1"])
def test_a_weak_password_leaves_the_code_open(context: Flask, password: str) -> None:
    account, code = opened()
    with pytest.raises(Refused) as caught:
        activate(code, password=password)
    assert caught.value.field == "password"
    assert db.session.get_one(Account, account.id).state is AccountState.PENDING
    assert actor_of(activate(code)) is not None


def test_a_reissued_code_ends_the_earlier_one_and_resets_the_password(context: Flask) -> None:
    account, first = opened()
    session = activate(first)
    second = operations.reissue_code(HOUSE, account_id=account.id)
    third = operations.reissue_code(HOUSE, account_id=account.id)
    with pytest.raises(Refused):
        activation.look_up(code=second, fact="", address=ADDRESS)
    assert actor_of(session) is not None
    activate(third, password="eleven green boats")
    assert actor_of(session) is None
    assert signing.sign_in(name=account.sign_in_name, password="eleven green boats", address=ADDRESS)


def test_freezing_ends_everything_until_a_new_code(context: Flask) -> None:
    account, code = opened()
    token = activate(code)
    operations.freeze(actor_for(token), account_id=account.id)
    assert actor_of(token) is None
    with pytest.raises(Refused):
        signing.sign_in(name=account.sign_in_name, password=NEW, address=ADDRESS)
    assert actor_of(activate(operations.reissue_code(HOUSE, account_id=account.id))) is not None


def test_a_disabled_account_gets_no_code_and_uses_none(context: Flask) -> None:
    account, code = opened()
    found = activation.look_up(code=code, fact="", address=ADDRESS)
    from core.accounts import administration

    administration.disable(HOUSE, account_id=account.id)
    with pytest.raises(Refused):
        activation.activate(code_id=found.code_id, password=NEW, address=ADDRESS)
    with pytest.raises(Refused):
        operations.reissue_code(HOUSE, account_id=account.id)
    with pytest.raises(Refused):
        operations.freeze(HOUSE, account_id=account.id)


@pytest.mark.parametrize("name", ["李", "x320584201009010001", "9abc", "wang xiao ming!"])
def test_a_sign_in_name_that_is_refused(context: Flask, name: str) -> None:
    with pytest.raises(Refused) as caught:
        opened(sign_in_name=name)
    assert caught.value.field == "sign_in_name"


def test_a_sign_in_name_is_given_once(context: Flask) -> None:
    assert opened(sign_in_name=" Wang.XiaoMing ").account.sign_in_name == "wang.xiaoming"
    with pytest.raises(Refused) as caught:
        opened(sign_in_name="wang.xiaoming")
    assert caught.value.field == "sign_in_name"


def test_a_name_that_is_no_name_is_refused(context: Flask) -> None:
    with pytest.raises(Refused) as caught:
        operations.open_account(HOUSE, display_name="12345", grants=[NewGrant(Role.APPLICANT)])
    assert caught.value.field == "display_name"


def test_rare_names_and_phones_are_kept_encrypted(context: Flask) -> None:
    account, _code = operations.open_account(
        HOUSE, display_name="买买提·阿布都", grants=[NewGrant(Role.GUARDIAN)], phone="13800138000"
    )
    raw = db.session.connection().exec_driver_sql("SELECT display_name, phone FROM account").one()
    assert account.display_name == "买买提·阿布都"
    assert "买买提" not in raw[0]
    assert "138" not in raw[1]


def test_roles_need_their_office(context: Flask) -> None:
    bureau = organisation(OrganisationKind.COUNTY, JS)
    for office in (None, organisation(OrganisationKind.SCHOOL, JS).id):
        with pytest.raises(Refused):
            operations.open_account(HOUSE, display_name="李四", grants=[NewGrant(Role.COUNTY_OFFICER, office)])
    account, _code = operations.open_account(
        HOUSE, display_name="李四", grants=[NewGrant(Role.COUNTY_OFFICER, bureau.id)]
    )
    assert [grant.organisation_id for grant in account.grants] == [bureau.id]
    with pytest.raises(NotVisible):
        operations.open_account(HOUSE, display_name="李四", grants=[NewGrant(Role.COMMITTEE, uuid.uuid4())])


def test_two_duties_in_one_account_are_refused(context: Flask) -> None:
    with pytest.raises(Refused):
        operations.open_account(
            HOUSE, display_name="李四", grants=[NewGrant(Role.AUDITOR), NewGrant(Role.SYSTEM_ADMIN)]
        )
    assert db.session.query(Account).count() == 0


def test_days_out_of_order_are_refused(context: Flask) -> None:
    with pytest.raises(Refused):
        operations.open_account(
            HOUSE,
            display_name="李四",
            grants=[NewGrant(Role.AUDITOR, None, dt.date(2026, 9, 1), dt.date(2026, 8, 1))],
        )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN}))
def test_only_the_security_administration_opens_staff_accounts(context: Flask, role: Role) -> None:
    actor = Actor(account_id=uuid.uuid4(), label="a", grants=(Grant(role),))
    with pytest.raises(NotAllowed):
        operations.open_account(actor, display_name="李四", grants=[NewGrant(Role.AUDITOR)])
    staff = person(Role.AUDITOR)
    with pytest.raises(NotAllowed):
        operations.reissue_code(actor, account_id=staff.id)
    assert operations.open_account(actor, display_name="李四", grants=[NewGrant(Role.GUARDIAN)]).code


def test_one_guardian_account_may_be_a_pupils_too(context: Flask) -> None:
    account, _code = operations.open_account(
        HOUSE, display_name="李四", grants=[NewGrant(Role.GUARDIAN), NewGrant(Role.APPLICANT)]
    )
    assert db.session.query(RoleGrant).filter_by(account_id=account.id).count() == 2
