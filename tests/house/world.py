"""A small world for the access proofs: one home county, and everybody who lives in it or elsewhere.

A room whose routes carry a new kind of id adds its object of the home county to ``HOME``; the proofs then
try it from everywhere. Without an entry they try an id that does not exist.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from core import clock
from core.access import Organisation, OrganisationKind, Role
from core.access.roles import STAFF
from core.accounts.models import Account, SignInSession
from core.db import db, housekeeping
from core.files.models import StoredFile
from core.files.operations import file_store
from core.jobs.models import Job
from core.notices.models import Delivery, Notice
from enrolment.applications.models import Applicant, ApplicantGuardian
from enrolment.cycles.models import Cycle
from registry.schools.models import School
from tests.enrolment import factories as make
from tests.factories import JS, QP, account, organisation, programme, school, sign_in
from tests.registry.students.test_scope import pupil as student

HERE, THERE = QP, JS


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An account in a place: ``home`` is the place whose objects are tried; ``place`` names it in words."""

    role: Role
    place: str
    account_id: uuid.UUID

    @property
    def home(self) -> bool:
        return self.place == "home"


@dataclass(slots=True)
class World:
    """The offices and one pupil of the home county; the inhabitants of all places."""

    county: Organisation
    school: School
    applicant: Applicant
    guardian: ApplicantGuardian
    inhabitants: list[Inhabitant] = field(default_factory=list)

    def of(self, role: Role, place: str = "home") -> uuid.UUID:
        """The account of a role in a place."""
        return next(one.account_id for one in self.inhabitants if (one.role, one.place) == (role, place))


def build() -> World:
    """The world: a round with an application at home, schools and bureaus of two counties in two provinces."""
    bureaus = {county: organisation(OrganisationKind.COUNTY, county) for county in (HERE, THERE)}
    provinces = {county: organisation(OrganisationKind.PROVINCE, county[:2] + "0000") for county in (HERE, THERE)}
    home, beside, far = school(HERE, name="甲职校"), school(HERE, name="乙职校"), school(THERE, name="丙职校")
    round_ = make.open_round()
    cycle = db.session.get_one(Cycle, round_.cycle_id)
    families = {
        place: make.family(round_, county)
        for place, county in (("home", HERE), ("own county, other pupil", HERE), ("other county", THERE))
    }
    child, parent = families["home"]
    make.application(child, round_, [programme(home)])
    world = World(bureaus[HERE], home, child, parent)
    settle = world.inhabitants.append
    for role in (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER):
        for place, county in (("home", HERE), ("other county", THERE)):
            settle(Inhabitant(role, place, account(role, bureaus[county]).id))
    for place, county in (("home", HERE), ("other province", THERE)):
        settle(Inhabitant(Role.PROVINCE_OFFICER, place, account(Role.PROVINCE_OFFICER, provinces[county]).id))
    for role in (Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR):
        for place, at in (("home", home), ("own county, other school", beside), ("other county", far)):
            settle(Inhabitant(role, place, account(role, at.organisation).id))
    for place, (pupil, guardian) in families.items():
        for role, row in ((Role.APPLICANT, pupil), (Role.GUARDIAN, guardian)):
            assert row.account_id is not None
            settle(Inhabitant(role, place, row.account_id))
    committee = organisation(OrganisationKind.COMMITTEE)
    for role in (Role.COMMITTEE, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        settle(Inhabitant(role, "home", account(role, committee if role is Role.COMMITTEE else None).id))
    assert {one.role for one in world.inhabitants} == set(Role)
    assert cycle.id == child.cycle_id
    return world


def _notice(world: World) -> Notice:
    now = clock.now()
    with housekeeping() as session:
        made = Notice(
            account_id=world.of(Role.APPLICANT),
            template="account.password_changed",
            facts={"at": "-"},
            created_at=now,
            visible_from=now,
        )
        made.deliveries = [Delivery(channel="file", address="13800138000", next_at=now)]
        session.add(made)
    return made


def _session(world: World) -> uuid.UUID:
    query = db.session.query(SignInSession.id).filter_by(account_id=world.of(Role.APPLICANT))
    return query.limit(1).scalar() or uuid.uuid4()


def _job(world: World) -> uuid.UUID:
    with housekeeping() as session:
        made = Job(kind="test.kind", arguments={}, requested_by=world.of(Role.COUNTY_OFFICER), created_at=clock.now())
        session.add(made)
    return made.id


def _paper(world: World) -> uuid.UUID:
    made = make.paper(world.applicant)
    with housekeeping() as session:
        session.get_one(StoredFile, made.file_id).sha256 = file_store().put(b"a picture")
    return made.id


HOME: dict[str, Callable[[World], uuid.UUID]] = {
    "applicant_id": lambda world: world.applicant.id,
    "application_id": lambda world: world.applicant.applications[0].id,
    "guardian_id": lambda world: world.guardian.id,
    "paper_id": _paper,
    "person_id": lambda world: student(world.school, HERE).person_id,
    "account_id": lambda world: world.of(Role.COUNTY_OFFICER),
    "grant_id": lambda world: db.session.get_one(Account, world.of(Role.COUNTY_OFFICER)).grants[0].id,
    "session_id": _session,
    "notice_id": lambda world: _notice(world).id,
    "delivery_id": lambda world: _notice(world).deliveries[0].id,
    "job_id": _job,
}
"""URL argument → the object of the home county (or of its people) that strangers must not find."""

PLATFORM_WIDE = frozenset({Role.COMMITTEE, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
"""Roles without a place: for them there is no "elsewhere"."""

OTHER_VALUES = {"number": 1, "county": HERE, "kind": "identity", "name": "snapshot", "seq": 1}
"""URL arguments that are no ids."""

__all__ = ["HOME", "OTHER_VALUES", "PLATFORM_WIDE", "STAFF", "Inhabitant", "World", "build", "sign_in"]
