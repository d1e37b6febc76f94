"""Harmless faults of typing, mended and reported; and the nearest words to one that is not known."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from core.sheets.grid import Raw
from core.words import Words

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_CHINESE = r"\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_INNER_BLANK = re.compile(rf"(?<=[{_CHINESE}])\s+(?=[{_CHINESE}])")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')


def is_blank(raw: Raw) -> bool:
    """Whether a cell holds nothing a person would see."""
    return isinstance(raw, str) and not raw.translate(_INVISIBLE).strip()


def exact_number(raw: int | float | Decimal) -> Decimal:
    """The number a spreadsheet shows, exactly and in its shortest form: 611.50 and 611.5 become the same."""
    number = raw if isinstance(raw, Decimal) else Decimal(repr(raw))
    return Decimal(0) if number == 0 else Decimal(f"{number.normalize():f}")


def plain_text(text: str, *, close_blanks: bool = False) -> tuple[str, Words | None]:
    """`text` in one line without outer blanks and invisible characters, and in words what was mended.

    Characters of names are left as they are (no folding of variants); control characters become blanks.
    """
    if text.isprintable() and not any(blank in text for blank in " \u00a0\u3000\u00ad"):
        return text, None
    visible = text.translate(_INVISIBLE)
    kept = "".join(" " if unicodedata.category(char) == "Cc" else char for char in visible)
    kept = re.sub(r"[ \u00a0\u3000]{2,}", " ", kept.strip()) if kept != text.strip() else kept.strip()
    if close_blanks:
        kept = _INNER_BLANK.sub("", kept)
    if kept == text:
        return text, None
    return kept, Words("去掉了多余的空格或不可见字符", "surplus blanks or invisible characters were taken out")


def halfwidth(text: str) -> tuple[str, Words | None]:
    """`text` as an identifier or number is written: half-width, without blanks, letters x as X.

    Also takes off the ="…" and the leading ' by which people keep numbers as text.
    """
    if text.isascii() and text.isalnum() and not text.endswith("x"):
        return text, None
    wrapped = _EXCEL_TEXT.fullmatch(text.strip())
    bare = wrapped.group(1) if wrapped else text
    folded = "".join(unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char for char in bare)
    folded = re.sub(r"\s+", "", folded.translate(_INVISIBLE)).removeprefix("'")
    if re.fullmatch(r"\d{5,}x", folded):
        folded = folded.upper()
    if folded == text:
        return text, None
    return folded, Words(
        "全角字符、空格或小写 x 已改为规范写法",
        "full-width characters, blanks or a lower-case x were put right",
    )


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> Words:
    """The way out for a word that is not known: the nearest known ones, else what is known."""
    listed = tuple(dict.fromkeys(known))
    close = difflib.get_close_matches(word, listed, n=most, cutoff=0.5)
    if close:
        return did_you_mean(close)
    shown = "、".join(listed[:8]) + ("…" if len(listed) > 8 else "")
    return Words(f"可填：{shown}", f"known are: {shown}") if listed else Words("请先登记", "register it first")


def did_you_mean(words: Iterable[str]) -> Words:
    """The question after a word that is not known."""
    listed = tuple(words)
    shown, quoted = "、".join(f"“{one}”" for one in listed), ", ".join(f'"{one}"' for one in listed)
    return Words(f"是否就是{shown}？", f"did you mean {quoted}?")


def close_to(word: str, known: Iterable[str], *, cutoff: float = 0.7) -> tuple[str, ...]:
    """Known words so near to `word` that a slip of the pen is likely."""
    return tuple(difflib.get_close_matches(word, tuple(known), n=3, cutoff=cutoff))
