"""Which sheet rules a day: the collection of all sheets known to the caller."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

from core.divisions import full_name
from core.policy.sheet import FilingSheet, PolicySheet, SheetKind, StatusSheet
from core.words import Words

SheetT = TypeVar("SheetT", bound=PolicySheet)

_KIND_WORDS = {
    SheetKind.FILING: Words("志愿填报", "filing"),
    SheetKind.STATUS: Words("学籍管理", "status"),
}


class NoPolicy(LookupError):
    """No sheet, or no single one, rules the day asked for; `words` say what a bureau has to file."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class OverlappingPolicies(NoPolicy):
    """Two sheets of one kind and scope claim the same day."""


class PolicyBook:
    """All sheets, looked up by kind, scope and day. Never changed: new sheets make a new book."""

    __slots__ = ("_sheets",)

    def __init__(self, sheets: Iterable[PolicySheet]) -> None:
        """Raises ValueError when two sheets share kind, scope and version."""
        self._sheets = tuple(sheets)
        names = [(s.kind, s.scope, s.version) for s in self._sheets]
        repeated = sorted({" ".join(name) for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"these sheets are there twice: {repeated}")

    @classmethod
    def from_history(cls, sheets: Iterable[PolicySheet]) -> "PolicyBook":
        """The book of sheets filed one after the other and never changed: each ends the open one before it."""
        book = cls(())
        for sheet in sorted(sheets, key=lambda filed: filed.effective_from):
            book = book.superseded_by(sheet)
        return book

    @property
    def sheets(self) -> tuple[PolicySheet, ...]:
        return self._sheets

    def in_force(self, kind: SheetKind, scope: str, on: date) -> FilingSheet | StatusSheet:
        """The sheet that rules `on`: the day of the event, not the day of asking.

        Raises NoPolicy when none covers the day, OverlappingPolicies when more than one does, BadDivision
        when `scope` is no division.
        """
        return self.filing(scope, on) if kind is SheetKind.FILING else self.status(scope, on)

    def filing(self, county: str, on: date) -> FilingSheet:
        """The filing sheet of a county. Raises like `in_force`."""
        sheets = (sheet for sheet in self._sheets if isinstance(sheet, FilingSheet))
        return _single(sheets, SheetKind.FILING, county, on)

    def status(self, province: str, on: date) -> StatusSheet:
        """The status sheet of a province. Raises like `in_force`."""
        sheets = (sheet for sheet in self._sheets if isinstance(sheet, StatusSheet))
        return _single(sheets, SheetKind.STATUS, province, on)

    def version(self, kind: SheetKind, scope: str, version: str) -> PolicySheet:
        """The sheet a round or case has stored by name. Raises KeyError."""
        for sheet in self._sheets:
            if (sheet.kind, sheet.scope, sheet.version) == (kind, scope, version):
                return sheet
        raise KeyError((kind, scope, version))

    def superseded_by(self, sheet: PolicySheet) -> "PolicyBook":
        """A book with `sheet` added, in which the open sheet before it ends on the day before.

        The ended sheet keeps its digest. Sheets with a set end are left alone: if they overlap, the look-up
        says so. Raises ValueError when the version exists already.
        """
        last_day = sheet.effective_from - timedelta(days=1)
        kept = (
            old.model_copy(update={"effective_to": last_day})
            if (old.kind, old.scope) == (sheet.kind, sheet.scope)
            and old.effective_to is None
            and old.effective_from <= last_day
            else old
            for old in self._sheets
        )
        return PolicyBook((*kept, sheet))


def _single(sheets: Iterable[SheetT], kind: SheetKind, scope: str, on: date) -> SheetT:
    found = [sheet for sheet in sheets if sheet.scope == scope and sheet.covers(on)]
    if len(found) == 1:
        return found[0]
    place = Words(full_name(scope), full_name(scope, "en"))
    about = _KIND_WORDS[kind]
    if not found:
        raise NoPolicy(
            Words(
                f"{place.zh}没有在 {on.isoformat()} 生效的{about.zh}政策参数表，请先录入",
                f"{place.en} has no {about.en} policy sheet in force on {on.isoformat()}; please file one first",
            )
        )
    versions = ", ".join(sorted(sheet.version for sheet in found))
    raise OverlappingPolicies(
        Words(
            f"{place.zh}有多份{about.zh}政策参数表同时在 {on.isoformat()} 生效（{versions}）；请先调整起止日期",
            f"{place.en} has several {about.en} policy sheets in force on {on.isoformat()} ({versions}); "
            "please correct their dates first",
        )
    )
