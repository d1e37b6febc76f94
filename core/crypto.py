"""Encrypted columns and blind indexes for personal data (PIPL art. 51: encryption, de-identification).

Cipher: AES-256-GCM, a fresh 96-bit nonce a value, the column's purpose as associated data, so a value
moved into another column does not decrypt. Stored form: ``<key name>:<base64 of nonce + ciphertext>``.
The blind index is HMAC-SHA-256 under a separate key: equal values meet, nothing can be read back.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12


class CryptoError(Exception):
    """A key is missing or malformed, or a stored value was altered."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Named 32-byte keys, the first one encrypts, all of them decrypt; one index key."""

    keys: tuple[tuple[str, bytes], ...]
    index_key: bytes

    @classmethod
    def parse(cls, keys: str, index_key: str) -> "KeyRing":
        """Read ``name:base64,name:base64`` and a base64 index key; raises CryptoError."""
        pairs = []
        for part in filter(None, (item.strip() for item in keys.split(","))):
            name, separator, encoded = part.partition(":")
            if not separator or not name:
                raise CryptoError("each key is written name:base64")
            pairs.append((name, _decode_key(encoded)))
        if not pairs:
            raise CryptoError("no data key is set")
        return cls(tuple(pairs), _decode_key(index_key))

    @property
    def newest(self) -> str:
        """The name of the key that encrypts."""
        return self.keys[0][0]

    def key_named(self, name: str) -> bytes:
        """The 32 bytes of a key; CryptoError if the ring has none of this name."""
        key = dict(self.keys).get(name)
        if key is None:
            raise CryptoError(f"no key named {name!r}")
        return key

    def encrypt(self, plain: bytes, purpose: str) -> str:
        name, key = self.keys[0]
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, plain, purpose.encode())
        return f"{name}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, purpose: str) -> bytes:
        """The plain value; CryptoError if the key is unknown or the value was altered."""
        name, _, encoded = stored.partition(":")
        key = self.key_named(name)
        raw = base64.b64decode(encoded)
        try:
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise CryptoError("a stored value does not fit its key or purpose") from error

    def index(self, value: str, purpose: str) -> str:
        message = f"{purpose}\x00{value}".encode()
        return hmac.new(self.index_key, message, hashlib.sha256).hexdigest()


def _decode_key(encoded: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError as error:
        raise CryptoError("a key is not base64") from error
    if len(key) != 32:
        raise CryptoError("a key must be 32 bytes")
    return key


class _Current:
    """The key ring of this process, set once by the roof."""

    ring: KeyRing | None = None


def use_keys(ring: KeyRing) -> None:
    """Set the process's key ring."""
    _Current.ring = ring


def current_keys() -> KeyRing:
    if _Current.ring is None:
        raise CryptoError("no key ring is set in this process")
    return _Current.ring


def blind_index(purpose: str, value: str) -> str:
    """64 hex characters under which ``value`` can be found without being readable."""
    return current_keys().index(value, purpose)


def index_print() -> str:
    """Eight hex characters that name the present index key: what carries another print was made under another."""
    return blind_index("index key", "")[:8]


class EncryptedText(TypeDecorator[str]):
    """A text column stored encrypted; ``purpose`` binds the value to its column."""

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else current_keys().encrypt(value.encode(), self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else current_keys().decrypt(value, self.purpose).decode()


class FileCipher:
    """The cipher of the file store, on the same key ring."""

    def encrypt(self, plain: bytes) -> bytes:
        return current_keys().encrypt(plain, "file").encode()

    def decrypt(self, stored: bytes) -> bytes:
        return current_keys().decrypt(stored.decode(), "file")
