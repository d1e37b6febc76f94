"""The stored chain: sound as written, and every tampering is found and named."""

import datetime as dt
import random
import time
import uuid

import pytest
from flask import Flask
from sqlalchemy import text

from core import clock
from core.audit import AuditEntry, AuditSeal, entries_about, reads_of, record, record_read, seal_day, verify_chain
from core.audit.operations import House, record_denied
from core.audit.queries import reads_of_any
from core.audit.verification import verify
from core.db import db, transaction
from core.db.triggers import GUARDS
from tests.figures import Figure

HOUSE = House("test")
TEXTS = ("operation", "actor_label", "subject_kind", "subject_id", "request_id", "previous_hash", "entry_hash")


def write(number: int, *, at_once: int = 50) -> None:
    for start in range(0, number, at_once):
        with transaction():
            for serial in range(start, min(start + at_once, number)):
                record(HOUSE, "test.step", ("thing", str(serial)), serial=serial, word="审计")


@pytest.fixture
def open_chain(context: Flask) -> Flask:
    """A database whose chain a thief with all rights can change: without the triggers."""
    dialect = db.engine.dialect.name
    with db.engine.begin() as connection:
        for guard in GUARDS:
            if guard.table in ("audit_entry", "audit_seal"):
                for statement in guard.drop(dialect):
                    connection.execute(text(statement))
    return context


def tamper(statement: str, **values: object) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_an_empty_chain_is_sound(context: Flask) -> None:
    assert verify().sound
    assert verify().chain.entries == 0


def test_a_long_chain_is_walked_in_stretches(context: Flask, figure: Figure) -> None:
    write(4_500, at_once=500)
    began = time.perf_counter()
    found = verify()
    figure(f"proof 42: chain of {found.chain.entries} entries walked, {4_500 / (time.perf_counter() - began):,.0f}/s")
    assert found.sound
    assert found.chain.entries == 4_500
    assert found.chain.head == db.session.get_one(AuditEntry, 4_500).entry_hash


def test_proof_42_every_changed_byte_is_found(open_chain: Flask, figure: Figure) -> None:
    write(15)
    columns = ", ".join(("seq", "facts", *TEXTS))
    stored = db.session.execute(text(f"SELECT {columns} FROM audit_entry ORDER BY seq")).mappings().all()
    dice = random.Random(42)
    found = 0
    for _place in range(1_000):
        row, name = dice.choice(stored), dice.choice(("facts", *TEXTS))
        before = row[name] or "x"
        place = dice.randrange(len(before))
        changed = before[:place] + chr(ord(before[place]) + dice.randint(1, 5)) + before[place + 1 :]
        change = f"UPDATE audit_entry SET {name} = :value WHERE seq = :seq"
        tamper(change, value=changed, seq=row["seq"])
        fault = verify().first_fault
        found += fault is not None and fault.seq in (row["seq"], row["seq"] + 1)
        tamper(change, value=row[name], seq=row["seq"])
    assert verify().sound
    figure(f"proof 42: one byte changed in 1000 random places of the stored chain, {found} found")
    assert found == 1_000


def test_only_the_newest_part_may_be_walked(open_chain: Flask) -> None:
    write(30)
    seal_day(HOUSE, dt.date(2026, 6, 20))
    found = verify(newest=10)
    assert (found.sound, found.first, found.chain.entries) == (True, 22, 10)
    assert verify(newest=1_000).first == 1
    tamper("UPDATE audit_entry SET operation = 'x' WHERE seq = 25")
    assert not verify(newest=10).sound
    assert verify(newest=3).sound


def test_a_removed_entry_is_named(open_chain: Flask) -> None:
    write(10)
    tamper("DELETE FROM audit_entry WHERE seq = 4")
    fault = verify().first_fault
    assert fault is not None
    assert (fault.seq, fault.what) == (5, "audit_entry: expected entry 4, found 5")


