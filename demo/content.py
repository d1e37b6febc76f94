"""The invented facts, read from the data files. Counties are named by their place in the zone's own list."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from core.divisions import zone_counties


@cache
def zone() -> dict[str, Any]:
    """Offices, schools, programmes, limits."""
    return _load("zone.json")


@cache
def people() -> dict[str, Any]:
    """Names and what else invented people are made of."""
    return _load("people.json")


@cache
def county_codes() -> tuple[str, ...]:
    """The division codes of the zone's counties, in the order of the data."""
    return tuple(one.code for one in zone_counties())


def school_code(serial: int) -> str:
    """The ten digits of a school, told by its place in the list: kind, county, number."""
    county = int(zone()["schools"][serial]["county"])
    return f"36{county_codes()[county]}{serial + 1:02}"


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """One programme as the data file states it. ``seats`` are for the two other counties, in their order."""

    code: str
    school: int
    major: str
    form: str
    years: int
    fee: int
    seats: tuple[int, int]
    popular: int
    college_major: str | None = None
    college: int | None = None
    owners: tuple[str, ...] = ()
    min_open: int = 0
    sexes: str = ""
    legal_basis: str = ""
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    advice: str = ""

    @property
    def county(self) -> str:
        """The code of the county that hosts it."""
        county: int = zone()["schools"][self.school]["county"]
        return county_codes()[county]

    def seats_for(self, county: str) -> int:
        """Seats for pupils of a county; its own pupils are taken in by the county's own plan."""
        sources = [one for one in county_codes() if one != self.county]
        return self.seats[sources.index(county)] if county in sources else 0


_YEARS = {"3": 3, "3+2": 5, "3+3": 6, "5": 5, "3+4": 7}


@cache
def programmes() -> tuple[ProgrammeFacts, ...]:
    """All programmes in the order of their codes."""
    return tuple(_programme(dict(row)) for row in sorted(zone()["programmes"], key=lambda one: one["code"]))


def _programme(row: dict[str, Any]) -> ProgrammeFacts:
    for name in ("owners", "excludes", "requires", "seats"):
        row[name] = tuple(row.get(name, ()))
    return ProgrammeFacts(years=_YEARS[row["form"]], **row)


def line_share() -> Decimal:
    """The control line as a share of the full mark."""
    return Decimal(zone()["line_share"])


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("demo").joinpath("data", name).read_text("utf-8"))
    return loaded
