"""The second factor: once, for thirty seconds, and ten spare codes."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from core import clock
from core.access import Actor, Role
from core.accounts import proving, signing
from core.accounts.models import Account, CodePurpose, OneTimeCode
from core.accounts.sessions import actor_of
from core.accounts.throttle import Throttled
from core.db import db
from core.errors import NotAllowed, NotVisible, Refused
from tests.core.accounts.builders import ADDRESS, PASSWORD, SECRET, actor_for, code_at, person
from tests.figures import Figure

NOON = dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)


def enter(who: Account) -> Actor:
    return actor_for(signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS))


def test_a_code_makes_the_session_fresh_under_a_new_token(context: Flask) -> None:
    who = person(Role.AUDITOR, secret=SECRET)
    old = signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
    new = proving.give_second_factor(actor_for(old), code=code_at(SECRET))
    assert actor_of(old) is None
    assert actor_for(new).second_factor_at is not None
    assert actor_for(new).session_id is not None


def test_proof_22_a_code_is_never_taken_twice(context: Flask, figure: Figure) -> None:
    who = person(Role.AUDITOR, secret=SECRET)
    with clock.frozen(NOON) as now:
        code = code_at(SECRET)
        proving.give_second_factor(enter(who), code=code)
        for _other_session in range(2):
            with pytest.raises(Refused):
                proving.give_second_factor(enter(who), code=code)
        with pytest.raises(Refused):
            proving.give_second_factor(enter(who), code=code_at(SECRET, steps=-1))
        now.advance(dt.timedelta(seconds=30))
        assert proving.give_second_factor(enter(who), code=code_at(SECRET))
    figure("proof 22: one code, one use; replay in another session and the earlier step refused")


def test_parallel_uses_of_one_code_open_once(app: Flask) -> None:
    with app.app_context():
        who = person(Role.AUDITOR, secret=SECRET)
        actors = [enter(who) for _session in range(8)]
        code = code_at(SECRET)
    start = Barrier(8)

    def give(actor: Actor) -> bool:
        with app.app_context():
            start.wait()
            try:
                proving.give_second_factor(actor, code=code)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give, actors)) == 1


def test_wrong_codes_are_slowed(context: Flask) -> None:
    who = person(Role.AUDITOR, secret=SECRET)
    with clock.frozen(NOON):
        actor = enter(who)
        for _try in range(5):
            with pytest.raises(Refused) as caught:
                proving.give_second_factor(actor, code="000000")
            assert not isinstance(caught.value, Throttled)
        with pytest.raises(Throttled):
            proving.give_second_factor(actor, code=code_at(SECRET))


def test_setting_up_gives_ten_codes_that_open_once_each(context: Flask, figure: Figure) -> None:
    who = person(Role.AUDITOR)
    done = proving.enrol_second_factor(enter(who), secret=SECRET, code=code_at(SECRET))
    assert len(set(done.recovery_codes)) == 10
    stored = db.session.query(OneTimeCode).filter_by(account_id=who.id, purpose=CodePurpose.RECOVERY).all()
    assert len(stored) == 10
    plain = {code.replace("-", "") for code in done.recovery_codes}
    assert not plain & {row.code_hash for row in stored}
    assert all(len(row.code_hash) == 64 for row in stored)
    for code in done.recovery_codes:
        assert proving.give_second_factor(enter(who), code=f" {code.lower()} ")
        with pytest.raises(Refused):
            proving.give_second_factor(enter(who), code=code)
    figure("proof 22: 10 recovery codes, stored as keyed hashes, each opened once")


def test_setting_up_ends_the_other_sessions(context: Flask) -> None:
    who = person(Role.AUDITOR)
    other = signing.sign_in(name=who.sign_in_name, password=PASSWORD, address=ADDRESS)
    done = proving.enrol_second_factor(enter(who), secret=SECRET, code=code_at(SECRET))
    assert actor_of(other) is None
    assert not actor_for(done.token).must_enrol_second_factor


def test_setting_up_wants_a_code_of_the_new_app(context: Flask) -> None:
    with pytest.raises(Refused):
        proving.enrol_second_factor(enter(person(Role.AUDITOR)), secret=SECRET, code="000000")


def test_an_app_in_use_is_replaced_only_after_giving_its_code(context: Flask) -> None:
    who = person(Role.AUDITOR, secret=SECRET)
    other = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    actor = enter(who)
    with pytest.raises(NotAllowed):
        proving.enrol_second_factor(actor, secret=other, code=code_at(other))
    fresh = actor_for(proving.give_second_factor(actor, code=code_at(SECRET)))
    assert proving.enrol_second_factor(fresh, secret=other, code=code_at(other)).token


def test_new_recovery_codes_end_the_old_ones(context: Flask) -> None:
    who = person(Role.AUDITOR)
    done = proving.enrol_second_factor(enter(who), secret=SECRET, code=code_at(SECRET))
    fresh = actor_for(done.token)
    renewed = proving.renew_recovery_codes(fresh)
    assert not set(renewed) & set(done.recovery_codes)
    with pytest.raises(Refused):
        proving.give_second_factor(enter(who), code=done.recovery_codes[0])
    assert proving.give_second_factor(enter(who), code=renewed[0])


def test_recovery_codes_are_renewed_only_after_the_second_factor(context: Flask) -> None:
    with pytest.raises(NotAllowed):
        proving.renew_recovery_codes(enter(person(Role.AUDITOR, secret=SECRET)))


def test_a_recovery_code_of_somebody_else_opens_nothing(context: Flask) -> None:
    done = proving.enrol_second_factor(enter(person(Role.AUDITOR)), secret=SECRET, code=code_at(SECRET))
    with pytest.raises(Refused):
        proving.give_second_factor(enter(person(Role.AUDITOR, secret=SECRET)), code=done.recovery_codes[0])


def test_without_an_app_no_code_fits(context: Flask) -> None:
    with pytest.raises(Refused):
        proving.give_second_factor(enter(person()), code="123456")


def test_nobody_gives_no_code(context: Flask) -> None:
    with pytest.raises(NotVisible):
        proving.give_second_factor(Actor(account_id=None, label="nobody"), code="123456")
    who = person(Role.AUDITOR, secret=SECRET)
    with pytest.raises(NotVisible):
        proving.give_second_factor(Actor(account_id=who.id, label="no session"), code=code_at(SECRET))
