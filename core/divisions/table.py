"""Look-up of divisions by code. Pure; the files are read once."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict
from stdnum import numdb

from core.words import Words


class DivisionLevel(StrEnum):
    """Height of a division, read from the zeros of its code."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class BadDivision(ValueError):
    """A text that is no division code; `words` say what to mend."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.zh)
        self.words = words


@dataclass(frozen=True, slots=True)
class Division:
    """One code with its name in one period of years.

    `first_year` and `last_year` are None where the table does not bound them; a code with a `last_year`
    is retired. `successor` is the code that took its place, where one single code did.
    """

    code: str
    zh: str
    en: str
    first_year: int | None = None
    last_year: int | None = None
    successor: str | None = None

    @property
    def level(self) -> DivisionLevel:
        if self.code.endswith("0000"):
            return DivisionLevel.PROVINCE
        return DivisionLevel.PREFECTURE if self.code.endswith("00") else DivisionLevel.COUNTY

    @property
    def retired(self) -> bool:
        return self.last_year is not None

    @property
    def name(self) -> Words:
        return Words(self.zh, self.en)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Name(_Strict):
    code: str
    zh: str
    en: str


class _Addition(_Name):
    first_year: int


class _Data(_Strict):
    version: str
    source: str
    zone: list[str]
    names: list[_Name]
    additions: list[_Addition]
    successors: dict[str, str]


@cache
def _data() -> _Data:
    text = files("core.divisions").joinpath("data/divisions.json").read_text(encoding="utf-8")
    return _Data.model_validate_json(text)


@cache
def _own_names() -> dict[tuple[str, str], str]:
    """English by (code, Chinese name): a code reused for another place must not keep the old name."""
    return {(row.code, row.zh): row.en for row in _data().names}


@cache
def _province_names() -> dict[str, _Name]:
    return {row.code[:2]: row for row in _data().names if row.code.endswith("0000")}


# Entries of the second level that group districts and name no place.
_PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政单位", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_PERIOD = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^,\[\]]+)")
_SIX = re.compile(r"[0-9]{6}")


@cache
def _periods(code: str) -> tuple[Division, ...]:
    """All periods of life of a code, oldest first; empty when nobody knows the code."""
    successor = _data().successors.get(code)
    province = _province_names().get(code[:2])
    if province is None:
        return ()
    if code.endswith("0000"):
        return (Division(code, province.zh, province.en),)
    for row in _data().additions:
        if row.code == code:
            return (Division(code, row.zh, row.en, row.first_year, None, successor),)
    found: dict[str, str] = {}
    for _part, properties in numdb.get("cn/loc").info(code):
        found.update(properties)
    english = _own_names()
    return tuple(
        Division(
            code=code,
            zh=name,
            en=english.get((code, name), name),
            first_year=int(first) if first else None,
            last_year=int(last) if last else None,
            successor=successor if last else None,
        )
        for first, last, name in _PERIOD.findall(found.get("county", ""))
    )


def find_division(code: str, year: int | None = None) -> Division | None:
    """The division with this six-digit code, retired ones included, or None when it is unknown.

    Where a code has named several places, `year` picks the one of that year; without it, or when no
    period fits, the latest one is taken.
    """
    if not _SIX.fullmatch(code):
        return None
    periods = _periods(code)
    if not periods:
        return None
    if year is not None:
        for period in periods:
            if (period.first_year or 0) <= year <= (period.last_year or 9999):
                return period
    return periods[-1]


def division(code: str) -> Division:
    """The division with this six-digit code. Raises BadDivision when it is unknown."""
    found = find_division(code)
    if found is None:
        raise BadDivision(
            Words(f"没有代码为 {code} 的行政区划，请核对", f"No division has the code {code}; please check it")
        )
    return found


def current_division(code: str) -> Division | None:
    """The division in which a code lies today: follows successors; None where the trail is lost."""
    found = find_division(code)
    while found is not None and found.retired:
        found = find_division(found.successor) if found.successor else None
    return found


def six_digits(raw: str) -> str:
    """The six-digit code in `raw`, which may be full-width, spaced, or the 12-digit statistical form.

    The last six digits of a 12-digit code (township and village) are dropped. Raises BadDivision for any
    other length or character.
    """
    text = "".join(unicodedata.normalize("NFKC", raw).split())
    if not re.fullmatch(r"[0-9]+", text):
        raise BadDivision(
            Words(
                "行政区划代码只含数字（6 位或 12 位），请核对",
                "A division code holds digits only (6 or 12 of them); please check it",
            )
        )
    if len(text) not in (6, 12):
        raise BadDivision(
            Words(
                f"行政区划代码应为 6 位或 12 位，您填写了 {len(text)} 位",
                f"A division code has 6 or 12 digits; you entered {len(text)}",
            )
        )
    return text[:6]


def province_of(code: str) -> str:
    """The code of the province in which a six-digit code lies. Raises BadDivision for an unknown one."""
    return division(code[:2] + "0000").code


def is_within(code: str, area: str) -> bool:
    """Whether division `code` lies in (or is) `area`, by the zeros of `area`."""
    stem = area.removesuffix("00").removesuffix("00")
    return code.startswith(stem)


def full_name(code: str, language: str = "zh") -> str:
    """The name with its upper levels: 江苏省苏州市吴江区; in English smallest first, with commas.

    Raises BadDivision for an unknown code.
    """
    levels = [division(code[:2] + "0000")]
    prefecture = find_division(code[:4] + "00")
    if prefecture is not None and not code.endswith("0000") and prefecture.zh not in _PLACEHOLDERS:
        levels.append(prefecture)
    if not code.endswith("00"):
        levels.append(division(code))
    names = [level.name.text(language) for level in levels]
    return ", ".join(reversed(names)) if language.lower().startswith("en") else "".join(names)


def provinces() -> tuple[Division, ...]:
    """All divisions of the first level, by code."""
    return tuple(division(row.code) for row in _province_names().values())


def zone_counties() -> tuple[Division, ...]:
    """The counties of the demonstration zone, in the order of the data."""
    return tuple(division(code) for code in _data().zone)
