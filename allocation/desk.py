"""The reading desk: takes JSON values apart strictly and notes every fault it meets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from allocation.faults import Fault, shown

T = TypeVar("T")

LARGEST = 10**9
"""No count in an instance may be larger: larger ones are typing errors."""


class Desk:
    """Collects faults while values are read; every reader returns a usable stand-in after a fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, path: str, value: object, rule: str, mend: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(path, shown(value), rule, mend))

    def table(self, value: object, path: str, keys: frozenset[str]) -> Mapping[str, object]:
        """A JSON object whose keys are all known."""
        if not isinstance(value, dict):
            self.fault(path, value, "应为对象 / must be an object", "写成 {…} / write {…}")
            return {}
        for key in value:
            if key not in keys:
                self.fault(
                    f"{path}.{key}" if path else key,
                    value[key],
                    "未知的键 / unknown key",
                    f"删除,或改为 / remove it, or use one of: {', '.join(sorted(keys))}",
                )
        return value

    def rows(self, value: object, path: str) -> Iterator[tuple[object, str]]:
        """The entries of a JSON list with their paths."""
        if not isinstance(value, list):
            self.fault(path, value, "应为列表 / must be a list", "写成 […] / write […]")
            return
        for index, one in enumerate(value):
            yield one, f"{path}[{index}]"

    def name(self, value: object, path: str) -> str:
        """An identifier: 1 to 128 printable characters."""
        if isinstance(value, str) and 0 < len(value) <= 128 and value.isprintable():
            return value
        self.fault(path, value, "应为 1–128 个可见字符 / must be 1-128 printable characters", "更正 / correct it")
        return ""

    def word(self, value: object, path: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words."""
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(path, value, "不在允许的取值内 / not an allowed value", " | ".join(allowed))
        return allowed[0]

    def flag(self, value: object, path: str) -> bool:
        """True or false, nothing else."""
        if not isinstance(value, bool):
            self.fault(path, value, "应为 true 或 false / must be true or false", "true | false")
        return value is True

    def number(self, value: object, path: str) -> Decimal:
        """An exact decimal of at most twelve digits before and six after the point; strings are allowed."""
        number = _decimal(value)
        if number is not None and number.is_finite() and -12 < number.adjusted() < 12:
            exponent = number.normalize().as_tuple().exponent
            if isinstance(exponent, int) and exponent >= -6:
                return number
        self.fault(path, value, "应为精确的十进制数 / must be an exact decimal number", "例如 / such as 611.5")
        return Decimal(0)

    def whole(self, value: object, path: str) -> int:
        """A whole number from zero; strings are allowed."""
        number = _decimal(value)
        if number is not None and number.is_finite() and 0 <= number <= LARGEST and number == int(number):
            return int(number)
        self.fault(path, value, "应为非负整数 / must be a whole number, zero or more", "例如 / such as 30")
        return 0

    def names(self, value: object, path: str) -> tuple[str, ...]:
        """A list of identifiers."""
        return tuple(self.name(one, place) for one, place in self.rows(value, path))

    def counts(self, value: object, path: str) -> dict[str, int]:
        """An object from names to whole numbers."""
        return self.mapping(value, path, self.whole)

    def mapping(self, value: object, path: str, read: Callable[[object, str], T]) -> dict[str, T]:
        """An object from names to values read by ``read``."""
        if not isinstance(value, dict):
            self.fault(path, value, "应为对象 / must be an object", "写成 {…} / write {…}")
            return {}
        return {self.name(key, f"{path}.{key}"): read(one, f"{path}.{key}") for key, one in value.items()}


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        return Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None


class _Twice(ValueError):
    """An object with the same key twice."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _never(name: str) -> object:
    raise ValueError(name)


def parse(raw: bytes | str, desk: Desk) -> object:
    """The JSON value of ``raw`` with exact numbers; a fault and ``None`` if it is no clean JSON."""
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        value: object = json.loads(text, parse_float=Decimal, parse_constant=_never, object_pairs_hook=_once)
    except _Twice as twice:
        desk.fault(str(twice), "…", "同一个键出现两次 / the same key stands twice", "只留一个 / keep one")
    except (ValueError, InvalidOperation, RecursionError) as broken:
        desk.fault("", str(broken), "不是有效的 JSON / not valid JSON", "UTF-8 JSON")
    else:
        return value
    return None
