"""One-time codes people type: Crockford's 32 signs, so that nothing is mistaken for something else. Pure.

The letters I, L, O and U are never printed. Who reads or types them all the same is understood.
"""

import re
import secrets
import unicodedata
from typing import Final

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("ILOU", "110V")
_WRITTEN: Final = re.compile(f"[{_SIGNS}]+")

ACTIVATION_SIGNS: Final = 18
"""90 bits."""
RECOVERY_SIGNS: Final = 16
"""80 bits."""


def new_code(signs: int) -> str:
    """A random code of that many signs, five bits a sign, without separators."""
    return "".join(secrets.choice(_SIGNS) for _ in range(signs))


def in_groups(code: str) -> str:
    """The code as it is printed: ``7K2M9Q-XA4T0V-…`` in groups of six, or of four where that fits better."""
    size = 6 if len(code) % 6 == 0 else 4
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def read_code(raw: str, signs: int) -> str:
    """The code meant by what was typed, or an empty text if it cannot be one.

    Case, spaces, hyphens, full-width signs and look-alikes do not matter.
    """
    plain = unicodedata.normalize("NFKC", raw[:200]).upper()
    kept = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZPC").translate(_READ_AS)
    return kept if len(kept) == signs and _WRITTEN.fullmatch(kept) else ""
