"""The auditor's pages."""

import datetime as dt

import pytest
from flask import Flask

from core.access import Role
from core.audit import record_read, seal_day
from core.audit.models import AuditEntry
from core.audit.operations import House, record_denied
from core.db import db
from tests.client import Browser
from tests.core.accounts.test_pages import text
from tests.core.audit.test_verification import open_chain, tamper, write
from tests.factories import account, sign_in

__all__ = ["open_chain"]
DAY = dt.date(2026, 6, 20)
PAGES = ("/audit/entries", "/audit/check", "/audit/seals", "/audit/entries/1")


@pytest.fixture
def auditor(context: Flask, client: Browser) -> Browser:
    sign_in(client, account(Role.AUDITOR))
    return client


def test_entries_are_searched(auditor: Browser) -> None:
    write(3)
    record_read(House("registrar"), "student.reveal", ("person", "p-1"), purpose="核对")
    record_denied(House("registrar"), "web.denied", ("route", "x"))
    assert "thing 2" in text(auditor.get("/audit/entries"))
    for query, found in (
        ("operation=student", "student.reveal"),
        ("actor=registrar", "student.reveal"),
        ("about=p-1", "student.reveal"),
        ("about=person", "student.reveal"),
        ("about=person%20p-1", "student.reveal"),
        ("kind=read", "student.reveal"),
        ("kind=denied", "web.denied"),
        ("since=2020-01-01&until=2100-01-01", "student.reveal"),
    ):
        page = text(auditor.get(f"/audit/entries?{query}"))
        assert found in page, query
    for query in ("operation=nothing", "until=2020-01-01", "since=2100-01-01", "request=none", "about=person%20p-2"):
        assert "student.reveal" not in text(auditor.get(f"/audit/entries?{query}")), query


def test_an_entry_shows_its_facts_and_its_subject(auditor: Browser) -> None:
    record_read(House("registrar"), "student.reveal", ("person", "p-1"), purpose="核对证件")
    seq = db.session.query(AuditEntry).count()
    page = text(auditor.get(f"/audit/entries/{seq}"))
    assert "核对证件" in page
    assert "about=person+p-1" in page
    assert auditor.get("/audit/entries/999999").status_code == 404


def test_the_check_says_sound(auditor: Browser) -> None:
    seal_day(House("test"), DAY)
    page = text(auditor.get("/audit/check"))
    assert "审计链完整" in page


def test_the_check_names_the_first_fault(open_chain: Flask, auditor: Browser) -> None:
    write(3)
    last = db.session.query(AuditEntry).count()
    tamper("UPDATE audit_entry SET operation = 'x' WHERE seq = :seq", seq=last)
    page = text(auditor.get("/audit/check"))
    assert f"从第 {last} 条起不完整" in page


def test_seals_are_listed(auditor: Browser) -> None:
    assert "还没有封存值" in text(auditor.get("/audit/seals"))
    seal = seal_day(House("test"), DAY)
    assert seal.entry_hash in text(auditor.get("/audit/seals"))


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_the_other_duties_do_not_see_the_chain(context: Flask, client: Browser, role: Role) -> None:
    sign_in(client, account(role))
    for page in PAGES:
        assert client.get(page).status_code == 403


def test_looking_changes_nothing_but_denials(auditor: Browser) -> None:
    write(1)
    before = db.session.query(AuditEntry).count()
    for page in PAGES:
        assert auditor.get(page).status_code == 200
    assert db.session.query(AuditEntry).count() == before
