"""The instance of one round as plain, frozen data.  Absent options mean no limit, no floor, no tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Across = Literal["own_county", "percentile", "common_score", "optimised_shares"]
Ties = Literal["lottery", "admit_all", "stop"]
Checks = Literal["before", "after"]
Floors = Literal["guarantee", "hard"]
Adjustment = Literal["same_school", "anywhere", "off"]
Sex = Literal["M", "F"]
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules a round publishes beforehand.

    ``opening`` is ``"optimal"``, ``"smallest_first"`` or the tuple of programme ids in the order
    in which classes are cancelled.  ``seed`` is the published seed of the lottery.
    """

    across: Across = "own_county"
    ties: Ties = "lottery"
    checks: Checks = "before"
    floors: Floors = "guarantee"
    bed_with_guarantee: bool = False
    opening: str | tuple[str, ...] = "optimal"
    adjustment: Adjustment = "off"
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class School:
    """A host school: ``dorm`` beds by sex, ``capacity`` over all programmes, county ``shares`` of either."""

    id: str
    county: str
    dorm: Counts = field(default_factory=dict)
    capacity: int | None = None
    shares: Mapping[str, Counts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reserved:
    """Places kept for applicants with a tag; ``release`` frees those nobody of the group wants."""

    tag: str
    seats: int
    release: bool = True


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme (school × major × form) with its limits and conditions.

    ``ceilings`` are the county cells (0 shuts it), ``floors`` the guarantees by county, ``min_open``
    the least class size with ``local_enrolled`` pupils counted in, ``lines`` the lowest totals;
    ``ranking`` is the programme's own order, applicant to priority, larger first.
    """

    id: str
    school: str | None = None
    capacity: int | None = None
    ceilings: Counts = field(default_factory=dict)
    floors: Counts = field(default_factory=dict)
    min_open: int = 0
    local_enrolled: int = 0
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    sexes: frozenset[str] | None = None
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    reserved: tuple[Reserved, ...] = ()
    shares: Mapping[str, Counts] = field(default_factory=dict)
    ranking: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant: ``score`` is the total with approved bonus, ``tie`` the county's keys, larger first.

    A ``None`` inside ``tie`` is a missing subject score; ``lottery`` is a drawn number, smaller first.
    """

    id: str
    county: str
    score: Decimal
    choices: tuple[str, ...]
    sex: Sex | None = None
    tie: tuple[Decimal | None, ...] = ()
    lottery: Decimal | None = None
    adjust: bool = False
    tags: frozenset[str] = frozenset()
    boards: bool | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A named set of (applicant, programme) pairs with a cap; ``None`` means every one."""

    name: str
    cap: int
    programmes: frozenset[str] | None = None
    counties: frozenset[str] | None = None
    sex: Sex | None = None
    boarders: bool = False
    shares: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything one round needs, in the order of ids: the order of the rows never matters."""

    rules: Rules
    schools: tuple[School, ...]
    programmes: tuple[Programme, ...]
    applicants: tuple[Applicant, ...]
    outflow: Counts = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    adjust_order: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()
