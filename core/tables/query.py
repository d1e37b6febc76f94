"""What a URL asks of a list. The URL always holds filter, sort and page, so a view can be mailed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol
from urllib.parse import urlencode

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.errors import Refused
from core.i18n import lazy as _l
from core.tables.page import Page
from core.tables.spec import Column, Filter, ListSpec, Row

if TYPE_CHECKING:
    from flask import Request

PAGE, SIZE, SORT, EXPORT = "page", "size", "sort", "export"
_FURTHEST_PAGE = 1_000_000


class Arguments(Protocol):
    """The part of a MultiDict that is read here."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: its label, the value in words, and the address of the list without it."""

    label: object
    value: object
    url: str


@dataclass(frozen=True, slots=True)
class ListQuery(Generic[Row]):
    """A list as one URL asks for it. Unknown parameters are ignored (messengers add their own);
    a known parameter with a senseless value is refused, never guessed.
    """

    spec: ListSpec[Row]
    path: str
    values: Mapping[str, tuple[str, ...]]
    sort: str
    descending: bool
    number: int
    size: int
    export: bool = False

    @classmethod
    def from_request(cls, spec: ListSpec[Row], request: Request) -> ListQuery[Row]:
        """Read the query of a request. Raises Refused naming the parameter that makes no sense."""
        return cls.from_arguments(spec, request.path, request.args)

    @classmethod
    def from_arguments(cls, spec: ListSpec[Row], path: str, arguments: Arguments) -> ListQuery[Row]:
        """Read the query from a path and its parameters. Raises Refused like ``from_request``."""
        values = {one.key: _values(one, arguments) for one in spec.filters}
        asked = _single(arguments, SORT) or spec.sort
        sort, descending = asked.removeprefix("-"), asked.startswith("-")
        if sort and sort not in {one.key for one in spec.columns if one.sort is not None}:
            raise _senseless(_l("排序"))
        size = _number(arguments, SIZE, spec.size, _l("每页条数"))
        if size not in spec.sizes and size != spec.size:
            raise _senseless(_l("每页条数"))
        export = _single(arguments, EXPORT)
        if export not in ("", "xlsx"):
            raise _senseless(_l("导出格式"))
        return cls(
            spec=spec,
            path=path,
            values={key: found for key, found in values.items() if found},
            sort=sort,
            descending=descending,
            number=_number(arguments, PAGE, 1, _l("页码")),
            size=size,
            export=bool(export),
        )

    # -- the rows ------------------------------------------------------------------------------------

    def filtered(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement with the conditions of all filters that are on."""
        for one in self.spec.filters:
            found = self.values.get(one.key)
            if found:
                read = tuple(one.read(value) for value in found)
                statement = statement.where(one.where(read if one.many else read[0]))
        return statement

    def ordered(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement in the order asked for; empty values last, ties settled by ``spec.last``."""
        order: list[Any] = []
        by = self.spec.column(self.sort).sort if self.sort else None
        if by is not None:
            order.append((by.desc() if self.descending else by.asc()).nulls_last())
        return statement.order_by(None).order_by(*order, *self.spec.last)

    def page(self, session: Session, statement: Select[*tuple[Any, ...]]) -> Page[Row]:
        """The rows of the page asked for; a page beyond the end becomes the last one."""
        wanted = self.filtered(statement)
        counted = select(func.count()).select_from(wanted.order_by(None).subquery())
        total = session.scalar(counted) or 0
        pages = max(1, -(-total // self.size))
        number = min(self.number, pages)
        window = self.ordered(wanted).limit(self.size).offset((number - 1) * self.size)
        return Page(rows=self._fetch(session, window), number=number, pages=pages, total=total, query=self)

    def every_row(self, session: Session, statement: Select[*tuple[Any, ...]], most: int) -> tuple[Row, ...]:
        """All filtered rows in order, for an export. Raises Refused above ``most`` rows."""
        rows = self._fetch(session, self.ordered(self.filtered(statement)).limit(most + 1))
        if len(rows) > most:
            raise Refused(_l("一次最多导出 %(most)s 条，请先筛选再导出。", most=most))
        return rows

    @staticmethod
    def _fetch(session: Session, statement: Select[*tuple[Any, ...]]) -> tuple[Row, ...]:
        single = len(statement.column_descriptions) == 1
        found = session.execute(statement)
        return tuple(found.scalars().all() if single else found.all())

    # -- the addresses -------------------------------------------------------------------------------

    def url(self, **changes: Any) -> str:
        """The address of this list with some parts changed (the fields of ListQuery)."""
        pairs = replace(self, **changes)._pairs()
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [(key, value) for key, found in self.values.items() for value in found]
        asked = ("-" if self.descending else "") + self.sort
        rest = (
            (SORT, asked, asked != self.spec.sort),
            (SIZE, str(self.size), self.size != self.spec.size),
            (PAGE, str(self.number), self.number != 1),
            (EXPORT, "xlsx", self.export),
        )
        return pairs + [(name, value) for name, value, told in rest if told]

    def sort_url(self, column: Column[Row]) -> str:
        """The address ordered by a column; by the same column again: the other way round."""
        turned = self.sort == column.key and not self.descending
        return self.url(sort=column.key, descending=turned, number=1, export=False)

    def order_of(self, column: Column[Row]) -> str:
        """``aria-sort`` of a column's head."""
        if column.sort is None or self.sort != column.key:
            return "none"
        return "descending" if self.descending else "ascending"

    def export_url(self) -> str:
        """The address that gives exactly these rows as a workbook."""
        return self.url(number=1, export=True)

    def clear_url(self) -> str:
        """The list with every filter off."""
        return self.url(values={}, number=1, export=False)

    def kept(self) -> tuple[tuple[str, str], ...]:
        """Parameters a filter form carries along: order and size, but not the page."""
        return tuple(pair for pair in self._pairs() if pair[0] in (SORT, SIZE))

    def chips(self) -> tuple[Chip, ...]:
        """The filters that are on, each with the address of the list without it."""
        return tuple(
            Chip(one.label, one.words(value), self._without(one.key, value))
            for one in self.spec.filters
            for value in self.values.get(one.key, ())
        )

    def _without(self, key: str, value: str) -> str:
        kept = {
            name: tuple(one for one in found if not (name == key and one == value))
            for name, found in self.values.items()
        }
        return self.url(values={name: found for name, found in kept.items() if found}, number=1, export=False)


def _values(one: Filter, arguments: Arguments) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.strip() for text in arguments.getlist(one.key) if text.strip()))
    if not one.many:
        found = found[:1]
    for text in found:
        _read(one.read, text, one.label)
    return found


def _read(read: Callable[[str], object], text: str, label: object) -> object:
    try:
        return read(text)
    except ValueError as error:
        raise _senseless(label) from error


def _single(arguments: Arguments, key: str) -> str:
    return next(iter(arguments.getlist(key)), "").strip()


def _number(arguments: Arguments, key: str, default: int, label: object) -> int:
    text = _single(arguments, key)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:10]) <= _FURTHEST_PAGE:
        raise _senseless(label)
    return int(text[:10])


def _senseless(label: object) -> Refused:
    return Refused(_l("没有看懂地址里的“%(label)s”。请回到列表，重新选择筛选条件。", label=label))
