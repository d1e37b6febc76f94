"""``flask backup``: make, check and bring back encrypted backups."""

from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from core.audit.operations import House
from core.cli.backups import operations
from core.cli.backups.dumps import ToolFault
from core.cli.backups.operations import Restored
from core.config import Settings
from core.crypto import CryptoError

group = AppGroup("backup", help="Make, check and bring back encrypted backups.")
_COMMAND = House("command line")
_FAULTS = (CryptoError, ToolFault, OSError, ValueError)


def _settings() -> Settings:
    found: Settings = current_app.extensions["zone_settings"]
    return found


@group.command("create")
@click.option("--keep", default=14, show_default=True, type=click.IntRange(1), help="How many backups to keep.")
@with_appcontext
def create(keep: int) -> None:
    """Back up the database and the stored files into one encrypted file. Exit code 0: done; 1: failed."""
    try:
        made = operations.create(_COMMAND, _settings(), keep=keep)
    except _FAULTS as error:
        _give_up(error)
    click.echo(f"{made.path} ({made.size:,} bytes, {made.seconds:.1f} s)")
    click.echo(f"{len(made.manifest.tables)} tables, {made.manifest.rows} rows, {made.manifest.files} files")
    click.echo(f"Audit head: {made.manifest.audit_entries} {made.manifest.audit_head}")
    click.echo("Done. 备份完成。")


@group.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", required=True, type=click.Path(path_type=Path), help="An empty folder to restore into.")
@click.option("--database-url", default="", help="PostgreSQL: the address of an empty database.")
@with_appcontext
def restore(file: Path, into: Path, database_url: str) -> None:
    """Bring FILE back into a scratch place and compare. Exit code 0: equal; 1: failed or different.

    Never touches the running installation: afterwards point ZONE_DATA_DIR (and ZONE_DATABASE_URL) there.
    """
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        result = operations.restore(_settings(), file, into=into, url=url)
    except _FAULTS as error:
        _give_up(error)
    _tell(result)


@group.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def check(file: Path | None) -> None:
    """Restore FILE (or the newest backup) into a scratch place, compare, clear away. Exit code 0: equal; 1: not."""
    path = file or operations.newest(_settings())
    if path is None:
        click.echo("There is no backup yet. 还没有备份，请先运行 flask backup create。", err=True)
        raise SystemExit(1)
    try:
        result = operations.check(_COMMAND, _settings(), path)
    except _FAULTS as error:
        _give_up(error)
    click.echo(str(path))
    _tell(result)


def _tell(result: Restored) -> None:
    """One line a table: the backup's rows, the restored rows, and whether the checksums are equal."""
    for name, table in result.manifest.tables.items():
        found = result.found.tables.get(name)
        word = "equal" if name not in result.different else "DIFFERENT"
        click.echo(f"{name:28} {table.rows:>9} {found.rows if found else 0:>9}  {word}")
    click.echo(f"{'files':28} {result.manifest.files:>9} {result.found.files:>9}")
    click.echo(f"Audit head: {result.found.audit_entries} {result.found.audit_head}")
    click.echo(f"Audit chain: {'sound' if result.chain_sound else 'BROKEN'}")
    click.echo(f"Recovery time: {result.seconds:.1f} s 恢复用时")
    if result.equal:
        click.echo("Equal to the backup. 与备份一致。")
        return
    click.echo(f"NOT equal: {', '.join(result.different) or 'audit chain'}. 与备份不一致。", err=True)
    raise SystemExit(1)


def _give_up(error: Exception) -> NoReturn:
    click.echo(f"Failed: {error} 没有完成。", err=True)
    raise SystemExit(1)
