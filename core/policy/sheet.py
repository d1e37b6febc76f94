"""Policy sheets: rules of one scope for one stretch of time, read strictly and known by their digest."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from core.divisions import DivisionLevel, find_division
from core.policy.entry import EntryCase
from core.policy.filing import FilingRules
from core.policy.items import Item, RuleLine, RuleSet, Strict
from core.policy.status import StatusRules


class SheetKind(StrEnum):
    """What a sheet rules: filing in a county, or the registry in a province."""

    FILING = "filing"
    STATUS = "status"


_LEVEL_OF_SCOPE = {SheetKind.FILING: DivisionLevel.COUNTY, SheetKind.STATUS: DivisionLevel.PROVINCE}


class BadSheet(ValueError):
    """A text that is no valid sheet; `problems` name place and fault, one per line, in English."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class PolicySheet(Strict):
    """Common part of all sheets.

    `scope` is a division code, `version` a name unique in kind and scope. The sheet is in force from
    `effective_from` to `effective_to`, both included; None means until further notice.
    """

    kind: SheetKind
    scope: str = Field(pattern=r"^[0-9]{6}$")
    version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,39}$")
    effective_from: date
    effective_to: date | None
    rules: RuleSet

    @model_validator(mode="after")
    def _scope_and_dates_fit(self) -> Self:
        place = find_division(self.scope)
        if place is None or place.retired or place.level is not _LEVEL_OF_SCOPE[self.kind]:
            raise ValueError(f"{self.scope} is no present division of the level that {self.kind} sheets rule")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("the sheet ends before it begins")
        return self

    def covers(self, day: date) -> bool:
        """Whether the sheet is in force on `day`."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    @property
    def digest(self) -> str:
        """Hex SHA-256 over the canonical JSON (sorted keys, no blanks, UTF-8).

        `effective_to` is left out: ending a sheet does not change what it said, so rounds and cases that
        stored the digest still recognise it.
        """
        content = self.model_dump(mode="json", exclude={"effective_to"})
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def item(self, rule_id: str) -> Item[object]:
        """A rule with unit and basis. Raises KeyError for an id this kind of sheet does not have."""
        return self.rules.item(rule_id)

    def value(self, rule_id: str) -> object:
        """The value of a rule by its id; code that knows the kind reads `rules.<id>.value`, typed."""
        return self.rules.item(rule_id).value

    def lines(self) -> Iterator[RuleLine]:
        """All rules for a page, in the order of the schema."""
        return self.rules.lines()

    @property
    def has_examples(self) -> bool:
        """Whether some rule is an example that no bureau has confirmed."""
        return any(line.example for line in self.lines())


class FilingSheet(PolicySheet):
    """Rules of a county for filing and order, with the test cases that its rules of entry must answer."""

    kind: Literal[SheetKind.FILING]
    rules: FilingRules
    cases: tuple[EntryCase, ...]


class StatusSheet(PolicySheet):
    """Rules of a province for the registry."""

    kind: Literal[SheetKind.STATUS]
    rules: StatusRules


_SHEET: TypeAdapter[FilingSheet | StatusSheet] = TypeAdapter(
    Annotated[FilingSheet | StatusSheet, Field(discriminator="kind")]
)


def read_sheet(text: str | bytes) -> FilingSheet | StatusSheet:
    """Read one sheet from JSON. Raises BadSheet naming every unknown key, missing rule and bad value."""
    try:
        return _SHEET.validate_json(text)
    except ValidationError as invalid:
        problems = tuple(
            f"{'.'.join(str(part) for part in error['loc'][1:]) or 'sheet'}: {error['msg']}"
            for error in invalid.errors(include_url=False, include_input=False)
        )
        raise BadSheet(problems) from None


def sheet_text(sheet: PolicySheet) -> str:
    """The sheet as JSON that `read_sheet` takes back: for bureaus that start from a shipped one."""
    return sheet.model_dump_json(indent=1)


@cache
def load_shipped() -> tuple[FilingSheet | StatusSheet, ...]:
    """The sheets that come with the product, by kind, scope and day."""
    folder = files("core.policy").joinpath("sheets")
    sheets = [read_sheet(path.read_bytes()) for path in folder.iterdir() if path.name.endswith(".json")]
    return tuple(sorted(sheets, key=lambda sheet: (sheet.kind, sheet.scope, sheet.effective_from)))
