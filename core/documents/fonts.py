"""The one typeface of papers and pictures, and which characters it can show.

Noto Sans CJK comes with the application as a wheel, so that a letter looks the same on every
machine; the fonts of the operating system are never asked.
"""

import struct
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

import typst

from core.errors import Refused
from core.words import Words

FAMILY = "Noto Sans CJK SC"
"""Mainland forms: 骨, 直 and 角 differ in the Japanese and Taiwanese cuts of the same file."""


class MissingGlyph(Refused):
    """A text has characters the typeface cannot show; ``characters`` names them.

    Raised before anything is set: a box in place of a person's name must never reach paper.
    """

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        named = [f"{character}（U+{ord(character):04X}）" for character in characters]
        super().__init__(
            Words(
                f"字库里没有这些字：{'、'.join(named)}。文件没有生成，请联系系统管理员补充字库。",
                f"The typeface has no glyph for {', '.join(named)}. Nothing was produced; "
                "please ask the system administrator to extend the typeface.",
            )
        )


def folder() -> Path:
    """The folder of the typeface's files."""
    return Path(str(files("manimgx_fonts_cjk")))


@cache
def shelf() -> typst.Fonts:
    """The typeface as the typesetter wants it: read once for each process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder())])


def missing(text: str) -> tuple[str, ...]:
    """The characters of *text* without a glyph, each once, in order of appearance.

    A line feed needs no glyph. Characters that show nothing (zero-width marks, variation selectors)
    count as missing unless the typeface knows them: in a name they are always an accident.
    """
    starts, ends = _coverage()
    found: dict[str, None] = {}
    for character in text:
        place = bisect_right(starts, ord(character)) - 1
        if character != "\n" and (place < 0 or ord(character) > ends[place]):
            found[character] = None
    return tuple(found)


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """First and last code points of the ranges the typeface covers, ascending."""
    face = next(font for font in shelf().fonts() if font.family == FAMILY)
    with Path(str(face.path)).open("rb") as file:
        table = _character_map(file, _face_offset(file, face.index))
    count = struct.unpack_from(">L", table, 12)[0]
    groups = [struct.unpack_from(">LLL", table, 16 + 12 * number) for number in range(count)]
    return [group[0] for group in groups], [group[1] for group in groups]


def _face_offset(file: BinaryIO, index: int) -> int:
    """Where face number *index* begins in a font collection (OpenType 1.9, "TTC Header")."""
    file.seek(12 + 4 * index)
    return int(struct.unpack(">L", file.read(4))[0])


def _character_map(file: BinaryIO, offset: int) -> bytes:
    """The full-repertoire subtable (format 12) of the face's ``cmap`` (OpenType 1.9, "cmap")."""
    file.seek(offset + 4)
    tables = struct.unpack(">H", file.read(2))[0]
    file.seek(offset + 12)
    records = [struct.unpack(">4sLLL", file.read(16)) for _ in range(tables)]
    start, length = next((place, size) for tag, _, place, size in records if tag == b"cmap")
    file.seek(start)
    table = file.read(length)
    encodings = [
        struct.unpack_from(">HHL", table, 4 + 8 * number) for number in range(struct.unpack_from(">H", table, 2)[0])
    ]
    return table[next(place for platform, kind, place in encodings if (platform, kind) == (3, 10)) :]
