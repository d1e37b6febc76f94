"""What a list can show, filter and sort by, declared as data."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression

Row = TypeVar("Row")
Cell = str | int | Decimal | dt.date | None
Choices = Sequence[tuple[str, object]]
LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a list.

    ``value`` gives what the cell says (texts in the reader's language are turned into ``str``); ``link``
    where it leads; ``status`` names the dictionary of status words if the value is a stored state; ``sort``
    what the database orders by. ``number`` columns stand right and leave as numbers. A ``private`` column is
    never exported unless the export is told so.
    """

    key: str
    label: object
    value: Callable[[Row], object]
    sort: SQLColumnExpression[Any] | None = None
    link: Callable[[Row], str] | None = None
    status: str = ""
    number: bool = False
    private: bool = False
    width: int = 16


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. ``read`` turns a text of the URL into a value and raises ValueError for nonsense;
    ``where`` turns the value (``many``: a tuple of values) into a condition. ``kind`` picks the control:
    text, choice or day.
    """

    key: str
    label: object
    kind: str
    where: Callable[[Any], ColumnElement[bool]]
    read: Callable[[str], object]
    choices: Choices = ()
    many: bool = False
    hint: object = ""

    def words(self, text: str) -> object:
        """How a value of the URL is called on its chip."""
        return next((label for value, label in self.choices if value == text), text)


@dataclass(frozen=True, slots=True)
class ListSpec(Generic[Row]):
    """A list: its columns in order, its filters, its first order, and ``last``, the columns that make every
    order total (usually the primary key), so that no row is lost or doubled between pages.
    """

    columns: tuple[Column[Row], ...]
    last: tuple[SQLColumnExpression[Any], ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    size: int = 50
    sizes: tuple[int, ...] = (20, 50, 100, 200)

    def column(self, key: str) -> Column[Row]:
        """The column ``key``; KeyError if there is none."""
        for one in self.columns:
            if one.key == key:
                return one
        raise KeyError(key)


def text(key: str, label: object, where: Callable[[str], ColumnElement[bool]], *, hint: object = "") -> Filter:
    """A search box. The condition should escape wildcards: ``column.contains(value, autoescape=True)``."""
    return Filter(key, label, "text", where, _short_text, hint=hint)


def choice(
    key: str,
    label: object,
    choices: Choices,
    where: Callable[[Any], ColumnElement[bool]],
    *,
    many: bool = False,
) -> Filter:
    """One of the declared values (or several with ``many``); every other value is refused."""
    allowed = frozenset(value for value, _label in choices)

    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(value)
        return value

    return Filter(key, label, "choice", where, read, choices=tuple(choices), many=many)


def day(key: str, label: object, where: Callable[[dt.date], ColumnElement[bool]]) -> Filter:
    """A day, written 2026-09-01."""
    return Filter(key, label, "day", where, dt.date.fromisoformat)


def _short_text(value: str) -> str:
    if len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(value)
    return value
