"""Taking files in and giving their content out. The store is opened once, by the roof."""

from pathlib import Path

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.crypto import FileCipher
from core.db import transaction
from core.files.gate import Stream, check_upload
from core.files.limits import Limits
from core.files.models import StoredFile
from core.files.store import FileStore


class StoreNotOpen(RuntimeError):
    """A file was asked for before the roof opened the store: a fault of the program."""


class _Opened:
    """The store of this process."""

    store: FileStore | None = None


def open_store(data_dir: Path) -> None:
    """Keep files under ``data_dir/files``, encrypted with the current keys."""
    _Opened.store = FileStore(data_dir / "files", FileCipher())


def file_store() -> FileStore:
    """The open store."""
    if _Opened.store is None:
        raise StoreNotOpen
    return _Opened.store


def keep(actor: Signature, stream: Stream, declared_name: str, limits: Limits) -> StoredFile:
    """Check an upload and store what passed; raises BadUpload with the reason and the way out.

    The content lies on the disk before the row is written, so a row never lacks its file; a file without a
    row is harmless and swept later.
    """
    accepted = check_upload(stream, declared_name, limits)
    sha256 = file_store().put(accepted.data)
    with transaction() as session:
        file = StoredFile(
            sha256=sha256,
            media_type=accepted.media_type,
            extension=accepted.extension,
            size=accepted.size,
            stored_at=clock.now(),
            stored_by=actor.account_id,
        )
        session.add(file)
        session.flush()
        record(actor, "files.keep", file, sha256=sha256, media_type=accepted.media_type, size=accepted.size)
        return file


def content(file: StoredFile) -> bytes:
    """The bytes of a stored file; raises NotStored or Corrupt of ``core.files.store``."""
    return file_store().get(file.sha256)
