"""Every command has one line of help and says its exit codes; keys, doctor and worker do as they say."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import text

from core import clock
from core.config import Settings
from core.crypto import KeyRing
from core.db import db, housekeeping
from core.jobs import duties
from core.jobs.models import WorkerPresence
from core.observe import health
from tests.conftest import TEST_KEY

ROOT = Path(__file__).parents[3]
OURS = ("worker", "keys", "backup", "doctor")


def commands(group: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(group, click.Group):
        for inner, command in group.commands.items():
            yield from commands(command, f"{name} {inner}".strip())
    else:
        yield name, group


def test_every_command_has_a_line_and_its_exit_codes(app: Flask) -> None:
    for name in OURS:
        for path, command in commands(app.cli.commands[name], name):
            first = (command.help or "").splitlines()[0]
            assert len(command.get_short_help_str(200)) > 10, path
            assert "Exit code" in (command.help or ""), path
            assert len(first) < 120, path


def test_a_wrong_option_is_refused_with_a_sentence(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["backup", "create", "--kepp", "3"])
    assert answer.exit_code == 2
    assert "--kepp" in answer.output


def test_keys_are_made_without_any_settings(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZONE_")}
    made = subprocess.run(
        [sys.executable, "-m", "core.cli", "keys", "new"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    lines = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert set(lines) == {"ZONE_SECRET_KEY", "ZONE_KEYS", "ZONE_INDEX_KEY"}
    assert KeyRing.parse(lines["ZONE_KEYS"], lines["ZONE_INDEX_KEY"]).newest.startswith("k")
    good = Settings(
        mode="production",
        secret_key=lines["ZONE_SECRET_KEY"],
        keys=lines["ZONE_KEYS"],
        index_key=lines["ZONE_INDEX_KEY"],
        database_url="postgresql://x@y/z",
        public_url="https://zone.invalid",
    )
    assert good.mode == "production"


def test_rotation_from_the_command_line(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert answer.exit_code == 0, answer.output
    assert "account: 0" in answer.output


def test_the_doctor_names_what_is_missing(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 1
    assert "FAIL" in answer.output
    assert "flask db upgrade" in answer.output


def test_the_doctor_is_content(app: Flask) -> None:
    with app.app_context(), housekeeping() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": health.head_file()})
    with app.app_context():
        duties.show_presence("w", started_at=clock.now())
        duties.note(health.BACKUP_DUTY, "cli")
    answer = app.test_cli_runner().invoke(args=["doctor"])
    assert answer.exit_code == 0, answer.output
    for words in ("数据库", "keys", "fonts", "OR-Tools", "磁盘"):
        assert words in answer.output
    assert app.test_cli_runner().invoke(args=["doctor", "--strict"]).exit_code == 1  # not in production mode


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a real process on this test's database."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ZONE_")}
    return plain | {
        "ZONE_MODE": "test",
        "ZONE_SECRET_KEY": "test-secret-key-of-more-than-32-characters",
        "ZONE_KEYS": f"t1:{TEST_KEY}",
        "ZONE_INDEX_KEY": TEST_KEY,
        "ZONE_DATA_DIR": str(settings.data_dir),
        "ZONE_DATABASE_URL": settings.database_url,
        "ZONE_REAPER_SECONDS": "1",
        "ZONE_LEASE_SECONDS": "2",
    }


@pytest.mark.slow
def test_the_worker_starts_shows_itself_and_stops_in_order(context: Flask, settings: Settings) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        cwd=ROOT, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not db.session.query(WorkerPresence).count():
            assert worker.poll() is None
            assert time.monotonic() < deadline
            db.session.rollback()
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        _, told = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert worker.returncode == 0, told
    assert '"worker_stopped"' in told
    db.session.rollback()
    assert db.session.query(WorkerPresence).one().stopped_at is not None


def test_wrong_settings_are_told_without_a_trace(settings: Settings) -> None:
    wrong = environment(settings) | {"ZONE_MODE": "production", "ZONE_LEASE_SECOND": "3"}
    answer = subprocess.run(
        [sys.executable, "-m", "flask", "doctor"], cwd=ROOT, env=wrong, capture_output=True, text=True
    )
    assert answer.returncode == 2
    assert "did you mean ZONE_LEASE_SECONDS" in answer.stderr
    assert "Traceback" not in answer.stderr