def test_an_entry_that_is_no_json_is_named(open_chain: Flask) -> None:
    write(10)
    tamper("UPDATE audit_entry SET facts = '{' WHERE seq = 7")
    fault = verify().first_fault
    assert fault is not None
    assert (fault.seq, fault.at) == (7, None)
    assert verify().chain.entries == 6


def test_a_broken_link_before_an_unreadable_entry_comes_first(open_chain: Flask) -> None:
    write(10)
    tamper("UPDATE audit_entry SET operation = 'test.other' WHERE seq = 3")
    tamper("UPDATE audit_entry SET facts = '{' WHERE seq = 7")
    fault = verify().first_fault
    assert fault is not None
    assert fault.seq == 3


def test_cut_off_entries_are_shown_by_the_seal(open_chain: Flask) -> None:
    write(10)
    seal = seal_day(HOUSE, dt.date(2026, 6, 20))
    assert verify().sound
    tamper("DELETE FROM audit_entry WHERE seq > 8")
    found = verify()
    assert found.chain.sound
    assert not found.sound
    assert found.first_fault is not None
    assert found.first_fault.what.startswith("audit_seal: the seal of 2026-06-20")
    assert seal.seq == 10


def test_a_rewritten_chain_is_shown_by_the_seal(open_chain: Flask) -> None:
    write(3)
    seal_day(HOUSE, dt.date(2026, 6, 20))
    tamper("DELETE FROM audit_entry")
    write(20)
    found = verify()
    assert found.chain.sound
    assert [fault.seq for fault in found.broken_seals] == [3]


def test_the_seal_of_an_empty_chain_holds(context: Flask) -> None:
    seal_day(HOUSE, dt.date(2026, 6, 20))
    assert verify().sound
    assert verify().seals == 1


def test_a_day_is_sealed_once(context: Flask) -> None:
    first = seal_day(HOUSE, dt.date(2026, 6, 20))
    write(2)
    again = seal_day(HOUSE, dt.date(2026, 6, 20))
    assert (again.id, again.seq) == (first.id, first.seq)
    assert db.session.query(AuditSeal).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET operation = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_chain(context: Flask, statement: str) -> None:
    write(1)
    with pytest.raises(Exception, match="audit_entry is append-only"):
        tamper(statement)
    assert verify().sound


def test_what_was_done_and_who_looked(context: Flask) -> None:
    person, other = uuid.uuid4(), uuid.uuid4()
    with transaction():
        record(HOUSE, "person.correct", ("person", person))
    record_read(HOUSE, "person.reveal", ("person", person), purpose="核对")
    record_read(HOUSE, "person.reveal", ("person", other))
    record_denied(HOUSE, "web.denied", ("person", person))
    assert [entry.operation for entry in entries_about("person", person)] == [
        "web.denied",
        "person.reveal",
        "person.correct",
    ]
    assert [entry.facts for entry in reads_of("person", person)] == [{"purpose": "核对"}]
    assert len(reads_of_any([("person", person), ("person", other)])) == 2
    assert len(reads_of_any([("person", person), ("person", other)], limit=1)) == 1
    assert reads_of_any([]) == []


def test_a_row_without_an_id_yet_is_named_after_the_flush(context: Flask) -> None:
    seal = AuditSeal(day=dt.date(2026, 6, 20), seq=0, entry_hash="0" * 64, entries=0, sealed_at=clock.now())
    with transaction() as session:
        record(HOUSE, "test.open", seal)
        session.add(seal)
    assert db.session.get_one(AuditEntry, 1).subject_id == str(seal.id)


def test_the_arithmetic_continues_from_any_link(context: Flask) -> None:
    write(5)
    entries = db.session.query(AuditEntry).order_by(AuditEntry.seq).all()
    assert verify_chain(entries[2:], start=entries[1].entry_hash, first=3).sound
    assert not verify_chain(entries[2:]).sound
    assert not verify_chain(entries[2:], first=3).sound
