"""The columns of a sheet, declared as data: one declaration serves reading, writing, template and manual."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from core.sheets.kinds import Kind
from core.words import Words

RESULT_HEADINGS = ("检查结果", "问题说明")
"""Columns the product itself adds to a workbook it gives back; they are passed over when it returns."""

EXAMPLE_MARK = "示例，导入时略过"
"""A row of a template that holds this in any cell is passed over."""

TOTAL_WORDS = ("合计", "总计", "小计")

_TRAILING = re.compile(r"[*＊※:：]+$|[(（](必填|选填|可不填|可空|required|optional)[)）]", re.IGNORECASE)


def normal_heading(text: str) -> str:
    """A heading as it is compared: half-width, without blanks, marks of duty and letter case."""
    folded = "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)
    bare = re.sub(r"[\s\u200b\ufeff]+", "", folded)
    previous = None
    while previous != bare:
        previous, bare = bare, _TRAILING.sub("", bare)
    return bare.casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in the code, `heading` on the sheet, `aliases` also recognised.

    `required`: the column must be there and no row may leave it blank. `present`: the column must be there,
    a row may leave it blank. `sensitive`: values are masked in messages.
    """

    key: str
    heading: str
    kind: Kind
    note: Words
    required: bool = False
    present: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    sensitive: bool = False
    width: int = 14

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that names this column."""
        return (self.heading, *self.aliases)


@dataclass(frozen=True, slots=True)
class Family:
    """Columns whose headings follow a pattern (志愿1, 志愿2 …; 语文/150, 数学/150 …).

    `label` turns the match of a normalised heading into what tells the columns of the family apart, or None
    where the heading is not of the family after all. `suspects`: an unknown column that holds nothing but
    numbers up to this one is refused, because it is likely one of the family under an incomplete heading.
    `word`: so is any unknown heading that holds this word.
    """

    key: str
    pattern: re.Pattern[str]
    label: Callable[[re.Match[str]], str | None]
    kind: Kind
    note: Words
    samples: tuple[str, ...]
    least: int = 0
    width: int = 10
    suspects: int | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A worksheet: its name (and other names it goes by), its columns and families of columns."""

    name: str
    columns: tuple[Column, ...]
    families: tuple[Family, ...] = ()
    aliases: tuple[str, ...] = ()
    note: Words = field(default=Words("", ""))
    example: bool = True

    def column(self, key: str) -> Column:
        """The column `key`; raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)
