"""Making a backup, bringing one back into a scratch place, and checking that it is the same."""

import secrets
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry, record, verify_chain
from core.audit.operations import Signature
from core.cli.backups.contents import Manifest, differences, read_manifest
from core.cli.backups.dumps import engine_for, put_in, take_out
from core.cli.backups.vault import SealedReader, SealedWriter
from core.config import Settings
from core.crypto import CryptoError, current_keys
from core.db import transaction
from core.jobs.duties import note
from core.observe.health import BACKUP_DUTY

SUFFIX = ".backup"
CHECK_DUTY = "backup.check"
_MANIFEST, _DATABASE, _FILES = "manifest.json", "database", "files"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    manifest: Manifest
    seconds: float


@dataclass(frozen=True, slots=True)
class Restored:
    """A database brought back: its figures, what differs from the backup, and how long it took."""

    url: str
    manifest: Manifest
    found: Manifest
    different: tuple[str, ...]
    chain_sound: bool
    seconds: float

    @property
    def equal(self) -> bool:
        return not self.different and self.chain_sound


def create(actor: Signature, settings: Settings, *, keep: int) -> Made:
    """A new backup in the backup folder; of older ones the newest ``keep - 1`` stay."""
    begun = time.monotonic()
    folder = settings.resolved_backup_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
    path = folder / f"zone-{stamp}-{secrets.token_hex(2)}{SUFFIX}"
    draft = path.with_suffix(".part")
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch, draft.open("xb") as out:
            draft.chmod(0o600)
            manifest = _pack(settings, Path(scratch), SealedWriter(out, current_keys()), stamp)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    with transaction():
        record(actor, "backup.create", ("backup", path.stem), rows=manifest.rows, audit_head=manifest.audit_head)
    note(BACKUP_DUTY, actor.label)
    for old in sorted(folder.glob(f"zone-*{SUFFIX}"))[: -max(1, keep)]:
        old.unlink()
    return Made(path, path.stat().st_size, manifest, time.monotonic() - begun)


def newest(settings: Settings) -> Path | None:
    """The newest backup in the backup folder."""
    return max(settings.resolved_backup_dir.glob(f"zone-*{SUFFIX}"), default=None)


def restore(settings: Settings, path: Path, *, into: Path, url: str = "") -> Restored:
    """Bring a backup back into the empty folder ``into`` (and, of PostgreSQL, the empty database at ``url``).

    Never touches the running installation. Raises CryptoError for a wrong key or an altered file,
    FileExistsError for a folder in use, ToolFault for PostgreSQL's programs.
    """
    begun = time.monotonic()
    if into.exists() and any(into.iterdir()):
        raise FileExistsError(into)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    manifest = _unpack(path, into)
    if manifest.dialect == "sqlite":
        url = f"sqlite:///{into.resolve() / 'zone.db'}"
    elif not url:
        raise ValueError("a backup of PostgreSQL needs the address of an empty database to restore into")
    put_in(settings, into / _DATABASE, url)
    (into / _DATABASE).unlink()
    found, sound = _look(url, manifest, into / _FILES)
    return Restored(url, manifest, found, tuple(differences(manifest, found)), sound, time.monotonic() - begun)


def check(actor: Signature, settings: Settings, path: Path) -> Restored:
    """Restore into a scratch place, compare, and clear it away again."""
    with tempfile.TemporaryDirectory() as scratch, _scratch_database(settings) as url:
        result = restore(settings, path, into=Path(scratch) / "restored", url=url)
    with transaction():
        record(actor, "backup.check", ("backup", path.stem), equal=result.equal, seconds=round(result.seconds, 1))
    note(CHECK_DUTY, actor.label, "" if result.equal else "different")
    return result


def _pack(settings: Settings, scratch: Path, out: SealedWriter, stamp: str) -> Manifest:
    stored = settings.data_dir / _FILES
    # Files are never changed once written: those listed before the database is read may only be too many.
    names = sorted(path for path in stored.glob("??/*") if not path.name.startswith("."))
    dump = scratch / _DATABASE
    manifest = take_out(settings, dump, lambda one: read_manifest(one, made_at=stamp, files=len(names)))
    told = scratch / _MANIFEST
    told.write_text(manifest.model_dump_json(), encoding="utf-8")
    with out, tarfile.open(fileobj=cast(BinaryIO, out), mode="w|") as tar:
        tar.add(told, _MANIFEST)
        tar.add(dump, _DATABASE)
        for path in names:
            tar.add(path, f"{_FILES}/{path.relative_to(stored)}")
    return manifest


def _unpack(path: Path, into: Path) -> Manifest:
    with path.open("rb") as source:
        reader = SealedReader(source, current_keys())
        with tarfile.open(fileobj=cast(BinaryIO, reader), mode="r|") as tar:
            tar.extractall(into, filter="data")
        reader.drain()
    if not (into / _MANIFEST).exists():
        raise CryptoError("the backup has no list of contents")
    return Manifest.model_validate_json((into / _MANIFEST).read_text(encoding="utf-8"))


def _look(url: str, manifest: Manifest, files: Path) -> tuple[Manifest, bool]:
    """The figures of the restored database, and whether its audit chain holds from the first entry on."""
    engine = engine_for(url)
    with engine.connect() as connection:
        count = sum(1 for path in files.glob("??/*"))
        found = read_manifest(connection, made_at=manifest.made_at, files=count)
    with Session(engine) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000))
        sound = verify_chain(entries).sound
    engine.dispose()
    return found, sound


@contextmanager
def _scratch_database(settings: Settings) -> Iterator[str]:
    """An empty database beside the running one, dropped afterwards; nothing of the kind for SQLite."""
    if settings.is_sqlite:
        yield ""
        return
    name = f"zone_check_{uuid.uuid4().hex[:12]}"
    engine = engine_for(settings.resolved_database_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        try:
            url = make_url(settings.resolved_database_url).set(database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
