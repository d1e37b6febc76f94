"""Files on disk under the hash of their content, encrypted, written whole or not at all."""

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NOT_IN_NAMES: Final = re.compile(r"[^0-9A-Za-z\u3007\u3400-\u9fff\U00020000-\U0003ffff·-]+")


class Cipher(Protocol):
    """Encryption at rest; authenticated, so that a changed file does not decrypt."""

    def encrypt(self, plain: bytes, /) -> bytes:
        """What is written to disk."""

    def decrypt(self, stored: bytes, /) -> bytes:
        """The content again."""


class NotStored(LookupError):
    """There is no file with this hash."""


class Corrupt(ValueError):
    """What lies on disk is not the content of this hash."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """Content-addressed store under *root*, readable by the owner of the process only."""

    root: Path
    cipher: Cipher

    def put(self, data: bytes) -> str:
        """Store *data* and return its SHA-256 (64 hex digits). The same content lies there once.

        The file appears under its name only when it is complete and on the disk. Storing again writes
        anew, which also mends a file that was damaged.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        place = self._place(sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.parent / f".{secrets.token_hex(16)}"
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(self.cipher.encrypt(data))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(place.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The content; raises :class:`NotStored`, or :class:`Corrupt` when it is no longer that content."""
        try:
            stored = self._place(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotStored(sha256) from error
        data = self.cipher.decrypt(stored)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Corrupt(sha256)
        return data

    def delete(self, sha256: str) -> bool:
        """Remove the content; whether there was any. Only for content that nothing refers to any more."""
        place = self._place(sha256)
        with suppress(FileNotFoundError):
            place.unlink()
            _sync_folder(place.parent)
            return True
        return False

    def __contains__(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def _place(self, sha256: str) -> Path:
        """Two letters of folder, the rest as name; anything but a hash is refused with ValueError."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("a stored file is named by 64 hex digits")
        return self.root / sha256[:2] / sha256[2:]


def download_name(label: str, sha256: str, extension: str) -> str:
    """A name for the reader's device: what it is, eight digits of its hash, the true ending.

    Made here and never from what was uploaded: ``身份证照片-3f2a9c01.jpg``.
    """
    plain = _NOT_IN_NAMES.sub("-", label).strip("-·")[:60] or "file"
    return f"{plain}-{sha256[:8]}.{extension}"


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
