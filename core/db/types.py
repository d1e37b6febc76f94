"""Column types whose values are the same on SQLite and PostgreSQL."""

import enum
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from core.words import Words

POINTS_SCALE = 1000

E = TypeVar("E", bound=enum.StrEnum)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant; must be aware on the way in, is aware UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[E]):
    """A StrEnum stored as its value; pair it with ``one_of`` in the table's constraints."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


def one_of(column: str, kind: type[enum.StrEnum], name: str | None = None) -> CheckConstraint:
    """A named CHECK that ``column`` holds one of the enum's values."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=name or f"{column}_known")


class Points(TypeDecorator[Decimal]):
    """Exact decimal points (scores, lines), at most three decimals, stored as whole thousandths.

    SQLite has no exact decimals, and 611.5 and 611.50 must be equal; finer values raise ValueError.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | str | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value) * POINTS_SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError("points carry at most three decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        points = Decimal(value) / POINTS_SCALE
        return points.quantize(Decimal(1)) if points == points.to_integral_value() else points.normalize()


class JsonText(TypeDecorator[Any]):
    """Canonical JSON in a text column: sorted keys, no spaces, so equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class WordsText(TypeDecorator[Words]):
    """A sentence kept in both languages; each reader is shown the own one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Words | None, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json({"zh": value.zh, "en": value.en})

    def process_result_value(self, value: str | None, dialect: Dialect) -> Words | None:
        return None if value is None else Words(**json.loads(value))


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no white space."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
