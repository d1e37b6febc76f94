"""One page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from core.tables.spec import Row

if TYPE_CHECKING:
    from core.tables.query import ListQuery

_NEAR = 2


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows shown, where they stand among all, and the addresses of the other pages."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int
    query: ListQuery[Row]

    @property
    def first(self) -> int:
        """The place of the first row shown, 0 for an empty list."""
        return (self.number - 1) * self.query.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def url_for(self, number: int) -> str:
        """The address of another page of the same list."""
        return self.query.url(number=number)

    def near(self) -> tuple[int | None, ...]:
        """Page numbers worth a link: the ends and the neighbours; None marks a gap."""
        wanted = sorted(
            {1, self.pages}
            | {one for one in range(self.number - _NEAR, self.number + _NEAR + 1) if 1 <= one <= self.pages}
        )
        shown: list[int | None] = []
        for one in wanted:
            previous = shown[-1] if shown else None
            if isinstance(previous, int) and one - previous > 1:
                shown.append(None)
            shown.append(one)
        return tuple(shown)
