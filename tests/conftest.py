"""Shared fixtures: settings, an application, one database a test, clients with CSRF on.

The suite runs on SQLite; under ``python -m tests.postgres`` the same tests run on a real PostgreSQL.
"""

import base64
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, text

from core.config import Settings
from core.db import Base, db, prepare_engine
from tests import figures, quick
from tests.spares import Spares
from wsgi import create_app

TEST_KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
figure = figures.figure
pytest_terminal_summary = figures.pytest_terminal_summary

POSTGRES = os.environ.get("ZONE_TEST_POSTGRES", "")
quick.compile_addresses_once()


def pytest_collection_finish() -> None:
    quick.leave_what_stays_to_itself()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what need not run a second time on the other database: no database touched, or the pages of one room."""
    for item in items:
        if "views" in item.path.stem:
            item.add_marker(pytest.mark.page)
        if "database_url" not in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.pure)


def make_settings(data_dir: Path, database_url: str, **changes: object) -> Settings:
    """Settings of a test application."""
    values: dict[str, object] = {
        "mode": "test",
        "secret_key": "test-secret-key-of-more-than-32-characters",
        "keys": f"t1:{TEST_KEY}",
        "index_key": TEST_KEY,
        "data_dir": data_dir,
        "database_url": database_url,
        "public_url": "https://localhost",
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all tables and no rows, copied for each test. A file path or a database name."""
    create_app(make_settings(tmp_path_factory.mktemp("models"), ""))  # the rooms load their models here
    if POSTGRES:
        name = f"template_{uuid.uuid4().hex[:16]}"
        run_sql(f"CREATE DATABASE {name}")
        engine = create_engine(POSTGRES.format(database=name))
        Base.metadata.create_all(engine)
        engine.dispose()
        return name
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = create_engine(f"sqlite:///{path}")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return str(path)


def run_sql(statement: str) -> None:
    """One statement outside any transaction on the PostgreSQL server."""
    engine = create_engine(POSTGRES.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def copy_of(database: str, folder: Path) -> Iterator[str]:
    """The address of a copy of a database (a file path or a database name), removed at the end."""
    if not POSTGRES:
        path = folder / "zone.db"
        shutil.copyfile(database, path)
        yield f"sqlite:///{path}"
        return
    name = f"zone_{uuid.uuid4().hex[:16]}"
    run_sql(f"CREATE DATABASE {name} TEMPLATE {database} STRATEGY FILE_COPY")
    yield POSTGRES.format(database=name)
    run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def spares(empty_database: str) -> Spares | None:
    """Emptied databases of this run; none on SQLite, where a copy costs nothing."""
    return Spares(POSTGRES, empty_database) if POSTGRES else None


@contextmanager
def own_database(empty_database: str, spares: Spares | None, folder: Path) -> Iterator[str]:
    """The address of an empty database with all tables, nobody else's until the end."""
    if spares is None:
        with copy_of(empty_database, folder) as url:
            yield url
        return
    name = spares.take()
    if name is None:
        name = f"zone_{uuid.uuid4().hex[:16]}"
        run_sql(f"CREATE DATABASE {name} TEMPLATE {empty_database} STRATEGY FILE_COPY")
    yield POSTGRES.format(database=name)
    if not spares.give_back(name):
        run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(empty_database: str, spares: Spares | None, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database."""
    with own_database(empty_database, spares, tmp_path) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path / "data", database_url)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once a run, not once a test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The whole application on this test's database."""
    application = create_app(settings)
    application.jinja_env.bytecode_cache = compiled_templates
    application.config["PREFERRED_URL_SCHEME"] = "https"
    quick.prepare(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context for tests of operations."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous browser (https, CSRF on)."""
    from tests.client import Browser

    return Browser(app, app.response_class, use_cookies=True)
