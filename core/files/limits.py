"""What an upload field takes: kinds, sizes, and how its sentences call the thing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.words import Words

MB: Final = 1024 * 1024


class Kind(StrEnum):
    """The kinds of file the product takes at all; the value is the stored ending."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    PHOTO_ZIP = "zip"

    @property
    def media_type(self) -> str:
        """The media type it is served with."""
        return _MEDIA_TYPES[self]

    @property
    def words(self) -> Words:
        """What people call it."""
        return _WORDS[self]


PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})

_MEDIA_TYPES: Final = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv",
    Kind.PHOTO_ZIP: "application/zip",
}
_WORDS: Final = {
    Kind.JPEG: Words("JPG 图片", "JPG picture"),
    Kind.PNG: Words("PNG 图片", "PNG picture"),
    Kind.WEBP: Words("WebP 图片", "WebP picture"),
    Kind.PDF: Words("PDF", "PDF"),
    Kind.XLSX: Words("Excel 工作簿（.xlsx）", "Excel workbook (.xlsx)"),
    Kind.CSV: Words("CSV 表格", "CSV table"),
    Kind.PHOTO_ZIP: Words("照片压缩包（.zip）", "zip archive of photos"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The terms of one upload field.

    ``noun`` and ``measure`` are for the sentences (照片 · 张). Pictures are scaled down to
    ``longest_side`` pixels; below ``shortest_side`` nobody could read them. ``drawn_pixels`` bounds
    pictures that must be unfolded whole, ``sampled_pixels`` those that can be read at reduced size.
    ``members``, ``member_bytes`` (each photo) and ``unfolded_bytes`` (all together) bound archives.
    """

    kinds: frozenset[Kind]
    max_bytes: int
    noun: Words
    measure: str
    longest_side: int = 2400
    shortest_side: int = 120
    drawn_pixels: int = 12_000_000
    sampled_pixels: int = 64_000_000
    members: int = 2_000
    member_bytes: int = 5 * MB
    unfolded_bytes: int = 200 * MB


PORTRAIT: Final = Limits(PICTURES, 5 * MB, Words("照片", "photo"), "张", longest_side=1200)
"""A person's photo."""

EVIDENCE: Final = Limits(PICTURES | {Kind.PDF}, 10 * MB, Words("材料", "paper"), "份")
"""A photographed or scanned paper (证明材料)."""

SHEET: Final = Limits(frozenset({Kind.XLSX, Kind.CSV}), 20 * MB, Words("表格", "sheet"), "个")
"""A list to import."""

PHOTO_PACKAGE: Final = Limits(
    frozenset({Kind.PHOTO_ZIP}), 30 * MB, Words("照片压缩包", "zip archive"), "个", unfolded_bytes=60 * MB
)
"""Portraits of a class, each named by number."""
