"""Who may call what: walked over the access table, so that a new route is covered the day it is registered."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response
from sqlalchemy import func, select, text

from core import clock
from core.access import Role, access_table, roles_with
from core.access.declare import DeclaredRoute
from core.access.roles import FAMILY, STAFF
from core.accounts.models import Account, SignInSession
from core.audit.models import AuditEntry, EntryKind
from core.db import Base, db, housekeeping
from core.errors import NotAllowed
from core.web.gate import SECOND_FACTOR_FRESH
from tests.client import Browser
from tests.factories import sign_in
from tests.figures import Figure
from tests.house.inhabitants import OTHER_VALUES, PLATFORM_WIDE, SHARED, Inhabitant, World, is_stranger

THROUGH = 299
BUSY = 503
"""What the readiness page says on a machine without a worker; no fault of the page."""

WITHOUT_SECOND_FACTOR = {
    "accounts.second_factor",
    "accounts.enrol_second_factor",
    "accounts.recovery_codes",
    "accounts.sign_out",
    "web.reading",
}
HOUSEKEEPING = {"audit_entry", "throttle_counter", "sign_in_session"}
"""Who looked, who guessed, and when a session was last used may be noted by reading."""


@dataclass(frozen=True, slots=True)
class Call:
    """One route with one of its methods."""

    route: DeclaredRoute
    method: str

    @property
    def ids(self) -> set[str]:
        return {argument for argument in self.arguments if argument.endswith("_id")}

    @property
    def arguments(self) -> tuple[str, ...]:
        parts = self.route.rule.split("<")[1:]
        return tuple(part.split(">")[0].rpartition(":")[2] for part in parts)

    def address(self, ids: Mapping[str, uuid.UUID]) -> str:
        """The route's address with ids (random ones where none is given) and plausible other values."""
        address = self.route.rule
        for argument in self.arguments:
            value = ids.get(argument, uuid.uuid4()) if argument.endswith("_id") else OTHER_VALUES.get(argument, "x")
            start, end = address.index("<"), address.index(">")
            address = f"{address[:start]}{value}{address[end + 1 :]}"
        return address

    def __str__(self) -> str:
        return f"{self.method} {self.route.rule}"


def calls(app: Flask) -> list[Call]:
    """Every route × method."""
    return [Call(row, method) for row in access_table(app) for method in sorted(row.methods)]


@pytest.fixture(autouse=True)
def plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals without their page, which tests/core/web looks at: here it counts who is refused."""
    monkeypatch.setattr("core.web.errors._page", lambda code, _title, _sentence: ("", code))


@pytest.fixture
def unprotected(app: Flask) -> Flask:
    """CSRF off, so that what is tried is the access alone (CSRF has its own proof below)."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser_of(app: Flask, account_id: uuid.UUID | None, *, second_factor: bool = True) -> Browser:
    browser = Browser(app, app.response_class, use_cookies=True)
    if account_id is not None:
        sign_in(browser, db.session.get_one(Account, account_id), second_factor=second_factor)
    return browser


def denied_entries() -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == EntryKind.DENIED)
    return db.session.scalar(query) or 0


def test_proof_10_every_route_is_declared(app: Flask, figure: Figure) -> None:
    table = access_table(app)
    assert len(table) == len(list(app.url_map.iter_rules()))
    open_to_all = {row.endpoint: row.access.why for row in table if row.access.level == "anonymous"}
    assert all(len(why) >= 10 for why in open_to_all.values())
    declared = {name for row in table for name in [row.access.permission] if name}
    assert [name for name in declared if not roles_with(name)] == []
    figure(f"proof 10: {len(table)} of {len(table)} routes declared; {len(open_to_all)} open to everybody")
    figure(f"proof 10: open to everybody: {', '.join(sorted(open_to_all))}")


