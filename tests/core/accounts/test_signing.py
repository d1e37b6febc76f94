"""Signing in and out: one sentence, one amount of work, and nobody locked out by a stranger."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Barrier

import pytest
from flask import Flask

from core import clock
from core.access import Role
from core.accounts import signing, throttle
from core.accounts.models import Account, AccountState
from core.accounts.sessions import actor_of
from core.accounts.throttle import Throttled
from core.audit import entries_about, verify_chain
from core.audit.models import AuditEntry
from core.config import Settings
from core.db import db, housekeeping
from core.errors import NotVisible, Refused
from tests.core.accounts.builders import ADDRESS, PASSWORD, actor_for, person
from tests.core.accounts.test_passwords import OLD
from tests.figures import Figure

ELSEWHERE = "203.0.113.9"
NOON = dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)


def enter(who: Account, *, password: str = PASSWORD, address: str = ADDRESS) -> str:
    return signing.sign_in(name=who.sign_in_name, password=password, address=address, device="Chrome · Windows")


def set_state(who: Account, state: AccountState) -> None:
    with housekeeping() as session:
        session.get_one(Account, who.id).state = state


def test_the_right_password_opens_a_session(context: Flask) -> None:
    who = person()
    actor = actor_for(enter(who))
    assert (actor.account_id, actor.second_factor_at) == (who.id, None)
    assert entries_about("account", who.id)[0].operation == "account.sign_in"


def test_the_name_is_read_as_people_type_it(context: Flask) -> None:
    who = person()
    token = signing.sign_in(name=f" {who.sign_in_name.upper()} ", password=PASSWORD, address=ADDRESS)
    assert actor_for(token).account_id == who.id


def test_one_sentence_for_a_wrong_name_and_a_wrong_password(context: Flask) -> None:
    who = person()
    sentences = set()
    for name, password in ((who.sign_in_name, "wrong"), ("nobody", PASSWORD), ("", ""), ("x" * 900, "y" * 900)):
        with pytest.raises(Refused) as caught:
            signing.sign_in(name=name, password=password, address=ADDRESS)
        sentences.add(str(caught.value.sentence))
    assert len(sentences) == 1


def test_an_account_without_a_password_is_as_if_it_did_not_exist(context: Flask) -> None:
    who = person()
    with housekeeping() as session:
        row = session.get_one(Account, who.id)
        row.state, row.password_hash = AccountState.PENDING, None
    with pytest.raises(Refused) as caught:
        enter(who)
    with pytest.raises(Refused) as unknown:
        signing.sign_in(name="nobody", password=PASSWORD, address=ADDRESS)
    assert str(caught.value.sentence) == str(unknown.value.sentence)


@pytest.mark.parametrize("state", [AccountState.FROZEN, AccountState.DISABLED])
def test_a_stopped_account_is_told_only_with_the_right_password(context: Flask, state: AccountState) -> None:
    who = person()
    set_state(who, state)
    with pytest.raises(Refused) as right:
        enter(who)
    with pytest.raises(Refused) as wrong:
        enter(who, password="wrong")
    assert str(right.value.sentence) != str(wrong.value.sentence)


def test_a_wrong_password_leaves_a_trace_without_the_name_typed(context: Flask) -> None:
    for name in (person().sign_in_name, "320584201009010001"):
        with pytest.raises(Refused):
            signing.sign_in(name=name, password="wrong", address=ADDRESS)
    entries = db.session.query(AuditEntry).order_by(AuditEntry.seq).all()
    refused = [entry for entry in entries if entry.operation == "account.sign_in_refused"]
    assert [entry.subject_kind for entry in refused] == ["account", "sign_in_name"]
    assert "320584201009010001" not in str([(entry.facts, entry.subject_id) for entry in entries])
    assert verify_chain(entries).sound


def test_old_parameters_are_renewed_at_sign_in(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    who = person()
    monkeypatch.setattr("core.accounts.signing.passwords.outdated", lambda _stored: True)
    before = who.password_hash
    enter(who)
    after = db.session.get_one(Account, who.id).password_hash
    assert after != before
    assert after is not None
    assert after.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert OLD.startswith("$argon2id$v=19$m=8192")


def test_tries_are_slowed_with_the_time_in_words(context: Flask) -> None:
    who = person()
    with clock.frozen(NOON) as now:
        for _try in range(5):
            with pytest.raises(Refused):
                enter(who, password="wrong")
        with pytest.raises(Throttled) as caught:
            enter(who)
        assert caught.value.seconds == 1
        now.advance(dt.timedelta(seconds=3))
        assert actor_of(enter(who)) is not None
        with pytest.raises(Refused) as refused:
            enter(who, password="wrong")
        assert not isinstance(refused.value, Throttled)


def test_an_unknown_name_is_slowed_in_the_same_way(context: Flask) -> None:
    with clock.frozen(NOON):
        for _try in range(5):
            with pytest.raises(Refused):
                signing.sign_in(name="nobody", password="wrong", address=ADDRESS)
        with pytest.raises(Throttled):
            signing.sign_in(name="nobody", password="wrong", address=ADDRESS)


def test_one_source_trying_many_names_is_slowed(context: Flask) -> None:
    with clock.frozen(NOON):
        source = throttle.bucket("sign-in-source", ADDRESS, limit=signing.BY_SOURCE)
        for _try in range(signing.BY_SOURCE.free):
            throttle.attempt(source)
        with pytest.raises(Throttled):
            signing.sign_in(name="somebody", password="wrong", address=ADDRESS)


def test_many_sources_trying_one_name_never_stop_its_owner(context: Flask) -> None:
    who = person()
    with clock.frozen(NOON):
        enter(who, address=ELSEWHERE)
        name = throttle.bucket("sign-in-name", who.sign_in_name, limit=signing.BY_NAME)
        for _try in range(signing.BY_NAME.free):
            throttle.attempt(name)
        with pytest.raises(Throttled) as caught:
            enter(who, address="192.0.2.1")
        assert caught.value.seconds <= 30
        assert actor_of(enter(who, address=ELSEWHERE)) is not None


def test_proof_21_two_hundred_parallel_wrong_passwords(app: Flask, figure: Figure) -> None:
    with app.app_context():
        who = person()
        name = who.sign_in_name
    start = Barrier(200)

    def guess(number: int) -> bool:
        with app.app_context():
            start.wait()
            try:
                signing.sign_in(name=name, password=f"guess {number}", address=ADDRESS)
            except Throttled:
                return False
            except Refused:
                return True
            return False

    with ThreadPoolExecutor(200) as pool:
        looked_at = sum(pool.map(guess, range(200)))
    with app.app_context():
        counter = throttle.count_of(throttle.bucket("sign-in", name, ADDRESS))
        token = signing.sign_in(name=name, password=PASSWORD, address=ELSEWHERE)
        assert actor_of(token) is not None
    figure(f"proof 21: counter {counter} of 200, {looked_at} passwords looked at, owner signed in elsewhere")
    assert counter == 200
    assert looked_at <= 5 + 8


def test_proof_20_a_missing_account_takes_the_same_time(
    context: Flask, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    who = person()
    monkeypatch.setattr("core.accounts.throttle.attempt", lambda *_buckets: None)
    with pytest.raises(Refused):
        signing.sign_in(name="warm up", password="wrong", address=ADDRESS)
    known, unknown = [], []
    for _round in range(100):
        for times, name in ((known, who.sign_in_name), (unknown, "nobody-of-that")):
            began = time.process_time()
            with pytest.raises(Refused):
                signing.sign_in(name=name, password="wrong", address=ADDRESS)
            times.append(time.process_time() - began)
    ratio = median(unknown) / median(known)
    figure(
        f"proof 20: median {1000 * median(known):.1f} ms with account, {1000 * median(unknown):.1f} ms without, "
        f"ratio {ratio:.3f} over 200 tries"
    )
    assert 0.9 < ratio < 1.1


def test_signing_out_ends_the_session_at_once(context: Flask) -> None:
    who = person()
    token, other = enter(who), enter(who)
    signing.sign_out(actor_for(token))
    assert actor_of(token) is None
    assert actor_of(other) is not None


def test_changing_the_password_ends_the_other_sessions(context: Flask) -> None:
    who = person()
    here, there = enter(who), enter(who)
    signing.change_password(actor_for(here), current=PASSWORD, new="seven blue kites over water")
    assert actor_of(here) is not None
    assert actor_of(there) is None
    with pytest.raises(Refused):
        enter(who)
    assert actor_of(enter(who, password="seven blue kites over water")) is not None


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", "seven blue kites over water", "current"),
        (PASSWORD, PASSWORD, "password"),
        (PASSWORD, "password", "password"),
        (PASSWORD, "zhangsan zhangsan", "password"),
        (PASSWORD, "320584201009010001", "password"),
    ],
)
def test_a_change_that_is_refused(context: Flask, current: str, new: str, field: str) -> None:
    actor = actor_for(enter(person()))
    with pytest.raises(Refused) as caught:
        signing.change_password(actor, current=current, new=new)
    assert caught.value.field == field


def test_guessing_the_current_password_is_slowed(context: Flask) -> None:
    actor = actor_for(enter(person()))
    with clock.frozen(clock.now()):
        for _try in range(5):
            with pytest.raises(Refused):
                signing.change_password(actor, current="wrong", new="seven blue kites over water")
        with pytest.raises(Throttled):
            signing.change_password(actor, current=PASSWORD, new="seven blue kites over water")


def test_sessions_of_others_are_not_there(context: Flask) -> None:
    mine, theirs = actor_for(enter(person())), actor_for(enter(person()))
    assert theirs.session_id is not None
    with pytest.raises(NotVisible):
        signing.end_session(mine, session_id=theirs.session_id)


def test_ending_the_other_sessions(context: Flask) -> None:
    who = person()
    here, there = enter(who), enter(who)
    signing.end_other_sessions(actor_for(here))
    assert actor_of(here) is not None
    assert actor_of(there) is None


@pytest.mark.parametrize(("role", "minutes"), [(Role.AUDITOR, 30), (Role.APPLICANT, 60)])
def test_proof_18_idle_sessions_end(context: Flask, role: Role, minutes: int, figure: Figure) -> None:
    who = person(role)
    with clock.frozen(NOON) as now:
        token = enter(who)
        now.advance(dt.timedelta(minutes=minutes - 1))
        assert actor_of(token) is not None
        now.advance(dt.timedelta(minutes=minutes - 1))
        assert actor_of(token) is not None
        now.advance(dt.timedelta(minutes=minutes))
        assert actor_of(token) is None
    figure(f"proof 18: a session of the role {role} ends after {minutes} idle minutes")


def test_proof_18_no_session_outlives_twelve_hours(context: Flask, settings: Settings, figure: Figure) -> None:
    who = person()
    with clock.frozen(NOON) as now:
        token = enter(who)
        for _step in range(settings.absolute_hours * 2 - 1):
            now.advance(dt.timedelta(minutes=30))
            actor = actor_for(token)
            assert actor.session_ends_at is not None
            assert actor.session_ends_at <= NOON + dt.timedelta(hours=12)
        now.advance(dt.timedelta(minutes=30))
        assert actor_of(token) is None
    figure(f"proof 18: no session outlives {settings.absolute_hours} hours; revoked and stopped ones end at once")


@pytest.mark.parametrize("state", [AccountState.FROZEN, AccountState.DISABLED])
def test_a_stopped_account_loses_its_sessions_on_the_next_request(context: Flask, state: AccountState) -> None:
    who = person()
    token = enter(who)
    set_state(who, state)
    assert actor_of(token) is None


def test_an_unknown_token_is_nobody(context: Flask) -> None:
    assert actor_of("made up") is None
    assert actor_of("") is None
