"""What a column may hold, declared as data: each kind reads a raw cell into one exact Python value.

`read` answers `Taken(value, repaired)`; `repaired` says in words what was mended on the way (None: nothing).
It raises `Unreadable` with the rule and the way out. `write` gives back what a spreadsheet shows, so that
reading what was written gives the same value.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from core.sheets.grid import Raw
from core.sheets.repair import exact_number, halfwidth, nearest, plain_text
from core.words import Words

Value = str | int | bool | Decimal | dt.date | tuple[str, ...]
"""What a cell means once read."""

_MAX_NUMBER_DIGITS = 15
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """A value read, and in words what had to be repaired (None: it stood there exactly so)."""

    value: Value
    repaired: Words | None = None


class Unreadable(Exception):
    """The cell does not hold what its column wants; `rule` and `mend` are shown to the person."""

    def __init__(self, rule: Words, mend: Words) -> None:
        self.rule = rule
        self.mend = mend
        super().__init__(rule.en)


class Kind(Protocol):
    """What every kind of column can do."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The entries of a drop-down; empty where anything of the kind may stand."""
        ...

    @property
    def shape(self) -> Words:
        """What to fill in, in a few words, for notes and documentation."""
        ...

    def read(self, raw: Raw) -> Taken:
        """The meaning of a cell that is not blank; raises Unreadable."""
        ...

    def write(self, value: Value) -> str | int | Decimal | dt.date:
        """What to put into a cell so that `read` gives `value` again."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Free text in one line of at most `longest` characters; `name` closes blanks inside Chinese names."""

    longest: int = 200
    name: bool = False
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        return Words(f"文字，最多 {self.longest} 字", f"text, at most {self.longest} characters")

    def read(self, raw: Raw) -> Taken:
        text, repaired = plain_text(_as_text(raw), close_blanks=self.name)
        if len(text) > self.longest:
            raise Unreadable(
                Words(
                    f"最多 {self.longest} 字，现有 {len(text)} 字",
                    f"at most {self.longest} characters, this has {len(text)}",
                ),
                Words("请缩短", "shorten it"),
            )
        return Taken(text, repaired)

    def write(self, value: Value) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that names something and is never counted with; it stays text.

    `pattern` is the shape wanted, `hint` says it in words; `check` answers None or what is wrong.
    Refused are numbers that a spreadsheet has rounded: it keeps fifteen digits and fills up with zeros.
    """

    pattern: str = r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}"
    hint: Words = field(default=Words("字母、数字", "letters and digits"))
    check: Callable[[str], Words | None] | None = None
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        return Words(f"文本格式，{self.hint.zh}", f"as text, {self.hint.en}")

    def read(self, raw: Raw) -> Taken:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise Unreadable(
                Words(f"这里应为号码（{self.hint.zh}）", f"a number or code is wanted ({self.hint.en})"),
                _TEXT_CELL,
            )
        text, repaired = (raw, None) if isinstance(raw, str) else _number_as_text(raw)
        text, mended = halfwidth(text)
        if _SCIENTIFIC.fullmatch(text):
            raise Unreadable(_ROUNDED, _TEXT_CELL)
        complaint = self._complaint(text)
        if complaint and len(text) > _MAX_NUMBER_DIGITS and not text[_MAX_NUMBER_DIGITS:].strip("0"):
            raise Unreadable(_ROUNDED, _TEXT_CELL)
        if complaint:
            raise Unreadable(
                complaint,
                Words("请对照证件或原始名册更正", "correct it from the document or the original list"),
            )
        return Taken(text, mended or repaired)

    def _complaint(self, text: str) -> Words | None:
        if not re.fullmatch(self.pattern, text):
            return Words(
                f"应为{self.hint.zh}，现为 {len(text)} 位",
                f"should be {self.hint.en}, this has {len(text)} characters",
            )
        if self.check is not None:
            return self.check(text)
        if text.isdigit() and len(text) > _MAX_NUMBER_DIGITS and not text[_MAX_NUMBER_DIGITS:].strip("0"):
            return _ROUNDED
        return None

    def write(self, value: Value) -> str:
        return str(value)


def _anything(_text: str) -> Words | None:
    return None


REFERENCE = Identifier(pattern=r".{1,100}", hint=Words("代码", "a code"), check=_anything)
"""A code that another sheet or the plan must know; whether it does is checked there."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most` (None: no upper end)."""

    least: int = 0
    most: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        if self.most is None:
            return Words(f"整数，不小于 {self.least}", f"a whole number, at least {self.least}")
        return Words(f"整数，{self.least} 到 {self.most}", f"a whole number from {self.least} to {self.most}")

    def read(self, raw: Raw) -> Taken:
        number, repaired = _number(raw, self.shape)
        if number != number.to_integral_value():
            raise Unreadable(Words(f"应为{self.shape.zh}", f"should be {self.shape.en}"), _WHOLE)
        whole = int(number)
        if whole < self.least or (self.most is not None and whole > self.most):
            raise Unreadable(Words(f"应为{self.shape.zh}", f"should be {self.shape.en}"), _RANGE)
        return Taken(whole, repaired)

    def write(self, value: Value) -> str | int:
        return value if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class Exact:
    """A decimal number with at most `places` digits after the point, kept exactly."""

    places: int = 2
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        top_zh = f"，不大于 {self.most:f}" if self.most is not None else ""
        top_en = f", at most {self.most:f}" if self.most is not None else ""
        return Words(
            f"数字，不小于 {self.least:f}{top_zh}，最多 {self.places} 位小数",
            f"a number, at least {self.least:f}{top_en}, with at most {self.places} decimals",
        )

    def read(self, raw: Raw) -> Taken:
        number, repaired = _number(raw, self.shape)
        if number < self.least or (self.most is not None and number > self.most):
            raise Unreadable(Words(f"应为{self.shape.zh}", f"should be {self.shape.en}"), _RANGE)
        if -int(number.as_tuple().exponent) > self.places:
            raise Unreadable(
                Words(f"最多 {self.places} 位小数", f"at most {self.places} decimals are allowed"),
                Words(
                    "这常是计算公式留下的尾数，请填写原始分数",
                    "this is often left by a calculation; write the original figure",
                ),
            )
        return Taken(number, repaired)

    def write(self, value: Value) -> str | Decimal:
        return value if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Code:
    """One of a list: `labels` gives for each code the words that stand for it, the first is written out."""

    labels: Mapping[str, tuple[str, ...]]

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(words[0] for words in self.labels.values())

    @property
    def shape(self) -> Words:
        listed = "、".join(self.choices[:20])
        return Words(f"从列表中选一项：{listed}", f"one of: {listed}")

    def read(self, raw: Raw) -> Taken:
        text, repaired = plain_text(_as_text(raw))
        for code, words in self.labels.items():
            if text.casefold() in {code.casefold(), *(word.casefold() for word in words)}:
                return Taken(code, repaired)
        raise Unreadable(Words("不在允许的取值中", "not one of the allowed values"), nearest(text, self.choices))

    def write(self, value: Value) -> str:
        return self.labels[str(value)][0]


