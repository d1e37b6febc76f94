"""Two editors, many writers, two approvers, one impatient finger: one effect each."""

import datetime as dt
import itertools
import threading
import uuid

import pytest
from flask import Blueprint, Flask, redirect
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from core import clock
from core.access import Organisation, OrganisationKind, Role, anonymous
from core.audit import AuditEntry, record, verify_chain
from core.audit.operations import House
from core.db import db, expect_version, find, lock_row, transaction
from core.errors import Conflict, DomainError, Refused
from core.web.idempotency import FIELD, new_token
from tests.client import Browser
from tests.concurrency.race import of_kind, race
from tests.factories import JS, account, organisation, sign_in
from tests.figures import Figure

pytestmark = pytest.mark.slow


@pytest.fixture
def bureau(context: Flask) -> uuid.UUID:
    return organisation(OrganisationKind.COUNTY, JS).id


def correct(key: uuid.UUID, version: int, phone: str) -> int:
    """What every editing operation does: lock, compare the version, change, record."""
    with transaction():
        row = lock_row(Organisation, key)
        expect_version(row, version)
        row.phone = phone
        record(House(), "organisation.correct", row)
    return row.version


def test_of_two_editors_one_saves_and_one_sees_a_conflict(context: Flask, bureau: uuid.UUID, figure: Figure) -> None:
    tries = 25
    for number in range(tries):
        version = find(Organisation, bureau).version
        db.session.rollback()
        phones = (f"{number}-1", f"{number}-2")
        outcomes = race(context, [lambda p=phone, v=version: correct(bureau, v, p) for phone in phones])
        assert (of_kind(outcomes, int), of_kind(outcomes, Conflict)) == (1, 1)
    figure(f"proof 34: {tries} pairs of editors on {db.engine.dialect.name}, each 1 saved and 1 Conflict")


def test_many_writers_are_never_told_that_the_database_is_locked(
    context: Flask, bureau: uuid.UUID, figure: Figure
) -> None:
    writers, updates = 8, 50

    def write() -> int:
        for _ in range(updates):
            with transaction():
                row = lock_row(Organisation, bureau)
                row.phone = str(int(row.phone or 0) + 1)
                record(House(), "organisation.correct", row)
        return updates

    outcomes = race(context, [write] * writers)
    assert outcomes == [updates] * writers
    db.session.rollback()
    assert find(Organisation, bureau).phone == str(writers * updates)
    chain = verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
    assert chain.sound
    figure(f"proof 36: {writers} x {updates} updates on {db.engine.dialect.name}, 0 locked, 0 lost, chain sound")


def approve(key: uuid.UUID, approver: uuid.UUID) -> uuid.UUID:
    """A decision (in ``phone``) that counts once and is not made by the one who asked (in ``name_en``)."""
    with transaction():
        row = lock_row(Organisation, key)
        if row.phone or row.name_en == str(approver):
            raise Refused("decided already, or by the same person")
        row.phone = str(approver)
        record(House(), "probe.approve", row)
    return approver


def ask(key: uuid.UUID, asker: uuid.UUID) -> None:
    with transaction():
        row = lock_row(Organisation, key)
        row.phone, row.name_en = "", str(asker)
        record(House(), "probe.ask", row)


def test_of_two_approvers_one_decides(context: Flask, bureau: uuid.UUID, figure: Figure) -> None:
    tries = 25
    for _ in range(tries):
        asker = uuid.uuid4()
        ask(bureau, asker)
        with pytest.raises(Refused):
            approve(bureau, asker)
        outcomes = race(context, [lambda: approve(bureau, uuid.uuid4()) for _ in range(2)])
        assert (of_kind(outcomes, uuid.UUID), of_kind(outcomes, DomainError)) == (1, 1)
    figure(f"proof 38: {tries} pairs of approvers on {db.engine.dialect.name}, one decision each, own refused")


@pytest.fixture
def counting(app: Flask) -> Flask:
    """A small route whose effect can be counted; each answer names its own effect."""
    numbers = itertools.count(1)
    probe = Blueprint("probe", __name__)

    @probe.post("/probe")
    @anonymous("a route of the tests")
    def post() -> Response:
        with transaction():
            number = next(numbers)
            record(House(), "probe.effect", ("probe", number))
        return redirect(f"/help?effect={number}", 303)

    app.register_blueprint(probe)
    return app


def test_a_double_click_has_one_effect_and_equal_answers(counting: Flask, figure: Figure) -> None:
    times = 20
    with counting.app_context():
        who = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
        first: FlaskClient = sign_in(Browser(counting, counting.response_class, use_cookies=True), who)
        csrf = first.hidden_fields(first.get("/").get_data(as_text=True))["csrf_token"]
        cookie = first.get_cookie("__Host-zone", domain="localhost")
        db.session.rollback()
    assert cookie is not None
    form = {"csrf_token": csrf, FIELD: new_token()}
    gate = threading.Barrier(times)
    answers: list[tuple[int, str]] = []

    def click() -> None:
        browser = Browser(counting, counting.response_class, use_cookies=False)
        headers = {"Referer": "https://localhost", "Cookie": f"__Host-zone={cookie.value}"}
        gate.wait(60)
        answer = browser.post("/probe", data=form, headers=headers)
        answers.append((answer.status_code, answer.headers.get("Location", "")))

    clicks = [threading.Thread(target=click) for _ in range(times)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    with counting.app_context():
        effects = db.session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.operation == "probe.effect")
        )
        dialect = db.engine.dialect.name
    assert effects == 1
    assert len(answers) == times
    assert len(set(answers)) == 1
    assert answers[0][0] == 303
    figure(f"proof 37: one token {times} times in parallel on {dialect}, 1 effect, {times} equal answers")


def test_mixed_operations_end_without_deadlock(context: Flask, figure: Figure) -> None:
    """Two rows locked in the written order (same table by id) by clients that name them in any order."""
    keys = sorted(organisation(OrganisationKind.COUNTY, JS).id for _ in range(6))
    clients, each = 8, 60

    def work() -> int:
        for step in range(each):
            pair = sorted({keys[(step * 7 + each) % 6], keys[(step * 5 + threading.get_ident()) % 6]})
            with transaction():
                for key in pair:
                    lock_row(Organisation, key).phone = clock.now().isoformat()[:40]
                record(House(), "probe.pair", ("probe", step))
        return each

    begun = clock.now()
    outcomes = race(context, [work] * clients)
    assert outcomes == [each] * clients
    seconds = (clock.now() - begun) / dt.timedelta(seconds=1)
    figure(f"proof 39: {clients * each} mixed operations on {db.engine.dialect.name}, 0 deadlocks, {seconds:.1f} s")
