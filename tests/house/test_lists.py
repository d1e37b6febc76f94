"""No list ever holds a foreign row, whoever asks and however it is filtered and sorted (proof 13).

The world is made once; hypothesis makes the people who look at it: any grants for any offices, in any mixture.
What belongs to whom is said here in this test's own words, and each list must show exactly that.
"""

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from core.access import Actor, Grant, Organisation, OrganisationKind, Role, roles_with
from core.access.roles import STAFF
from core.db import db
from core.tables import ListQuery, ListSpec
from enrolment.applications.candidate_list import CANDIDATES, candidates_of
from enrolment.applications.models import Applicant, Application, ApplicationState
from enrolment.applications.scope import visible_applications
from enrolment.confirmations.desk import expected_placements
from enrolment.confirmations.models import Confirmation
from enrolment.cycles.models import Round, RoundState
from enrolment.results.listing import ADMITTED, admitted_placements
from enrolment.results.models import Placement
from enrolment.reviews.scope import visible_cases
from registry.schools.models import School
from registry.schools.scope import visible_schools
from registry.students.listing import STUDENTS, listed_spells
from registry.students.models import Spell
from tests.enrolment import factories as make
from tests.factories import JS, QP, WJ, organisation, school
from tests.figures import Figure
from tests.house.inhabitants import World
from tests.registry.students.test_scope import pupil

EXAMPLES = int(os.environ.get("ZONE_TEST_SCOPES", "1000"))
COUNTIES = (QP, WJ, JS)
KIND_OF = {
    Role.COUNTY_OFFICER: OrganisationKind.COUNTY,
    Role.COUNTY_APPROVER: OrganisationKind.COUNTY,
    Role.PROVINCE_OFFICER: OrganisationKind.PROVINCE,
    Role.SCHOOL_ADMISSIONS: OrganisationKind.SCHOOL,
    Role.SCHOOL_REGISTRAR: OrganisationKind.SCHOOL,
}
Statement = Callable[[Actor], Select[Any]]


@dataclass(frozen=True, slots=True)
class Belongs:
    """To whom a row belongs: schools by their office, bureaus and provinces by their code, families by account."""

    schools: frozenset[uuid.UUID] = frozenset()
    counties: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    family: frozenset[uuid.UUID | None] = frozenset()

    def of_office(self, grant: Grant) -> bool:
        match grant.organisation_kind:
            case OrganisationKind.SCHOOL:
                return grant.organisation_id in self.schools
            case OrganisationKind.COUNTY:
                return grant.division in self.counties
            case OrganisationKind.PROVINCE:
                return grant.division in self.provinces
            case _:
                return False


@dataclass(frozen=True, slots=True)
class ListCase:
    """A list: its statement, its rows with their owners, by which permissions, and how it can be filtered."""

    statement: Statement
    rows: Mapping[uuid.UUID, Belongs]
    see: Mapping[OrganisationKind, str]
    own: str = ""
    spec: ListSpec[Any] | None = None
    filters: tuple[str, ...] = ()

    def allowed(self, actor: Actor) -> set[uuid.UUID]:
        """What this actor may find: by an office under its permission, or as one's own."""
        own = any(grant.role in roles_with(self.own) for grant in actor.grants)
        seeing = [one for one in actor.grants if one.role in roles_with(self._permission(one.organisation_kind))]
        return {
            key
            for key, row in self.rows.items()
            if (own and actor.account_id in row.family) or any(row.of_office(grant) for grant in seeing)
        }

    def _permission(self, kind: OrganisationKind | None) -> str:
        return self.see.get(kind, "") if kind else ""

    def shown(self, actor: Actor, arguments: MultiDict[str, str]) -> set[uuid.UUID]:
        statement = self.statement(actor)
        if self.spec is None:
            found = db.session.scalars(statement).unique().all()
            return {row.id for row in found}
        page = ListQuery.from_arguments(self.spec, "/", arguments).page(db.session(), statement)
        rows = [row if hasattr(row, "id") else row[0] for row in page.rows]
        assert len(rows) == page.total, "the world is small enough for one page"
        return {row.id for row in rows}


@dataclass(frozen=True, slots=True)
class Zone:
    """Who can be given a role, and the lists."""

    offices: tuple[Organisation, ...]
    families: tuple[uuid.UUID, ...]
    lists: Mapping[str, ListCase]


def everywhere(permission: str) -> Mapping[OrganisationKind, str]:
    """One permission for offices of every kind."""
    return dict.fromkeys(OrganisationKind, permission)


def province(county: str) -> str:
    return county[:2] + "0000"


@pytest.fixture
def zone(world: World, context: Flask) -> Zone:
    """The world of the access proofs with a third county and pupils from everywhere in every school."""
    for county in COUNTIES:
        for at in (school(county), school(county)):
            for source in COUNTIES:
                pupil(at, source)
    opened = db.session.scalars(select(Round).where(Round.state == RoundState.OPEN)).one()
    for county in COUNTIES:
        child, _guardian = make.family(opened, county)
        make.application(child, opened, state=ApplicationState.SUBMITTED)
        organisation(OrganisationKind.PROVINCE, province(county))
        organisation(OrganisationKind.COUNTY, county)
    offices = db.session.scalars(select(Organisation)).all()
    applicants = db.session.scalars(select(Applicant)).all()
    families = {one.account_id: None for one in applicants}
    families |= {one.account_id: None for pupil_ in applicants for one in pupil_.guardians}
    return Zone(tuple(offices), tuple(one for one in families if one), lists(opened))