YES_NO = Code(
    {"yes": ("是", "y", "true", "1", "√", "有", "对"), "no": ("否", "n", "false", "0", "×", "无", "不", "错")}
)


@dataclass(frozen=True, slots=True)
class YesNo:
    """是 or 否; the value is a truth value. Blank is neither."""

    choices: tuple[str, ...] = ("是", "否")

    @property
    def shape(self) -> Words:
        return Words("是 或 否", "是 (yes) or 否 (no)")

    def read(self, raw: Raw) -> Taken:
        if isinstance(raw, bool):
            return Taken(raw)
        taken = YES_NO.read(raw)
        return Taken(taken.value == "yes", taken.repaired)

    def write(self, value: Value) -> str:
        return "是" if value else "否"


@dataclass(frozen=True, slots=True)
class ListOf:
    """Several entries in one cell, separated by 、 , ; | or a line break; each is read by `item`."""

    item: Kind

    @property
    def choices(self) -> tuple[str, ...]:
        return ()

    @property
    def shape(self) -> Words:
        return Words(
            f"可填多项，用“、”隔开；每项为{self.item.shape.zh}",
            f'several, separated by "、"; each {self.item.shape.en}',
        )

    def read(self, raw: Raw) -> Taken:
        parts = [part for part in re.split(r"[、,，;；|\n]", _as_text(raw)) if part.strip()]
        taken = [self.item.read(part) for part in parts]
        values = tuple(dict.fromkeys(str(one.value) for one in taken))
        if len(values) < len(taken):
            return Taken(values, Words("去掉了重复的项", "repeated entries were taken out"))
        return Taken(values, next((one.repaired for one in taken if one.repaired), None))

    def write(self, value: Value) -> str:
        items = value if isinstance(value, tuple) else (str(value),)
        return "、".join(str(self.item.write(one)) for one in items)


_ROUNDED = Words(
    "长号码已被表格软件改成数字，第 16 位起成了 0，原号码无法恢复",
    "the spreadsheet program turned the long number into a figure and put zeros from the 16th digit on; "
    "the original cannot be recovered",
)
_TEXT_CELL = Words(
    "请先把整列设为“文本”格式，再从原始名册重新填写号码",
    'set the column to "text" first and fill in the number again from the original list',
)
_WHOLE = Words("请填写不带小数的数字", "write a figure without decimals")
_RANGE = Words("请核对后更正", "check and correct it")


def _as_text(raw: Raw) -> str:
    """A cell as the words a person sees: whole numbers without the point spreadsheets store."""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, int | float):
        return f"{exact_number(raw):f}"
    if isinstance(raw, dt.datetime):
        return raw.isoformat(sep=" ")
    return str(raw)


def _number_as_text(raw: int | float) -> tuple[str, Words | None]:
    """A number cell in an identifier column, as its digits; refused beyond the digits a spreadsheet keeps."""
    number = exact_number(raw)
    if number != number.to_integral_value() or number < 0:
        raise Unreadable(Words("号码不能是小数或负数", "an identifier is no fraction and not negative"), _TEXT_CELL)
    digits = f"{number:f}"
    if len(digits) > _MAX_NUMBER_DIGITS:
        raise Unreadable(_ROUNDED, _TEXT_CELL)
    return digits, Words(
        "号码存成了数字，已按文本读取；若原号码以 0 开头请核对",
        "stored as a figure, read as text; check it if the number begins with 0",
    )


def _number(raw: Raw, shape: Words) -> tuple[Decimal, Words | None]:
    """The exact number in a cell: a figure, or text with full-width digits, blanks or thousands commas."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return exact_number(raw), None
    text, repaired = halfwidth(raw) if isinstance(raw, str) else ("", None)
    bare = text.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    if not re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,12})?", bare):
        raise Unreadable(Words(f"应为{shape.zh}", f"should be {shape.en}"), Words("请只填数字", "write figures only"))
    if bare != text:
        repaired = Words("去掉了千位分隔号", "thousands commas were taken out")
    return exact_number(Decimal(bare)), repaired
