"""``flask audit``: exit codes and the first broken link in words."""

import datetime as dt

from flask import Flask

from core.audit import AuditSeal
from core.db import db
from tests.core.audit.test_verification import open_chain, tamper, write

__all__ = ["open_chain"]


def test_a_sound_chain(context: Flask) -> None:
    write(3)
    done = context.test_cli_runner().invoke(args=["audit", "verify"])
    assert done.exit_code == 0
    assert "Sound: 3 entries, 0 seals" in done.output


def test_a_broken_chain_names_link_time_and_table(open_chain: Flask) -> None:
    write(5)
    tamper("UPDATE audit_entry SET actor_label = 'somebody else' WHERE seq = 2")
    done = open_chain.test_cli_runner().invoke(args=["audit", "verify"])
    assert done.exit_code == 1
    assert "Broken at entry 2 (20" in done.output
    assert "table audit_entry: the content was changed" in done.output


def test_an_unreadable_entry_has_no_time(open_chain: Flask) -> None:
    write(1)
    tamper("UPDATE audit_entry SET facts = '{' WHERE seq = 1")
    done = open_chain.test_cli_runner().invoke(args=["audit", "verify"])
    assert done.exit_code == 1
    assert "Broken at entry 1 (?" in done.output


def test_sealing_a_day(context: Flask) -> None:
    write(3)
    done = context.test_cli_runner().invoke(args=["audit", "seal", "--day", "2026-06-20"])
    seal = db.session.query(AuditSeal).one()
    assert done.exit_code == 0
    assert done.output.strip() == f"2026-06-20 entry 3 {seal.entry_hash}"
    yesterday = context.test_cli_runner().invoke(args=["audit", "seal"])
    assert yesterday.exit_code == 0
    assert db.session.query(AuditSeal).count() == 2
    assert min(seal.day for seal in db.session.query(AuditSeal)) == dt.date(2026, 6, 20)


def test_a_day_that_is_none(context: Flask) -> None:
    done = context.test_cli_runner().invoke(args=["audit", "seal", "--day", "yesterday"])
    assert done.exit_code == 2