@pytest.mark.gate
def test_proof_11_the_matrix_of_the_gate(world: World, unprotected: Flask, figure: Figure) -> None:
    """Every role in every place × every route: what the gate lets through is what is declared."""
    app = unprotected
    everything = calls(app)
    stub_views(app)
    cells = 0
    wrong: list[str] = []
    firsts: set[Role] = set()
    for one in world.inhabitants:
        moods = ("fresh", "old", "none") if one.role in STAFF and one.role not in firsts else ("fresh",)
        firsts.add(one.role)
        for mood in moods:
            browser = browser_of(app, one.account_id, second_factor=mood != "none")
            if mood == "old":
                age_second_factor(one.account_id)
            for call in everything:
                if mood == "old" and not call.route.access.second_factor:
                    continue
                answer = browser.open(call.address({}), method=call.method)
                cells += 1
                if answer.status_code != expected(call, one.role, mood):
                    wrong.append(f"{one.role} at {one.place} ({mood}): {call} -> {answer.status_code}")
    for call in everything:
        answer = browser_of(app, None).open(call.address({}), method=call.method)
        cells += 1
        if answer.status_code != (THROUGH if call.route.access.level == "anonymous" else 303):
            wrong.append(f"nobody: {call} -> {answer.status_code}")
    places = len(world.inhabitants)
    figure(
        f"proof 11: {cells} cells ({len(Role)} roles, {places} role-places, {len(everything)} calls, second factor "
        f"fresh/old/missing, nobody), {cells} tested, {len(wrong)} unexpected"
    )
    assert not wrong, "\n".join(wrong)


def stub_views(app: Flask) -> None:
    """Replace each view by one that only says it was reached; refusals answer without a page."""
    for endpoint, view in app.view_functions.items():

        def stub(**_arguments: Any) -> Response:
            return Response("", THROUGH)

        stub.__dict__.update(view.__dict__)
        app.view_functions[endpoint] = stub
    app.register_error_handler(NotAllowed, lambda _error: ("", 403))


def age_second_factor(account_id: uuid.UUID) -> None:
    """Let the second factor of the newest session be too old for what asks for a fresh one."""
    long_ago = clock.now() - SECOND_FACTOR_FRESH - dt.timedelta(seconds=1)
    with housekeeping() as session:
        newest = select(SignInSession).where(SignInSession.account_id == account_id)
        session.scalars(newest.order_by(SignInSession.created_at.desc())).first().second_factor_at = long_ago


def expected(call: Call, role: Role, mood: str) -> int:
    """What the declaration says, in this test's own words."""
    access = call.route.access
    if access.level == "anonymous":
        return THROUGH
    if role not in FAMILY and mood == "none" and call.route.endpoint not in WITHOUT_SECOND_FACTOR:
        return 303
    if access.level == "permission" and role not in roles_with(access.permission):
        return 403
    if access.second_factor and (role in FAMILY or mood != "fresh"):
        return 303
    return THROUGH


def may_call(call: Call, one: Inhabitant) -> bool:
    access = call.route.access
    return access.level == "signed_in" or (access.level == "permission" and one.role in roles_with(access.permission))


def test_every_id_in_an_address_has_an_object(world: World, app: Flask) -> None:
    assert {name for call in calls(app) for name in call.ids} - set(world.home) == set()


