"""A small world for the access proofs: one home county, and everybody who lives in it or elsewhere.

The year's first round went all the way: solved, released, accepted, arrived. The second one is open. A room
whose routes carry a new kind of id adds its object of the home county to ``objects.py``; the proofs then try it
from everywhere, and fail as long as an id has no object.
"""

import datetime as dt

from sqlalchemy import select

from core import clock
from core.access import Organisation, OrganisationKind, Role
from core.db import db, housekeeping
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import Arrival, ArrivalMethod
from enrolment.confirmations.operations import accept, arrive
from enrolment.cycles.models import CountyWindow, Cycle, Round
from enrolment.cycles.policy import keep_sheets
from enrolment.plans.states import PlanState
from enrolment.results import operations as results
from enrolment.results.models import Placement, Publication, SealedRoster
from enrolment.results.visibility import released_placement_of
from registry.schools.models import School, SchoolYear
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import Stage, ready, solved
from tests.factories import account, organisation, school
from tests.house import objects
from tests.house.inhabitants import HERE, THERE, Inhabitant, World

CHILD, NEIGHBOUR, STRANGER = "赵一", "钱二", "李四"
SITE = "https://localhost/verify"


def build() -> World:
    """The world: two rounds, schools and bureaus of two counties in two provinces, three families."""
    home, beside, far = school(HERE, name="甲职校"), school(HERE, name="乙职校"), school(THERE, name="丙职校")
    with clock.frozen(clock.now() - dt.timedelta(days=3)):
        stage = ready(home)
        with housekeeping():
            keep_sheets(stage.round, db.session.scalars(select(CountyWindow)).all())
        placement, arrival = _played(stage)
    open_round = _second_round(stage)
    inhabitants = (*_offices(home, beside, far), *_families(stage))
    assert {one.role for one in inhabitants} == set(Role)
    child = stage.applications[CHILD].applicant
    application = make.application(child, open_round, [stage.second])
    world = World(inhabitants, {}, placement.application_id)
    publication = db.session.scalars(select(Publication)).one()
    made = {name: builder(world) for name, builder in objects.objects(home, child).items()}
    plan = make.plan(open_round, [(stage.first, {HERE: 2, THERE: 1})], state=PlanState.DRAFT)
    made |= {
        "application_id": application.id,
        "clash_id": objects.clash(application),
        "placement_id": placement.id,
        "arrival_id": arrival.id,
        "cycle_id": open_round.cycle_id,
        "round_id": open_round.id,
        "plan_id": plan.id,
        **objects.trial(stage, world),
        "return_id": objects.file_return(stage, placement),
        "move_id": objects.move(plan, world),
        "revision_id": objects.revision(world),
        "list_id": objects.pass_list(home, open_round, stage.first),
        "run_id": placement.run_id,
        "publication_id": publication.id,
        "roster_id": db.session.scalars(select(SealedRoster.id)).one(),
        "case_id": objects.case(placement, child, publication),
        "school_id": home.id,
        "school_year_id": db.session.scalars(select(SchoolYear.id).where(SchoolYear.school_id == home.id)).one(),
        "programme_id": stage.first.id,
        **objects.exchange(world),
    }
    return World(inhabitants, made, placement.application_id)


def _played(stage: Stage) -> tuple[Placement, Arrival]:
    """Solve, release; the home child has a place to answer, the neighbour has accepted one and arrived."""
    run = solved(stage)
    release = clock.now() + dt.timedelta(hours=1)
    publication = results.propose(stage.actor, run_id=run.id, release_at=release)
    results.approve(stage.other, publication_id=publication.id, version=publication.version, typed=3)
    with clock.frozen(release):
        placement, accepted = (released_placement_of(stage.applications[name].id) for name in (CHILD, NEIGHBOUR))
        assert placement is not None
        assert accepted is not None
        accept(actor_for(stage.applications[NEIGHBOUR].applicant.account_id), placement=accepted, site=SITE)
        letter = letter_of(accepted.id)
        assert letter is not None
        desk = actor_for(account(Role.SCHOOL_REGISTRAR, stage.school.organisation))
        return placement, arrive(desk, raw=letter.number, method=ArrivalMethod.NUMBER)


def _second_round(stage: Stage) -> Round:
    cycle = db.session.get_one(Cycle, stage.round.cycle_id)
    dates = make.windows(cycle, round_number=2)
    opened = make.round_(cycle, number=2)
    with housekeeping():
        keep_sheets(opened, dates)
    return opened


def _offices(home: School, beside: School, far: School) -> list[Inhabitant]:
    bureaus = {county: organisation(OrganisationKind.COUNTY, county) for county in (HERE, THERE)}
    provinces = {county: organisation(OrganisationKind.PROVINCE, county[:2] + "0000") for county in (HERE, THERE)}
    places: dict[Role, list[tuple[str, Organisation | None]]] = {
        role: [("home", bureaus[HERE]), ("other county", bureaus[THERE])]
        for role in (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER)
    }
    places[Role.PROVINCE_OFFICER] = [("home", provinces[HERE]), ("other province", provinces[THERE])]
    for role in (Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR):
        places[role] = [
            ("home", home.organisation),
            ("own county, other school", beside.organisation),
            ("other county", far.organisation),
        ]
    places[Role.COMMITTEE] = [("home", organisation(OrganisationKind.COMMITTEE))]
    for role in (Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        places[role] = [("home", None)]
    return [Inhabitant(role, name, account(role, at).id) for role, found in places.items() for name, at in found]


def _families(stage: Stage) -> list[Inhabitant]:
    found = []
    for place, name in (("home", CHILD), ("own county, other pupil", NEIGHBOUR), ("other county", STRANGER)):
        child = stage.applications[name].applicant
        for role, owner in ((Role.APPLICANT, child.account_id), (Role.GUARDIAN, child.guardians[0].account_id)):
            assert owner is not None
            found.append(Inhabitant(role, place, owner))
    return found
