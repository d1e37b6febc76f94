"""Splitting a name, spelling it in pinyin, sorting and finding it."""

import re

from core.names.reading import HAN_CHARACTER
from core.names.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

_WORD_BREAKS = re.compile(r"[·\s,()]+")


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a Chinese name; compound surnames are known.

    A name with · or in letters has no surname that could be split off safely: its first character stands
    for it. Both parts together are always the whole name.
    """
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2], name[2:]
    return name[:1], name[1:]


def pinyin(name: str) -> str:
    """The name in pinyin by GB/T 28039: surname first, given name joined, ü written yu: "Lyu Xiaoming".

    Parts divided by · are separate words. Characters without a known reading stay as they are.
    """
    words = ("".join(_toneless(syllables)) for syllables in _words(name))
    return " ".join(word[:1].upper() + word[1:].replace("ü", "yu") for word in words)


def initials(name: str) -> str:
    """First letters of the syllables, small: zxs for 张小三; first letters of words for foreign names."""
    return "".join(syllable[:1] for syllables in _words(name) for syllable in syllables).lower()


def search_keys(name: str) -> tuple[str, ...]:
    """What a person may type to find this name: the name, its pinyin in both ü spellings, the initials.

    All small letters without spaces; equal keys appear once, in this order.
    """
    joined = "".join(syllable for syllables in _words(name) for syllable in _toneless(syllables)).lower()
    bare = _WORD_BREAKS.sub("", name).lower()
    return tuple(dict.fromkeys((bare, joined.replace("ü", "v"), joined.replace("ü", "yu"), initials(name))))


def sort_key(name: str) -> str:
    """A text whose plain order is pinyin order, tones after letters, equal readings by character."""
    # Tones take the digits 1 to 5, so 6 puts lü behind every lu and before luan.
    syllables = (syllable.lower().replace("ü", "u6") for word in _words(name) for syllable in word)
    return f"{' '.join(syllables)}|{name}"


def unwritable_in_gbk(text: str) -> tuple[str, ...]:
    """The characters of `text` that systems limited to GBK cannot store, each once, in order."""
    return tuple(dict.fromkeys(c for c in text if not _writable(c)))


def _writable(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _words(name: str) -> list[list[str]]:
    """Syllables with tone numbers, grouped as the name is written in pinyin."""
    if name and all(HAN_CHARACTER.match(character) for character in name):
        surname, given = split_name(name)
        known = SURNAME_READINGS.get(surname)
        first = known.split() if known else _read(surname)
        return [first, _read(given)] if given else [first]
    return [_read(word) for word in _WORD_BREAKS.split(name) if word]


def _read(text: str) -> list[str]:
    """Readings of Chinese characters; letters, and characters without a reading, unchanged."""
    from pypinyin import Style, lazy_pinyin

    read: list[str] = []
    for syllable in lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=True):
        read.extend(syllable if HAN_CHARACTER.match(syllable) else [syllable])
    # pypinyin puts the neutral tone even behind a character it cannot read.
    return [syllable for syllable in read if syllable != "5"]


def _toneless(syllables: list[str]) -> list[str]:
    return [re.sub("[1-5]$", "", syllable) for syllable in syllables]
