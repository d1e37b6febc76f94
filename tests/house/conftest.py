"""The world of the access proofs: built once a run, copied for each test that asks for it."""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text

from core.config import Settings
from core.db import db
from tests import quick
from tests.conftest import POSTGRES, copy_of, make_settings, own_database, run_sql
from tests.house.inhabitants import World
from tests.house.world import build
from tests.spares import Spares
from wsgi import create_app


@dataclass(frozen=True, slots=True)
class Peopled:
    """A database with the world in it (a file path or a database name), its data folder, and the ids in it."""

    database: str
    data_dir: Path
    world: World


@pytest.fixture(scope="session")
def peopled(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Peopled:
    folder = tmp_path_factory.mktemp("world")
    if POSTGRES:
        database = f"world_{uuid.uuid4().hex[:16]}"
        run_sql(f"CREATE DATABASE {database} TEMPLATE {empty_database} STRATEGY FILE_COPY")
        url = POSTGRES.format(database=database)
    else:
        database = str(folder / "world.db")
        shutil.copyfile(empty_database, database)
        url = f"sqlite:///{database}"
    app = create_app(make_settings(folder / "data", url))
    quick.prepare(app)
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        world = build()
        db.session.remove()
        if not POSTGRES:
            with db.engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.engine.dispose()
    return Peopled(database, folder / "data", world)


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, empty_database: str, spares: Spares | None, tmp_path: Path
) -> Iterator[str]:
    """The address of this test's own database: a copy of the world for whoever asks for it, else an empty one."""
    if "world" in request.fixturenames:
        found: Peopled = request.getfixturevalue("peopled")
        with copy_of(found.database, tmp_path) as url:
            yield url
    else:
        with own_database(empty_database, spares, tmp_path) as url:
            yield url


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Settings:
    if "world" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("peopled").data_dir, tmp_path / "data")
    return make_settings(tmp_path / "data", database_url)


@pytest.fixture
def world(peopled: Peopled, context: Flask) -> World:
    """Who lives in the world and what is in it; the test's own copy of the database holds all of it."""
    return peopled.world
