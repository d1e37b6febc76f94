"""The public catalogue: what every school offers this year, and the places for each county.

Places are those of the plan in force of the newest round; until every bureau has agreed to one, programmes
are shown without places. A programme without seats for a county is not on offer to its pupils.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.access import Actor
from core.db import db
from enrolment.cycles.models import Cycle, Round
from enrolment.cycles.queries import newest_round
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.plans.queries import plan_in_force
from registry.schools.models import Programme, School, SchoolYear

CountySource = Callable[[Actor], str | None]

_COUNTY_SOURCES: list[CountySource] = []


def add_reader_county(source: CountySource) -> None:
    """Register how a later room knows the county of a signed-in reader (idempotent)."""
    if source not in _COUNTY_SOURCES:
        _COUNTY_SOURCES.append(source)


def reader_county(actor: Actor) -> str:
    """The county of the reader, or an empty text."""
    if actor.account_id is None:
        return ""
    return next((county for source in _COUNTY_SOURCES if (county := source(actor))), "")


@dataclass(frozen=True, slots=True)
class Offered:
    """One programme as the public sees it. ``seats`` by county; empty while no plan is in force."""

    programme: Programme
    seats: Mapping[str, int] = field(default_factory=dict)
    row: PlanProgramme | None = None

    @property
    def school(self) -> School:
        return self.programme.school

    def seats_for(self, county: str) -> int | None:
        """Places for a county; None while they are not published."""
        return self.seats.get(county, 0) if self.row is not None else None


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What the reader asked for. Empty texts ask for nothing. ``mine`` is the reader's own county."""

    text: str = ""
    county: str = ""
    form: str = ""
    boarding: str = ""
    mine: str = ""

    def keeps(self, one: Offered) -> bool:
        """Whether a programme is shown."""
        if self.county and one.school.county != self.county:
            return False
        if self.form and one.programme.form.value != self.form:
            return False
        if self.boarding and one.programme.boarding is not (self.boarding == "yes"):
            return False
        return not self.text or self.text.strip().lower() in _searched(one)

    def shut(self, one: Offered) -> bool:
        """Whether the programme takes nobody from the reader's own county."""
        return bool(self.mine) and one.seats_for(self.mine) == 0


@dataclass(frozen=True, slots=True)
class Shown:
    """The programmes on the page, and how many were left out because they take nobody from my county."""

    offers: tuple[Offered, ...]
    shut: int


def shown(offers: Sequence[Offered], wanted: CatalogueFilter) -> Shown:
    """The programmes that a filter keeps."""
    kept = [one for one in offers if wanted.keeps(one)]
    offered = tuple(one for one in kept if not wanted.shut(one))
    return Shown(offered, len(kept) - len(offered))


def offers_of(cycle: Cycle) -> tuple[Offered, ...]:
    """Every programme of the year, by school and code."""
    in_round = newest_round(cycle)
    plan = plan_in_force(in_round.id) if in_round else None
    found = _planned(plan) if plan else _registered(cycle.year)
    return tuple(sorted(found, key=lambda one: (one.school.county, one.school.code, one.programme.code)))


def offer_of(cycle: Cycle | None, programme_id: uuid.UUID) -> Offered | None:
    """One programme of the year."""
    return next((one for one in offers_of(cycle) if one.programme.id == programme_id), None) if cycle else None


def round_of(cycle: Cycle | None) -> Round | None:
    """The round whose places are shown."""
    return newest_round(cycle) if cycle else None


def _planned(plan: Plan) -> list[Offered]:
    query = (
        select(PlanProgramme)
        .where(PlanProgramme.plan_id == plan.id)
        .options(selectinload(PlanProgramme.cells), joinedload(PlanProgramme.programme).options(*_names()))
    )
    return [
        Offered(row.programme, {cell.county: cell.seats for cell in row.cells}, row)
        for row in db.session.scalars(query)
    ]


def _registered(year: int) -> list[Offered]:
    taking_part = select(SchoolYear.school_id).where(SchoolYear.year == year, SchoolYear.left_at.is_(None))
    query = select(Programme).where(Programme.school_id.in_(taking_part)).options(*_names())
    return [Offered(programme) for programme in db.session.scalars(query)]


def _names() -> tuple[Any, ...]:
    """Everything that a programme is called by, in the query that loads it. The types of options are private."""
    return (
        joinedload(Programme.major),
        joinedload(Programme.college_major),
        joinedload(Programme.partner_college),
        joinedload(Programme.school).joinedload(School.organisation),
    )


def _searched(one: Offered) -> str:
    programme, school = one.programme, one.school
    parts = [programme.code, school.code, school.address_zh]
    for language in ("zh", "en"):
        parts += [programme.name(language), school.organisation.name(language)]
        if programme.partner_college:
            parts.append(programme.partner_college.name(language))
    return "\n".join(parts).lower()
