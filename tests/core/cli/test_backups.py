"""What comes back is what was put away, and without the key it is noise."""

import base64
import io
import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from core.access import OrganisationKind, Role
from core.audit import record
from core.audit.operations import House
from core.cli.backups import operations
from core.cli.backups.contents import differences
from core.cli.backups.vault import PIECE, SealedReader, SealedWriter
from core.config import Settings
from core.crypto import CryptoError, KeyRing, current_keys, use_keys
from core.db import Base, db, housekeeping, transaction
from core.files.operations import file_store
from core.jobs.duties import last_done
from core.observe.health import BACKUP_DUTY
from tests.conftest import POSTGRES
from tests.factories import JS, account, organisation
from tests.figures import Figure

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
RING = KeyRing.parse(f"k:{KEY}", KEY)


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    with SealedWriter(out, RING) as writer:
        for start in range(0, len(content), 100_000):
            writer.write(content[start : start + 100_000])
    return out.getvalue()


def opened(data: bytes, ring: KeyRing = RING) -> bytes:
    reader = SealedReader(io.BytesIO(data), ring)
    whole = b""
    while piece := reader.read(70_000):
        whole += piece
    return whole


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_what_is_sealed_opens(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed(content)) == content


def test_every_change_is_noticed() -> None:
    data = sealed(os.urandom(2 * PIECE + 9))
    piece = PIECE + 16 + 4
    start = data.index(b"\n") + 1
    swapped = (
        data[:start]
        + data[start + piece : start + 2 * piece]
        + data[start : start + piece]
        + data[start + 2 * piece :]
    )
    flipped = bytearray(data)
    flipped[start + 500] ^= 1
    for wrong in (
        data[:-1],
        data[: start + 2 * piece],
        data[: start + piece],
        swapped,
        bytes(flipped),
        b"",
        b"x" * 300,
    ):
        with pytest.raises(CryptoError):
            opened(wrong)


def test_without_the_key_it_is_noise() -> None:
    data = sealed(b"13800138000 " * 1000)
    assert b"138001" not in data
    for other in (f"k:{base64.urlsafe_b64encode(b'x' * 32).decode()}", f"other:{KEY}"):
        with pytest.raises(CryptoError):
            opened(data, KeyRing.parse(other, KEY))


@pytest.fixture
def people(context: Flask) -> None:
    office = organisation(OrganisationKind.COUNTY, JS)
    for number in range(5):
        account(Role.COUNTY_OFFICER, office, name=f"王{number}")
    file_store().put(b"a paper")


@pytest.mark.usefixtures("people")
def test_backup_change_restore_equal(settings: Settings, tmp_path: Path, figure: Figure) -> None:
    made = operations.create(House("test"), settings, keep=3)
    assert made.path.stat().st_mode & 0o077 == 0
    account(Role.AUDITOR, name="later")
    result = operations.check(House("test"), settings, made.path)
    assert result.equal, result.different
    assert result.found == made.manifest
    assert result.found.tables["account"].rows == 5
    assert (result.found.files, result.found.audit_entries) == (1, made.manifest.audit_entries)
    duty = last_done(BACKUP_DUTY)
    assert duty is not None
    assert duty.outcome == ""
    figure(f"proof 64: restored {made.manifest.rows} rows of {len(made.manifest.tables)} tables on "
           f"{db.engine.dialect.name}, all checksums and audit head equal, {result.seconds:.2f} s")  # fmt: skip


@pytest.mark.usefixtures("people")
def test_a_backup_under_load_is_one_moment(app: Flask, settings: Settings, figure: Figure) -> None:
    """Four writers go on while it is made: what comes back is one state between the first and the last write."""
    stop, written = threading.Event(), [0] * 4

    def write(place: int) -> None:
        with app.app_context():
            while not stop.is_set():
                organisation(OrganisationKind.SCHOOL, JS, name=f"校{place}")
                with transaction():
                    record(House("test"), "test.write", ("load", f"{place}-{written[place]}"))
                written[place] += 1

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(write, place) for place in range(4)]
        try:
            while sum(written) < 20 and not any(one.done() for one in running):
                time.sleep(0.01)
            before = sum(written)
            made = operations.create(House("test"), settings, keep=3)
            during = sum(written) - before
        finally:
            stop.set()
        for one in running:
            one.result()
    result = operations.check(House("test"), settings, made.path)
    assert result.equal, result.different
    assert result.chain_sound
    schools = made.manifest.tables["organisation"].rows - 1
    assert before <= schools <= sum(written)
    told = f"proof 64: backup under load on {db.engine.dialect.name}: {during} writes by 4 writers while it was made"
    figure(f"{told}, restored to one moment, audit chain sound, {result.seconds:.2f} s")


@pytest.mark.usefixtures("people")
def test_an_altered_copy_is_named(settings: Settings, tmp_path: Path) -> None:
    made = operations.create(House("test"), settings, keep=3)
    with housekeeping() as session:
        session.execute(text("UPDATE organisation SET phone = 'x'"))
    later = operations.create(House("test"), settings, keep=3)
    found = differences(made.manifest, later.manifest)
    assert "organisation" in found
    assert "account" not in found


@pytest.mark.usefixtures("people")
def test_the_backup_needs_its_key(settings: Settings, tmp_path: Path) -> None:
    made = operations.create(House("test"), settings, keep=3)
    before = current_keys()
    try:
        use_keys(RING)
        with pytest.raises(CryptoError):
            operations.restore(settings, made.path, into=tmp_path / "into", url="")
    finally:
        use_keys(before)


@pytest.mark.usefixtures("people")
def test_only_so_many_are_kept(settings: Settings) -> None:
    made = [operations.create(House("test"), settings, keep=2).path for _ in range(3)]
    assert len(list(settings.resolved_backup_dir.iterdir())) == 2
    assert operations.newest(settings) in made


@pytest.mark.usefixtures("people")
def test_a_folder_in_use_is_never_restored_into(settings: Settings, tmp_path: Path) -> None:
    made = operations.create(House("test"), settings, keep=3)
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "zone.db").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        operations.restore(settings, made.path, into=tmp_path / "into")
    assert (tmp_path / "into" / "zone.db").read_bytes() == b"precious"


@pytest.mark.usefixtures("people")
def test_commands_print_the_counts(app: Flask, settings: Settings, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["backup", "check"]).exit_code == 1
    made = runner.invoke(args=["backup", "create"])
    assert made.exit_code == 0, made.output
    checked = runner.invoke(args=["backup", "check"])
    assert checked.exit_code == 0, checked.output
    for words in ("account", "equal", "Audit chain: sound", "Recovery time", "与备份一致"):
        assert words in checked.output
    if not POSTGRES:
        path = str(operations.newest(settings))
        back = runner.invoke(args=["backup", "restore", path, "--into", str(tmp_path / "back")])
        assert back.exit_code == 0, back.output
        with sqlite3.connect(tmp_path / "back" / "zone.db") as restored:
            assert restored.execute("SELECT count(*) FROM account").fetchone() == (5,)
        restored.close()
        again = runner.invoke(args=["backup", "restore", path, "--into", str(tmp_path / "back")])
        assert again.exit_code == 1
    assert set(Base.metadata.tables) >= {"account", "audit_entry"}
