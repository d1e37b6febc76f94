"""The second factor: time-based codes (RFC 6238), 30 s a step, one step of drift each way. Pure."""

import datetime as dt
import hmac
import re
import unicodedata
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
_CODE: Final = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A fresh shared secret, 160 bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """The ``otpauth:`` address an authenticator app reads from the QR picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=issuer)


def matching_step(secret: str, raw: str, at: dt.datetime, *, after: int) -> int | None:
    """The time step whose code ``raw`` is, if it is later than ``after``, the last step used; else None.

    A code opens once: its step becomes ``after`` for the next one.
    """
    code = "".join(unicodedata.normalize("NFKC", raw[:40]).split())
    if not _CODE.fullmatch(code):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step if step > after else None
    return None


def readable(secret: str) -> str:
    """The secret in groups of four, for typing into the app by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
