"""Which passwords are refused, and why. Pure.

Length is what protects; nobody has to mix signs (NIST SP 800-63B). Refused is what is guessed first: common
passwords, numbers that stand on documents and in telephone books, and the person's own names.
"""

import enum
import re
import string
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from core.accounts.passwords import LONGEST, SHORTEST

SERVICE_WORDS: Final = frozenset(
    (
        *("zhongzhi", "zhiye", "zhixiao", "zhongkao", "xueji", "xuesheng", "xuexiao", "zhaosheng", "baoming"),
        *("luqu", "jiaoyu", "jiaoyuju", "mima", "school", "student", "enrol", "enrolment", "enrollment"),
        *("registry", "admission", "education", "vocational", "中职", "职校", "中考", "学籍", "学生", "学校"),
        *("招生", "报名", "录取", "教育", "教育局", "密码"),
    )
)
"""Words of this service; a password may hold them but may not rest on them."""

_DIGITS_ALONE_AT_LEAST: Final = 12
_DISTINCT_AT_LEAST: Final = 5
_SHORTEST_WORD: Final = 2
_SHORTEST_LATIN_WORD: Final = 4

_DOCUMENT = re.compile(r"(?<!\d)(?:\d{17}[0-9X]|\d{15})(?!\d)|^[A-Z]{1,2}\d{6,10}(?:\(?[0-9A]\)?)?$")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-.·]+(?=[\dX])")
_AROUND = string.digits + string.punctuation + string.whitespace


class PasswordFault(enum.StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    DOCUMENT = "document"
    PHONE = "phone"
    DIGITS = "digits"
    MONOTONOUS = "monotonous"
    COMMON = "common"
    OWN_WORDS = "own_words"


def fault_of(secret: str, own_words: Iterable[str] = ()) -> PasswordFault | None:
    """The first rule that ``secret`` breaks, or None.

    ``own_words`` are the names of the person, the account and its offices: without them and without
    ``SERVICE_WORDS`` at least eight characters must remain.
    """
    if len(secret) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(secret) > LONGEST:
        return PasswordFault.TOO_LONG
    folded = unicodedata.normalize("NFKC", secret).casefold()
    return _number_fault(folded) or _word_fault(folded, own_words)


def _number_fault(folded: str) -> PasswordFault | None:
    """Numbers that others know: documents, telephones, dates."""
    joined = _BETWEEN_DIGITS.sub("", folded.upper().strip())
    if _DOCUMENT.search(joined):
        return PasswordFault.DOCUMENT
    if _MOBILE.search(joined):
        return PasswordFault.PHONE
    if joined.isdigit() and len(joined) < _DIGITS_ALONE_AT_LEAST:
        return PasswordFault.DIGITS
    return None


def _word_fault(folded: str, own_words: Iterable[str]) -> PasswordFault | None:
    if len(set(folded)) < _DISTINCT_AT_LEAST:
        return PasswordFault.MONOTONOUS
    if _is_common(folded):
        return PasswordFault.COMMON
    rest = folded
    for word in sorted({*_usable(own_words), *SERVICE_WORDS}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return PasswordFault.OWN_WORDS if rest != folded and len(rest) < SHORTEST else None


def _is_common(folded: str) -> bool:
    """On the list as it stands, or a listed word with a few digits and signs around it."""
    common = common_passwords()
    bare = folded.strip(_AROUND)
    return folded in common or (bare in common and len(folded) - len(bare) < SHORTEST)


def _usable(own_words: Iterable[str]) -> set[str]:
    """Own words in comparable form; a syllable such as "li" is in every second sentence and says nothing."""
    found = set()
    for word in own_words:
        plain = unicodedata.normalize("NFKC", word).casefold().replace(" ", "")
        if len(plain) >= (_SHORTEST_LATIN_WORD if plain.isascii() else _SHORTEST_WORD):
            found.add(plain)
    return found


@cache
def common_passwords() -> frozenset[str]:
    """Passwords and stems known from published leaks, in small letters (``data/common-passwords.txt``)."""
    text = files("core.accounts").joinpath("data", "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
