"""Up, down, up; no drift; one head; two upgrades at once. On the database the suite runs on."""

import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import Engine

from core.access import OrganisationKind, Role
from core.audit import AuditEntry, verify_chain
from core.config import Settings
from core.db import Base, db, prepare_engine
from core.db.autogenerate import guards_in
from core.db.triggers import GUARDS
from tests.conftest import POSTGRES, make_settings, run_sql
from tests.factories import JS, account, organisation
from tests.figures import Figure
from tests.migrations.schema import dump
from wsgi import create_app

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database with nothing in it."""
    if POSTGRES:
        name = f"empty_{uuid.uuid4().hex[:16]}"
        run_sql(f"CREATE DATABASE {name}")
        url = POSTGRES.format(database=name)
    else:
        url = f"sqlite:///{tmp_path}/empty.db"
    app = create_app(make_settings(tmp_path / "data", url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if POSTGRES:
        run_sql(f"DROP DATABASE {name} WITH (FORCE)")


def config(app: Flask) -> Config:
    made: Config = app.extensions["migrate"].migrate.get_config()
    return made


def engine_of(settings: Settings) -> Engine:
    engine = create_engine(settings.resolved_database_url)
    prepare_engine(engine)
    return engine


def test_empty_head_base_head(empty: Flask, figure: Figure) -> None:
    command.upgrade(config(empty), "head")
    first = dump(db.engine)
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    command.downgrade(config(empty), "base")
    assert dump(db.engine) == []
    command.upgrade(config(empty), "head")
    assert dump(db.engine) == first
    figure(f"proof 45: empty-head-base-head on {db.engine.dialect.name}, {len(first)} lines of schema equal")


def test_the_migrations_make_what_the_models_say(
    empty: Flask, app: Flask, settings: Settings, figure: Figure
) -> None:
    command.upgrade(config(empty), "head")
    command.check(config(empty))
    engine = engine_of(settings)
    made, migrated = dump(engine), dump(db.engine)
    engine.dispose()
    assert migrated == made
    figure(f"proof 46: {len(made)} lines of create_all equal upgrade head on {db.engine.dialect.name}, check clean")


@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE organisation ADD COLUMN extra VARCHAR(3)",
        "DROP INDEX ix_job_state_created_at",
        "missing guard",
    ],
)
def test_drift_is_found(empty: Flask, drift: str) -> None:
    command.upgrade(config(empty), "head")
    on = "" if db.engine.dialect.name == "sqlite" else " ON audit_entry"
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_entry_no_delete{on}" if drift == "missing guard" else drift))
    with pytest.raises(CommandError, match="New upgrade operations detected"):
        command.check(config(empty))


def test_every_guard_is_in_the_database(empty: Flask) -> None:
    command.upgrade(config(empty), "head")
    with db.engine.connect() as connection:
        found = guards_in(connection)
        dialect = connection.dialect.name
    assert set(found) == {guard.name for guard in GUARDS if guard.create(dialect)}


def test_rows_and_the_audit_chain_survive_a_repeated_upgrade(empty: Flask) -> None:
    command.upgrade(config(empty), "head")
    for _ in range(3):
        account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    before = {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in Base.metadata.tables}
    db.session.rollback()
    command.upgrade(config(empty), "head")
    after = {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in Base.metadata.tables}
    assert after == before
    report = verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
    assert (report.sound, report.entries) == (True, 3)


def test_one_head_in_the_head_file_and_names_in_order(empty: Flask) -> None:
    scripts = ScriptDirectory.from_config(config(empty))
    assert scripts.get_heads() == [(MIGRATIONS / "HEAD").read_text().strip()]
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)+\.py", name) for name in names)
    assert [name[:4] for name in names] == [f"{number + 1:04}" for number in range(len(names))]
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == [name[:4] for name in reversed(names)]


def test_two_upgrades_at_once_are_one(empty: Flask, figure: Figure) -> None:
    faults: list[BaseException] = []
    gate = threading.Barrier(2)
    script = (
        "import sys, pathlib; from tests.conftest import make_settings; from wsgi import create_app;"
        "from alembic import command;"
        "app = create_app(make_settings(pathlib.Path(sys.argv[1]), sys.argv[2]));"
        "ctx = app.app_context(); ctx.push();"
        "command.upgrade(app.extensions['migrate'].migrate.get_config(), 'head')"
    )
    url = empty.config["SQLALCHEMY_DATABASE_URI"]
    data = empty.extensions["zone_settings"].data_dir

    def upgrade() -> None:
        gate.wait()
        done = subprocess.run(
            [sys.executable, "-c", script, str(data), url], cwd=MIGRATIONS.parent, capture_output=True, text=True
        )
        if done.returncode:
            faults.append(RuntimeError(done.stderr[-2000:]))

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    command.check(config(empty))
    figure(f"proof 47: two upgrades at once on {db.engine.dialect.name}, both ended well, one schema")
