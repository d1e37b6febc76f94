"""Storing and checking passwords: argon2id with the parameters of the OWASP password storage guide."""

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 8
LONGEST: Final = 128

_HASHER: Final = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)


def hash_password(secret: str) -> str:
    """The text to store for a password. Nothing is cut off; only the Unicode form is made one (NFC)."""
    return _HASHER.hash(_form(secret))


def fits(stored: str | None, secret: str) -> bool:
    """Whether ``secret`` is the stored password.

    Without a stored password the same work is done against a password nobody has, so that the time
    taken does not tell whether an account exists.
    """
    try:
        return _HASHER.verify(stored or _nobodys(), _form(secret)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the stored text was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    """A hash in today's parameters; what it was made from is thrown away."""
    import secrets

    return _HASHER.hash(secrets.token_urlsafe(32))


def _form(secret: str) -> str:
    """Keyboards write ü as one character or two; the stored form is one."""
    return unicodedata.normalize("NFC", secret)
