"""Invented people. Every ID number carries the order 000, which is never issued; its check digit is right."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.divisions import division
from core.identity import check_character
from demo.content import county_codes, people

_SCHOOL_YEAR = (9, 1)
_BOYS = 0.45
_RARE = 13
"""Every thirteenth person bears a name that breaks careless programs."""


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented pupil: who, from where. ``sex`` is 1 or 2 as in the code set."""

    name: str
    sex: str
    birth_date: dt.date
    document_number: str
    county: str
    phone: str
    address: str
    junior_school: str
    junior_class: str
    ethnicity: str = "01"


@dataclass
class Inventor:
    """Makes people who differ from each other; the same seed makes the same people."""

    chance: random.Random
    _used: set[tuple[str, dt.date]] = field(default_factory=set)
    _phones: Iterator[int] = field(default_factory=lambda: iter(range(10_000_001, 99_999_999, 7)))
    _made: int = 0

    def pupil(self, county: str, leaving_year: int, *, born: dt.date | None = None) -> Invented:
        """A pupil who leaves junior school in a year: fifteen then, so born in the school year before that."""
        self._made += 1
        rare = people()["rare"][self._made // _RARE % len(people()["rare"])] if self._made % _RARE == 0 else None
        sex = rare["sex"] if rare else ("1" if self.chance.random() < _BOYS else "2")
        number, day = self._document(county, leaving_year, born)
        place = division(county).zh
        return Invented(
            name=self._name(sex, rare or {}),
            sex=sex,
            birth_date=day,
            document_number=number,
            county=county,
            phone=self.phone(),
            address=people()["address"].format(place=place, number=self.chance.randint(1, 400)),
            junior_school=self.chance.choice(people()["junior_schools"]).format(place=place),
            junior_class=f"九（{self.chance.randint(1, 8)}）班",
            ethnicity=rare.get("ethnicity", "01") if rare else "01",
        )

    def phone(self) -> str:
        """A number in a range that no network operates."""
        return f"{people()['phone_prefix']}{next(self._phones)}"

    def guardian_name(self, child: str) -> str:
        """Somebody who may be the child's parent."""
        surname = child[:2] if child[:2] in people()["surnames"] else child[0]
        return f"{surname}{self.chance.choice(people()['guardian_given'])}"

    def staff_name(self) -> str:
        """Somebody who works in an office."""
        return f"{self.chance.choice(people()['surnames'])}{self.chance.choice(people()['staff_given'])}"

    def _name(self, sex: str, rare: dict[str, str]) -> str:
        given = rare.get("given") or self.chance.choice(people()["given_m" if sex == "1" else "given_f"])
        return rare.get("name") or f"{self.chance.choice(people()['surnames'])}{given}"

    def _document(self, county: str, leaving_year: int, born: dt.date | None) -> tuple[str, dt.date]:
        first = dt.date(leaving_year - 16, *_SCHOOL_YEAR)
        while True:
            prefix = self._prefix(county)
            day = born or first + dt.timedelta(days=self.chance.randrange(365))
            if (prefix, day) not in self._used:
                self._used.add((prefix, day))
                body = f"{prefix}{day:%Y%m%d}000"
                return body + check_character(body), day
            born = born + dt.timedelta(days=1) if born else None

    def _prefix(self, county: str) -> str:
        """Where the person was first registered: mostly here, in one county under a retired code, or far away."""
        if self.chance.random() < 0.08:
            return str(self.chance.choice(people()["other_prefixes"]))
        return str(people()["retired_prefixes"].get(str(county_codes().index(county)), county))


def scores(subjects: Sequence[tuple[str, Decimal]], chance: random.Random) -> tuple[Decimal, ...]:
    """Points by subject around the person's level, in steps of half a point."""
    level = min(0.95, max(0.3, chance.gauss(0.62, 0.13)))
    return tuple(_points(full, level, chance) for _name, full in subjects)


def _points(full: Decimal, level: float, chance: random.Random) -> Decimal:
    share = min(1.0, max(0.05, chance.gauss(level, 0.07)))
    return Decimal(round(share * float(full) * 2)) / 2
