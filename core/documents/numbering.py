"""Numbers of papers by pattern: the pattern is data of the issuer, the serial comes from the caller.

A pattern is fixed text with fields in braces: ``{year}{school:6}{serial:04}``.

===================  =================================================================
``{year}``           four digits
``{year:2}``         the last two digits
``{name:6}``         text of exactly six letters, digits (no padding, no cutting)
``{serial:04}``      a whole number with leading zeros; more digits than that are refused
===================  =================================================================

Every width is fixed, so a number can be read back without guessing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

YEAR: Final = "year"
SERIAL: Final = "serial"

_FIELD = re.compile(r"\{([a-z_]+)(?::(0?)([1-9]\d?))?\}")


class PatternError(ValueError):
    """The pattern itself is wrong; the message says where."""


class NumberError(ValueError):
    """A value does not fit the pattern, or a number was not made by it."""


@dataclass(frozen=True)
class NumberPattern:
    """A checked pattern. Raises :class:`PatternError` when it cannot name papers one by one."""

    text: str

    def __post_init__(self) -> None:
        names = [field.name for field in self._fields]
        if re.search(r"[{}]", _FIELD.sub("", self.text)):
            raise PatternError(f"a brace is no field: {self.text}")
        if SERIAL not in names:
            raise PatternError(f"no {{serial:0n}} in {self.text}")
        for name, following in pairwise(sorted(names)):
            if name == following:
                raise PatternError(f"{{{name}}} stands twice in {self.text}")

    def format(self, *, year: int, serial: int, **texts: str) -> str:
        """The number of the *serial*-th paper of *year*.

        *serial* starts at 1. Raises :class:`NumberError` when a value is missing, has another width
        than its field, or the serials of the pattern are used up.
        """
        values: Mapping[str, str | int] = {YEAR: year, SERIAL: serial, **texts}
        return _FIELD.sub(lambda found: _field(found).write(values), self.text)

    def parse(self, number: str) -> dict[str, str]:
        """The fields of a *number* made by this pattern, as text; raises :class:`NumberError`."""
        found = self._reader.fullmatch(number)
        if found is None:
            raise NumberError(f"{number} does not follow {self.text}")
        return found.groupdict()

    @cached_property
    def _fields(self) -> tuple["_Field", ...]:
        return tuple(_field(found) for found in _FIELD.finditer(self.text))

    @cached_property
    def _reader(self) -> re.Pattern[str]:
        fixed = [re.escape(part) for part in re.split(r"\{[^}]*\}", self.text)]
        fields = [field.expression() for field in self._fields]
        return re.compile("".join(part for pair in zip(fixed, [*fields, ""], strict=True) for part in pair))


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    width: int
    number: bool

    def expression(self) -> str:
        signs = "[0-9]" if self.number else "[0-9A-Za-z]"
        return f"(?P<{self.name}>{signs}{{{self.width}}})"

    def write(self, values: Mapping[str, str | int]) -> str:
        value = values.get(self.name)
        if value is None:
            raise NumberError(f"no value for {{{self.name}}}")
        if self.name == YEAR:
            written = f"{value:04}"[-self.width :]
        elif self.number:
            written = f"{value:0{self.width}}"
        else:
            written = str(value)
        if not re.fullmatch(self.expression(), written) or value == 0:
            raise NumberError(f"{written!r} does not fit {{{self.name}}} of {self.width} signs")
        return written


def _field(found: re.Match[str]) -> _Field:
    name, zero, width = found[1], found[2], found[3]
    if name == YEAR and (zero or width not in (None, "2", "4")):
        raise PatternError(f"the year has 2 or 4 digits: {found[0]}")
    if name == SERIAL and not zero:
        raise PatternError(f"the serial needs a width with a leading zero: {found[0]}")
    if width is None and name != YEAR:
        raise PatternError(f"the field needs a width: {found[0]}")
    return _Field(name, int(width or 4), number=name in (YEAR, SERIAL))