def lists(opened: Round) -> dict[str, ListCase]:
    """Every list with a scope of its own."""
    spells = {one.id: _spell(one) for one in db.session.scalars(select(Spell))}
    schools = {one.id: _school(one) for one in db.session.scalars(select(School))}
    applicants = {one.id: _applicant(one) for one in db.session.scalars(select(Applicant))}
    applications = db.session.scalars(select(Application)).all()
    sent = [one for one in applications if one.state is not ApplicationState.DRAFT]
    placements = [one for one in db.session.scalars(select(Placement)) if one.programme_id]
    accepted = set(db.session.scalars(select(Confirmation.placement_id)))
    admitted = {one.id: _placement(one) for one in placements}
    released = {OrganisationKind.SCHOOL: "results.school", OrganisationKind.COUNTY: "results.county"}
    words = ("", "张", "欧阳", "zs", "%", "'")
    return {
        "students": ListCase(listed_spells, spells, everywhere("students.see"), "students.own", STUDENTS, words),
        "schools": ListCase(visible_schools, schools, everywhere("schools.see")),
        "candidates": ListCase(
            lambda actor: candidates_of(actor, opened.cycle_id),
            applicants, everywhere("applications.see"), "applications.own", CANDIDATES, words,
        ),
        "applications": ListCase(
            visible_applications, {one.id: _applicant(one.applicant) for one in applications},
            everywhere("applications.see"), "applications.own",
        ),
        "reviews": ListCase(
            visible_cases,
            {one.id: _applicant(one.applicant, family=False) for one in sent},
            everywhere("reviews.see"),
        ),
        "admitted": ListCase(
            admitted_placements, admitted, released, "results.own", ADMITTED, words
        ),
        "arrivals": ListCase(
            expected_placements, {key: row for key, row in admitted.items() if key in accepted},
            released, "results.own",
        ),
    }  # fmt: skip


def _spell(one: Spell) -> Belongs:
    counties = frozenset({one.school.county, one.source_county})
    governing = {one.governing_province or province(one.school.county), province(one.source_county)}
    family = frozenset({one.person.account_id, *(guardian.account_id for guardian in one.person.guardians)})
    return Belongs(frozenset({one.school.organisation_id}), counties, frozenset(governing), family)


def _school(one: School) -> Belongs:
    return Belongs(frozenset({one.organisation_id}), frozenset({one.county}))


def _applicant(one: Applicant, *, family: bool = True) -> Belongs:
    owners = frozenset({one.account_id, *(guardian.account_id for guardian in one.guardians)})
    return Belongs(counties=frozenset({one.county}), family=owners if family else frozenset())


def _placement(one: Placement) -> Belongs:
    assert one.programme is not None
    host, child = one.programme.school, _applicant(one.application.applicant)
    return Belongs(frozenset({host.organisation_id}), child.counties | {host.county}, frozenset(), child.family)


def actors(zone: Zone) -> st.SearchStrategy[Actor]:
    """Anybody: up to three grants of any role for any office, or a family's account, or both at once."""
    fitting = {kind: [one for one in zone.offices if one.kind is kind] for kind in OrganisationKind}
    usual = [(role, office) for role, kind in KIND_OF.items() for office in fitting[kind]]
    strange = [(role, office) for role in sorted(STAFF) for office in zone.offices]
    staff = st.one_of(st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(strange)).map(_grant)
    own = st.builds(Grant, st.sampled_from([Role.APPLICANT, Role.GUARDIAN]))
    return st.builds(
        lambda account_id, grants: Actor(account_id, "anybody", tuple(grants)),
        st.sampled_from([*zone.families, uuid.uuid4()]),
        st.lists(st.one_of(staff, staff, own), min_size=1, max_size=3),
    )


def _grant(given: tuple[Role, Organisation]) -> Grant:
    role, office = given
    return Grant(role, office.id, office.kind, office.division)


def test_proof_13_no_list_holds_a_foreign_row(zone: Zone, figure: Figure) -> None:
    tried = {name: 0 for name in zone.lists}
    rows = 0

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
    @given(actors(zone), st.sampled_from(sorted(zone.lists)), st.data())
    def look(actor: Actor, name: str, data: st.DataObject) -> None:
        nonlocal rows
        one = zone.lists[name]
        wanted = data.draw(st.sampled_from(one.filters or ("",)))
        sort = data.draw(st.sampled_from(["", *_sorts(one.spec)]))
        arguments = MultiDict({"q": wanted, "sort": sort} if one.spec else {})
        shown, allowed = one.shown(actor, arguments), one.allowed(actor)
        assert shown <= allowed, f"{name} shows foreign rows to {actor.grants}"
        assert wanted or shown == allowed, f"{name} hides rows from {actor.grants}"
        tried[name] += 1
        rows += len(shown)
        db.session.rollback()

    look()
    parts = ", ".join(f"{name} {count}" for name, count in tried.items())
    figure(f"proof 13: {sum(tried.values())} looks of generated people at {len(tried)} lists ({parts}), "
           f"{rows} rows shown, 0 foreign, 0 missing")  # fmt: skip


def _sorts(spec: ListSpec[Any] | None) -> list[str]:
    if spec is None:
        return []
    keys = [one.key for one in spec.columns if one.sort is not None]
    return [*keys, *(f"-{key}" for key in keys)]
