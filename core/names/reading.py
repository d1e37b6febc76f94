"""Accepting a name: normal form, repairs, refusals with what to mend."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from core.words import Words

LONGEST_NAME = 50
"""Characters. Long enough for every form seen on identity documents of minorities and foreigners."""

_DOTS = re.compile("[•‧∙・･⋅᛫．]")
_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27-\ufa29"
    "\U00020000-\U0003fffd"
)
HAN_CHARACTER = re.compile(f"[{_HAN}]")
"""One Chinese character of any plane, 〇 and the compatibility characters without a twin included."""

_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}·])\s+|\s+(?=[{_HAN}·])")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


class NameFault(StrEnum):
    """Machine-readable reason of a refusal."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CHARACTER = "character"
    PRIVATE_USE = "private_use"


class NameRepair(StrEnum):
    """One mending of a name; the page tells the person so."""

    INVISIBLE = "invisible"
    FULL_WIDTH = "full_width"
    SPACES = "spaces"
    DOT = "dot"
    ZERO = "zero"

    @property
    def words(self) -> Words:
        return _REPAIR_WORDS[self]


_REPAIR_WORDS = {
    NameRepair.INVISIBLE: Words("已去掉姓名中看不见的字符", "Invisible characters were removed"),
    NameRepair.FULL_WIDTH: Words("已把全角字母改为半角", "Full-width letters were made half-width"),
    NameRepair.SPACES: Words("已去掉姓名中多余的空格", "Needless spaces were removed"),
    NameRepair.DOT: Words("已把间隔号统一为“·”", "The dot between parts was made “·”"),
    NameRepair.ZERO: Words("已把圆圈符号改为汉字“〇”", "A circle sign was made the character “〇”"),
}


class BadName(ValueError):
    """A text that cannot be a name; `words` say what to mend, without repeating the name."""

    def __init__(self, code: NameFault, words: Words) -> None:
        super().__init__(words.zh)
        self.code = code
        self.words = words


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its normal form, with the repairs that led to it."""

    text: str
    repairs: tuple[NameRepair, ...] = ()


def read_name(raw: str) -> PersonName:
    """Normalise a name: dots to ·, no spaces beside Chinese characters, no invisible characters.

    Raises BadName for an empty or too long name, digits and signs that stand in no name, and for
    private-use characters, which look right on one computer only.
    """
    repairs: list[NameRepair] = []

    def note(before: str, after: str, repair: NameRepair) -> str:
        if before != after:
            repairs.append(repair)
        return after

    text = raw.strip()
    text = note(text, _without_invisible(text), NameRepair.INVISIBLE)
    text = note(text, _DOTS.sub("·", text), NameRepair.DOT)
    text = note(text, _half_width(text), NameRepair.FULL_WIDTH)
    text = unicodedata.normalize("NFC", text)
    if HAN_CHARACTER.search(text):
        text = note(text, text.replace("○", "〇").replace("◯", "〇"), NameRepair.ZERO)
    text = note(text, " ".join(_SPACE_BESIDE_HAN.sub("", text).split()), NameRepair.SPACES)
    _demand_name(text)
    return PersonName(text, tuple(repairs))


def _without_invisible(text: str) -> str:
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc"})
    return _VARIATION_SELECTORS.sub("", visible)


def _half_width(text: str) -> str:
    return "".join(
        unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" or c == "\u3000" else c for c in text
    )


def _demand_name(text: str) -> None:
    if not text:
        raise BadName(NameFault.EMPTY, Words("请填写姓名", "Please enter the name"))
    if len(text) > LONGEST_NAME:
        raise BadName(
            NameFault.TOO_LONG,
            Words(
                f"姓名不应超过 {LONGEST_NAME} 个字，您填写了 {len(text)} 个字",
                f"A name has at most {LONGEST_NAME} characters; you entered {len(text)}",
            ),
        )
    for position, character in enumerate(text, start=1):
        if _PRIVATE_USE.match(character):
            raise BadName(
                NameFault.PRIVATE_USE,
                Words(
                    f"姓名第 {position} 个字是本机自造字，在其他电脑上无法显示；请改用标准汉字",
                    f"Character {position} of the name exists on this computer only; "
                    "please use the standard character",
                ),
            )
        if not _may_stand_in_a_name(character):
            raise BadName(
                NameFault.CHARACTER,
                Words(
                    f"姓名第 {position} 个字符不是汉字、字母或间隔号“·”，请核对",
                    f"Character {position} of the name is no Chinese character, letter or “·”; please check it",
                ),
            )
    if not any(HAN_CHARACTER.match(c) or c.isalpha() for c in text):
        raise BadName(NameFault.CHARACTER, Words("姓名中没有文字，请核对", "The name holds no letters"))


def _may_stand_in_a_name(character: str) -> bool:
    if HAN_CHARACTER.match(character) or character in "·-'’. ,()":
        return True
    return unicodedata.category(character)[0] in "LM"
