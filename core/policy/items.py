"""Building blocks of policy sheets: rule items with unit and legal basis, yearly dates, terms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Self, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core import clock
from core.words import Words

Value = TypeVar("Value")


class Strict(BaseModel):
    """Base of everything in a sheet: unknown keys refused, no silent conversions, never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Unit(StrEnum):
    """What the number of a rule counts; `NONE` for rules that are no quantity."""

    NONE = "none"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    POINTS = "points"
    CHOICES = "choices"
    COURSES = "courses"

    @property
    def words(self) -> Words:
        return _UNIT_WORDS[self]


_UNIT_WORDS = {
    Unit.NONE: Words("", ""),
    Unit.DAYS: Words("日", "days"),
    Unit.WORKING_DAYS: Words("个工作日", "working days"),
    Unit.WEEKS: Words("周", "weeks"),
    Unit.MONTHS: Words("个月", "months"),
    Unit.YEARS: Words("年", "years"),
    Unit.HOURS: Words("学时", "hours"),
    Unit.POINTS: Words("分", "points"),
    Unit.CHOICES: Words("个志愿", "choices"),
    Unit.COURSES: Words("门课程", "courses"),
}


class Item(Strict, Generic[Value]):
    """One rule: its value, what it counts, what it rests on, and whether it is only an example.

    `example` is true where no bureau has confirmed the value; pages then say "示例政策".
    """

    value: Value
    unit: Unit = Unit.NONE
    basis: str = Field(min_length=1)
    example: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as a page shows it; `value` is a number, a word, or a frozen model of this package."""

    id: str
    words: Words
    value: object
    unit: Unit
    basis: str
    example: bool


class RuleSet(Strict):
    """The rules of one kind of sheet. Every field is an `Item`; its title is Chinese and English.

    A field may fix the unit of its rule, so that weeks cannot be filed where days are meant.
    """

    @model_validator(mode="after")
    def _units_fit(self) -> Self:
        for name, field in type(self).model_fields.items():
            wanted = _extra(field.json_schema_extra).get("unit", Unit.NONE.value)
            item = cast("Item[object]", getattr(self, name))
            if item.unit.value != wanted:
                raise ValueError(f"rule {name} counts {wanted}, not {item.unit.value}")
        return self

    def item(self, rule_id: str) -> Item[object]:
        """The item of a rule. Raises KeyError for an id this kind of sheet does not have."""
        if rule_id not in type(self).model_fields:
            raise KeyError(rule_id)
        return cast("Item[object]", getattr(self, rule_id))

    def lines(self) -> Iterator[RuleLine]:
        """All rules in the order of the schema."""
        for name, field in type(self).model_fields.items():
            item = self.item(name)
            words = Words(field.title or name, field.description or name)
            yield RuleLine(name, words, item.value, item.unit, item.basis, item.example)


def _extra(json_schema_extra: object) -> dict[str, str]:
    return cast("dict[str, str]", json_schema_extra) if isinstance(json_schema_extra, dict) else {}


def rule(zh: str, en: str, unit: Unit = Unit.NONE) -> Any:
    """Declare a rule of a `RuleSet`: its title in both languages and what its number counts.

    Returns Any, as pydantic's own `Field` does, so that it can stand where the value is declared.
    """
    return Field(title=zh, description=en, json_schema_extra={"unit": unit.value})


def _plain(number: Decimal) -> Decimal:
    """One spelling per number (150 and 150.0 are equal), so that equal sheets have equal digests."""
    return Decimal(format(number.normalize(), "f"))


Points = Annotated[Decimal, Field(ge=0, decimal_places=2), AfterValidator(_plain)]
"""An exact number of score points."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name inside a sheet, such as that of an examination subject."""


class Label(Strict):
    """A text of a sheet in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)


class YearlyDay(Strict):
    """A day that comes every year; 29 February is refused because it does not."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    @model_validator(mode="after")
    def _exists_every_year(self) -> Self:
        date(2001, self.month, self.day)
        return self

    def in_year(self, year: int) -> date:
        """The day in a calendar year."""
        return date(year, self.month, self.day)


class YearlyMoment(YearlyDay):
    """A minute that comes every year, in Beijing time."""

    hour: int = Field(ge=0, le=23)
    minute: int = Field(ge=0, le=59)

    def at_in_year(self, year: int) -> datetime:
        """The moment in a calendar year, aware, in UTC."""
        return clock.at_beijing(self.in_year(year), self.hour, self.minute)


class YearlyWindow(Strict):
    """From one moment up to another of the same year; a cycle may move both for its own year."""

    opens: YearlyMoment
    closes: YearlyMoment

    @model_validator(mode="after")
    def _closes_after_opening(self) -> Self:
        if self.opens.at_in_year(2001) >= self.closes.at_in_year(2001):
            raise ValueError("a window must close after it opens")
        return self

    def in_year(self, year: int) -> tuple[datetime, datetime]:
        """Opening and closing moment in a calendar year, aware, in UTC."""
        return self.opens.at_in_year(year), self.closes.at_in_year(year)


class TermPoint(Strict):
    """A term of a course of study: year of study (from 1) and term in it (1 or 2)."""

    year: int = Field(ge=1, le=8)
    term: int = Field(ge=1, le=2)

    @property
    def number(self) -> int:
        """Terms since entry, the first being 1: for comparison."""
        return 2 * (self.year - 1) + self.term
