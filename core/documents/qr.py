"""QR pictures and the verification code: unguessable, typable, forgiving.

A code has 27 random characters and a check character: 31**27 possibilities, 133 bits. The alphabet
leaves out every letter that reads like another sign (I L O U Z), so that what is typed can be mended:
O is 0, I and L are 1, U is V, Z is 2. It has 31 signs, a prime: with the place as weight, the check
character finds every single wrong sign and every swap of two signs.

The QR code carries the full code. For typing, the paper prints a short form: the first 11 characters
(54 bits) with a check character of their own.
"""

import secrets
import unicodedata
from io import BytesIO
from typing import Final

import segno

from core.errors import Refused
from core.words import Words

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXY"
FULL_LENGTH: Final = 28
SHORT_LENGTH: Final = 12
GROUP: Final = 4

_READ_AS = str.maketrans("OILUZ", "011V2")


class BadCode(Refused):
    """What was typed cannot be a verification code; the sentence says why."""


def verification_code() -> str:
    """A new full code from the system's random source, without separators."""
    return _with_check("".join(secrets.choice(ALPHABET) for _ in range(FULL_LENGTH - 1)))


def short_form(code: str) -> str:
    """The form of the full *code* that people type; kept beside it to find the paper by."""
    return _with_check(code[: SHORT_LENGTH - 1])


def code_groups(code: str) -> str:
    """*code* as printed: ``7K2M-9QXA-…``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(raw: str) -> str:
    """The full or the short code meant by *raw*, without separators; the length tells which.

    Case, spaces, hyphens of any kind, full-width signs and look-alikes do not matter. Raises
    :class:`BadCode` for another length, a foreign sign or a check character that does not fit.
    """
    plain = unicodedata.normalize("NFKC", raw).upper()
    kept = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZPC")
    code = kept.translate(_READ_AS)
    foreign = [sign for sign in code if sign not in ALPHABET]
    if foreign:
        raise BadCode(
            Words(
                f"验证码只有数字和英文字母，“{foreign[0]}”不在其中。请对照文件重新输入。",
                f"A verification code has digits and letters only; “{foreign[0]}” is neither.",
            )
        )
    if len(code) not in (FULL_LENGTH, SHORT_LENGTH):
        raise BadCode(
            Words(
                f"验证码应为 {SHORT_LENGTH} 位，您填写了 {len(code)} 位。",
                f"A verification code has {SHORT_LENGTH} characters; you typed {len(code)}.",
            )
        )
    if _with_check(code[:-1]) != code:
        raise BadCode(
            Words(
                "验证码有一位或几位不对，请对照文件逐组核对。",
                "At least one character of the code is wrong; please compare it group by group.",
            )
        )
    return code


def qr_svg(text: str, *, title: str, css_class: str = "qr", quiet_zone: int = 4) -> str:
    """*text* as a QR code in SVG: no style, no script, scales with its container.

    *title* is what a screen reader says; empty for a picture described by its surroundings. The
    quiet zone, in modules, may be less than 4 only where the paper around it stays white.
    """
    buffer = BytesIO()
    _code(text).save(
        buffer, kind="svg", xmldecl=False, svgclass=css_class, lineclass=None, omitsize=True,
        title=title or None, nl=False, light="#fff", border=quiet_zone,
    )  # fmt: skip
    role = 'role="img"' if title else 'aria-hidden="true"'
    return buffer.getvalue().decode().replace("<svg ", f"<svg {role} ", 1)


def qr_png(text: str, *, scale: int = 8) -> bytes:
    """*text* as a QR code in PNG, *scale* pixels a module, with the quiet zone of four modules."""
    buffer = BytesIO()
    _code(text).save(buffer, kind="png", scale=scale)
    return buffer.getvalue()


def _code(text: str) -> segno.QRCode:
    """Error level Q: a quarter of the picture may be folded, stamped over or torn."""
    return segno.make(text, error="q", micro=False, boost_error=False)


def _with_check(payload: str) -> str:
    """*payload* and its check character: the weighted sum over all places is 0 modulo 31."""
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(payload, start=2))
    return payload + ALPHABET[-total % len(ALPHABET)]