def test_proof_12_a_strangers_id_is_not_found(world: World, unprotected: Flask, figure: Figure) -> None:
    """Object by object: whoever passes the gate but may not find it gets 404 and one line in the audit."""
    with_ids = [call for call in calls(unprotected) if call.ids and call.route.access.level != "anonymous"]
    cells, wrong, tried_for_real = 0, [], Counter[str]()
    for one in world.inhabitants:
        browser = browser_of(unprotected, one.account_id)
        for call in with_ids:
            if not may_call(call, one):
                continue
            tries: list[Mapping[str, uuid.UUID]] = [{}]
            if any(is_stranger(one, name) for name in call.ids):
                tries.append(world.objects(call.route.endpoint))
                tried_for_real[str(call)] += 1
            for ids in tries:
                before = denied_entries()
                sent = {"version": "1"} if call.method != "GET" else None
                answer = browser.open(call.address(ids), method=call.method, data=sent)
                cells += 1
                if answer.status_code != 404 or denied_entries() != before + 1:
                    kind = "real" if ids else "unknown"
                    lines = denied_entries() - before
                    wrong.append(f"{one.role} at {one.place}: {call} {kind} -> {answer.status_code}, {lines} lines")
    nobody_is_strange = [call for call in with_ids if not tried_for_real[str(call)]]
    figure(
        f"proof 12: {len(with_ids)} calls with object ids, {cells} tried, {tried_for_real.total()} of them with a "
        f"stranger's real id, {len(wrong)} not answered by 404 and one denied line; "
        f"{len(nobody_is_strange)} calls to what is common to all who may call them"
    )
    for name, why in SHARED.items():
        figure(f"proof 12: {name} is nobody's own: {why}")
    assert not wrong, "\n".join(wrong)
    assert [str(call) for call in nobody_is_strange if not common(call)] == []


def common(call: Call) -> bool:
    """Whether all who may call it may find its objects: shared ones, or a duty for the whole platform."""
    if call.ids <= set(SHARED):
        return True
    return call.route.access.level == "permission" and roles_with(call.route.access.permission) <= PLATFORM_WIDE


@pytest.mark.gate
def test_proof_15_no_form_without_its_token(world: World, app: Flask, figure: Figure) -> None:
    writing = [call for call in calls(app) if call.method not in ("GET", "HEAD")]
    visitors = {
        role: browser_of(app, world.of(role)) for role in (Role.COUNTY_OFFICER, Role.APPLICANT, Role.SECURITY_ADMIN)
    }
    other = browser_of(app, world.of(Role.GUARDIAN))
    foreign = other.hidden_fields(other.get("/account").get_data(as_text=True))
    assert foreign["csrf_token"]
    wrong = []
    for call in writing:
        for role, browser in visitors.items():
            for name, data in (("without", {}), ("foreign", foreign)):
                answer = browser.open(
                    call.address({}), method=call.method, data=data, headers={"Referer": "https://localhost/"}
                )
                if answer.status_code != 400:
                    wrong.append(f"{role}: {call} {name} -> {answer.status_code}")
    figure(
        f"proof 15: {len(writing)} writing calls × {len(visitors)} roles, without token and with another "
        f"session's: {len(wrong)} not refused with 400"
    )
    assert not wrong, "\n".join(wrong)


def test_proof_15_reading_changes_nothing(world: World, app: Flask, figure: Figure) -> None:
    reading = [call for call in calls(app) if call.method == "GET"]
    seen, broken, reached = 0, [], set()
    browsers = {one: browser_of(app, one.account_id) for one in world.inhabitants if one.home}
    before, last = fingerprint(), db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    for one, browser in browsers.items():
        for call in reading:
            answer = browser.get(call.address(world.objects(call.route.endpoint)))
            seen += 1
            if answer.status_code < 400:
                reached |= call.ids
            if answer.status_code >= 500 and answer.status_code != BUSY:
                broken.append(f"{one.role}: {call} -> {answer.status_code}")
    after = fingerprint()
    changed = [name for name in after if after[name] != before[name]]
    since = select(AuditEntry.operation).where(AuditEntry.seq > last, AuditEntry.kind == EntryKind.WRITE)
    figure(
        f"proof 15: {seen} pages read as {len(browsers)} roles, {len(changed)} tables changed, {len(broken)} broken"
    )
    assert not broken, "\n".join(broken)
    assert changed == []
    tried = {name for call in reading for name in call.ids}
    assert tried - reached == set(), "objects of the home county that nobody at home can open"
    assert db.session.scalars(since).all() == []


def fingerprint() -> dict[str, str]:
    """A digest of every table that reading must not change."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in HOUSEKEEPING:
            continue
        rows = sorted(repr(tuple(row)) for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
