"""Sign-in names: never a document number, never a telephone number. Pure."""

import re
import secrets
import unicodedata
from typing import Final

from core.access.roles import FAMILY, Role

_FORM: Final = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_NUMBER_INSIDE: Final = re.compile(r"\d{9}")
_RANDOM_DIGITS: Final = 8


def plain(raw: str) -> str:
    """What was typed, in the form in which names are stored: small letters, no spaces, half-width."""
    return "".join(unicodedata.normalize("NFKC", raw[:200]).casefold().split())


def is_acceptable(name: str) -> bool:
    """Whether an office may give this name: a letter first, 3 to 40 signs, no long number in it."""
    bare = re.sub(r"[._-]", "", name)
    return _FORM.fullmatch(name) is not None and _NUMBER_INSIDE.search(bare) is None


def proposal(roles: frozenset[Role]) -> str:
    """A random name: a letter for the kind of account (family x, staff g) and eight digits.

    Eight digits are no telephone and no document number, and say nothing about the person.
    """
    letter = "x" if roles <= FAMILY else "g"
    return letter + "".join(secrets.choice("0123456789") for _ in range(_RANDOM_DIGITS))
