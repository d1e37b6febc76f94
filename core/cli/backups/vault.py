"""The encrypted file of a backup, written and read as a stream.

AES-256-GCM over pieces of 1 MiB (the STREAM construction): the nonce counts the pieces and marks the last
one, the header is authenticated with each, so a piece changed, moved, left out or cut off is noticed.
"""

import os
import struct
from types import TracebackType
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto import CryptoError, KeyRing

MAGIC = b"ZONE-BACKUP-1"
PIECE = 1024 * 1024
_PREFIX_BYTES = 7
_TAG_BYTES = 16


class SealedWriter:
    """A file to write to; ``close`` writes the piece that says it is the last."""

    def __init__(self, out: BinaryIO, ring: KeyRing) -> None:
        prefix = os.urandom(_PREFIX_BYTES)
        self._header = b" ".join((MAGIC, ring.newest.encode(), prefix.hex().encode())) + b"\n"
        self._cipher = AESGCM(ring.key_named(ring.newest))
        self._prefix, self._count, self._out = prefix, 0, out
        self._waiting = bytearray()
        out.write(self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._piece(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        self._piece(bytes(self._waiting), last=True)
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is None:
            self.close()

    def _piece(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._count, last=last), plain, self._header)
        self._out.write(struct.pack(">I", len(sealed)) + sealed)
        self._count += 1


class SealedReader:
    """A file to read from; CryptoError for a missing key, a changed piece, or a missing end."""

    def __init__(self, source: BinaryIO, ring: KeyRing) -> None:
        self._header = source.readline(200)
        parts = self._header.split()
        if len(parts) != 3 or parts[0] != MAGIC:
            raise CryptoError("this is no backup file")
        self._cipher = AESGCM(ring.key_named(parts[1].decode()))
        self._prefix, self._count, self._source = bytes.fromhex(parts[2].decode()), 0, source
        self._ready, self._ended = bytearray(), False

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; less only at the end."""
        while len(self._ready) < size and not self._ended:
            self._next()
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def drain(self) -> None:
        """Read to the end; a file that was cut off has none."""
        while self.read(PIECE):
            continue

    def _next(self) -> None:
        length = self._source.read(4)
        if len(length) != 4:
            raise CryptoError("the backup file is cut off")
        (size,) = struct.unpack(">I", length)
        if size > PIECE + _TAG_BYTES:
            raise CryptoError("the backup file was altered")
        sealed = self._source.read(size)
        self._ready += self._open(sealed)
        self._count += 1

    def _open(self, sealed: bytes) -> bytes:
        for last in (False, True):
            try:
                plain = self._cipher.decrypt(_nonce(self._prefix, self._count, last=last), sealed, self._header)
            except InvalidTag:
                continue
            self._ended = last
            return plain
        raise CryptoError("the backup file was altered, or its key is another one")


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", count, last)
