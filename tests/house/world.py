"""A small world for the access proofs: one home county, and everybody who lives in it or elsewhere.

The year's first round went all the way: solved, released, accepted, arrived. The second one is open. A room
whose routes carry a new kind of id adds its object of the home county to ``_objects``; the proofs then try it
from everywhere, and fail as long as an id has no object.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Organisation, OrganisationKind, Role
from core.accounts.models import Account, SignInSession
from core.accounts.sessions import open_session
from core.db import db, housekeeping
from core.files.models import StoredFile
from core.files.operations import file_store
from core.jobs.models import Job
from core.notices.models import Delivery, Notice
from enrolment.appeals.models import CaseKind, CorrectionCase
from enrolment.applications.clash_models import FilingClash
from enrolment.applications.models import Applicant, Application, ApplicationState, Paper, PaperKind
from enrolment.applications.pass_models import PassEffect, PassList
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import Arrival, ArrivalMethod
from enrolment.confirmations.operations import accept, arrive
from enrolment.cycles import revisions
from enrolment.cycles.models import CountyWindow, Cycle, Round
from enrolment.cycles.policy import keep_sheets
from enrolment.exchange.models import ExchangeKey, ExchangePackage, Way
from enrolment.exchange.packages import Kind, PrivateKeys
from enrolment.plans.models import Plan
from enrolment.plans.move_models import CellMove
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of
from enrolment.results import operations as results
from enrolment.results.models import Placement, Publication, SealedRoster
from enrolment.results.visibility import released_placement_of
from enrolment.rounds.models import FileReturn
from enrolment.rounds.scenario_models import Scenario, Trial, TrialState
from enrolment.rounds.scenario_sheet import dump
from registry.schools.models import Programme, School, SchoolYear
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import Stage, ready, solved
from tests.factories import JS, QP, WJ, account, organisation, school
from tests.registry.students.test_scope import pupil as student

HERE, THERE = QP, JS
CHILD, NEIGHBOUR, STRANGER = "赵一", "钱二", "李四"
SITE = "https://localhost/verify"


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An account in a place: ``home`` is the place whose objects are tried; ``place`` names it in words."""

    role: Role
    place: str
    account_id: uuid.UUID

    @property
    def home(self) -> bool:
        return self.place == "home"


@dataclass(frozen=True, slots=True)
class World:
    """Everybody, and the objects of the home county by the name they have in an address."""

    inhabitants: tuple[Inhabitant, ...]
    home: Mapping[str, uuid.UUID]
    placed_application: uuid.UUID

    def of(self, role: Role, place: str = "home") -> uuid.UUID:
        """The account of a role in a place."""
        return next(one.account_id for one in self.inhabitants if (one.role, one.place) == (role, place))

    def objects(self, endpoint: str) -> Mapping[str, uuid.UUID]:
        """The home objects for a route: the result is that of the round that went all the way."""
        if endpoint == "results.result":
            return {**self.home, "application_id": self.placed_application}
        return self.home


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
    made = {name: builder(world) for name, builder in _objects(home, child).items()}
    plan = make.plan(open_round, [(stage.first, {HERE: 2, THERE: 1})], state=PlanState.DRAFT)
    made |= {
        "application_id": application.id,
        "clash_id": _clash(application),
        "placement_id": placement.id,
        "arrival_id": arrival.id,
        "cycle_id": open_round.cycle_id,
        "round_id": open_round.id,
        "plan_id": plan.id,
        **_trial(stage, world),
        "return_id": _return(stage, placement),
        "move_id": _move(plan, world),
        "revision_id": _revision(world),
        "list_id": _pass_list(home, open_round, stage.first),
        "run_id": placement.run_id,
        "publication_id": publication.id,
        "roster_id": db.session.scalars(select(SealedRoster.id)).one(),
        "case_id": _case(placement, child, publication),
        "school_id": home.id,
        "school_year_id": db.session.scalars(select(SchoolYear.id).where(SchoolYear.school_id == home.id)).one(),
        "programme_id": stage.first.id,
        **_exchange(world),
    }
    return World(inhabitants, made, placement.application_id)


def _trial(stage: Stage, world: World) -> dict[str, uuid.UUID]:
    """A scenario of the home bureau, and a trial of it that was cancelled."""
    owner, job, now = world.of(Role.COUNTY_OFFICER), _job(world), clock.now()
    sheet = dump(sheet_of(db.session.get_one(Plan, stage.plan.id)))
    with housekeeping() as session:
        scenario = Scenario(
            round_id=stage.round.id,
            county=HERE,
            name="Base",
            based_on_id=stage.plan.id,
            sheet=sheet,
            created_at=now,
            created_by=owner,
        )
        session.add(scenario)
        session.flush()
        trial = Trial(
            scenario_id=scenario.id,
            job_id=job,
            state=TrialState.CANCELLED,
            sheet=sheet,
            instance="{}",
            instance_sha256="0" * 64,
            population_sha256="0" * 64,
            population_at=now,
            settings={},
            requested_by=owner,
            requested_at=now,
            finished_at=now,
        )
        session.add(trial)
    return {"scenario_id": scenario.id, "trial_id": trial.id}


def _return(stage: Stage, placement: Placement) -> uuid.UUID:
    """A return of the home child's file that its bureau has not decided."""
    with housekeeping() as session:
        made = FileReturn(
            round_id=stage.round.id,
            run_id=placement.run_id,
            application_id=placement.application_id,
            programme_id=stage.first.id,
            code="health",
            note="复查",
            proposed_by=uuid.uuid4(),
            proposed_at=clock.now(),
        )
        session.add(made)
    return made.id


def _move(plan: Plan, world: World) -> uuid.UUID:
    """A move of one seat in the draft of the open round."""
    cells = {cell.county: cell.id for row in db.session.get_one(Plan, plan.id).programmes for cell in row.cells}
    with housekeeping() as session:
        made = CellMove(
            plan_id=plan.id,
            from_cell_id=cells[HERE],
            to_cell_id=cells[THERE],
            seats=1,
            reason="生源不足",
            proposed_by=world.of(Role.COUNTY_OFFICER),
            proposed_at=clock.now(),
        )
        session.add(made)
    return made.id


def _revision(world: World) -> uuid.UUID:
    """A new edition of the home county's rules that waits for its second person."""
    plain = revisions.PlainRules(4, "文件甲", 3, "文件乙", "批次", "batch", 1, "文件丙")
    officer = actor_for(world.of(Role.COUNTY_OFFICER))
    day = clock.today() + dt.timedelta(days=1)
    return revisions.propose_plain(officer, county=HERE, effective_from=day, plain=plain).id


def _clash(application: Application) -> uuid.UUID:
    """The home child has filed in a third county as well."""
    child, in_round = application.applicant, application.round
    year = db.session.get_one(Cycle, in_round.cycle_id)
    twin = make.applicant(year, WJ, with_account=False, name=child.name, document_number=child.document_number)
    other = make.application(twin, in_round, state=ApplicationState.SUBMITTED)
    with housekeeping() as session:
        made = FilingClash(
            one_id=application.id, other_id=other.id, one_county=HERE, other_county=WJ, opened_at=clock.now()
        )
        session.add(made)
    return made.id


def _pass_list(home: School, in_round: Round, programme: Programme) -> uuid.UUID:
    """A list that the home school's programme asks for in the open round."""
    with housekeeping() as session:
        made = PassList(
            round_id=in_round.id,
            programme_id=programme.id,
            name="面试合格",
            effect=PassEffect.SKIP,
            basis="招生简章",
            opened_by=home.organisation_id,
            opened_at=clock.now(),
        )
        session.add(made)
    return made.id


def _case(placement: Placement, child: Applicant, publication: Publication) -> uuid.UUID:
    """A correction of the home child's placement that waits for its second person."""
    evidence = db.session.get_one(Paper, _paper(child, PaperKind.HEALTH)).file_id
    with housekeeping() as session:
        made = CorrectionCase(
            kind=CaseKind.CORRECTION,
            application_id=placement.application_id,
            placement_id=placement.id,
            reason="录入有误",
            evidence_id=evidence,
            proposed_by=publication.proposed_by,
            proposed_at=clock.now(),
        )
        session.add(made)
    return made.id


def _exchange(world: World) -> dict[str, uuid.UUID]:
    """A fresh key of the home bureau, and a package that it has made."""
    owner, keys, now, file_id = world.of(Role.COUNTY_OFFICER), PrivateKeys.new(), clock.now(), _upload(world)
    with housekeeping() as session:
        key = ExchangeKey(
            holder=HERE,
            county=HERE,
            public=keys.public.text(HERE),
            private="",
            fingerprint=keys.public.fingerprint,
            proposed_by=owner,
            proposed_at=now,
        )
        package = ExchangePackage(
            way=Way.SENT,
            kind=Kind.SCORES,
            year=now.year,
            sender=HERE,
            receiver=THERE,
            number=1,
            sha256="0" * 64,
            content_sha256="0" * 64,
            made_at=now,
            file_id=file_id,
            counts={"people": 1},
            acted_by=owner,
            acted_by_label="x",
            acted_at=now,
        )
        session.add_all((key, package))
    return {"key_id": key.id, "package_id": package.id}


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


def _objects(home: School, child: Applicant) -> dict[str, Callable[[World], uuid.UUID]]:
    """URL argument → what makes the object of the home county (or of its people) that strangers must not find."""
    return {
        "applicant_id": lambda _world: child.id,
        "guardian_id": lambda _world: child.guardians[0].id,
        "paper_id": lambda _world: _paper(child),
        "file_id": _upload,
        "person_id": lambda _world: student(home, HERE).person_id,
        "account_id": lambda world: world.of(Role.COUNTY_OFFICER),
        "grant_id": lambda world: db.session.get_one(Account, world.of(Role.COUNTY_OFFICER)).grants[0].id,
        "session_id": _session,
        "notice_id": lambda world: _notice(world).id,
        "delivery_id": lambda world: _notice(world).deliveries[0].id,
        "job_id": _job,
    }


def _notice(world: World) -> Notice:
    now = clock.now()
    with housekeeping() as session:
        made = Notice(
            account_id=world.of(Role.APPLICANT),
            template="account.password_changed",
            facts={"at": now.isoformat()},
            created_at=now,
            visible_from=now,
        )
        made.deliveries = [Delivery(channel="file", address="13800138000", next_at=now)]
        session.add(made)
    return made


def _session(world: World) -> uuid.UUID:
    """A browser of the home pupil that is signed in for the whole proof."""
    owner = world.of(Role.APPLICANT)
    with housekeeping() as session:
        open_session(session.get_one(Account, owner), address="127.0.0.1")
    return db.session.scalars(select(SignInSession.id).where(SignInSession.account_id == owner)).one()


def _job(world: World) -> uuid.UUID:
    with housekeeping() as session:
        made = Job(kind="test.kind", arguments={}, requested_by=world.of(Role.COUNTY_OFFICER), created_at=clock.now())
        session.add(made)
    return made.id


def _paper(child: Applicant, kind: PaperKind = PaperKind.IDENTITY) -> uuid.UUID:
    made = make.paper(child, kind)
    with housekeeping() as session:
        session.get_one(StoredFile, made.file_id).sha256 = file_store().put(b"a picture")
    return made.id


def _upload(world: World) -> uuid.UUID:
    """What the home officer has uploaded as a list of candidates; its faults are shown to that officer only."""
    data = b"no workbook"
    with housekeeping() as session:
        made = StoredFile(
            sha256=file_store().put(data),
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            extension="xlsx",
            size=len(data),
            stored_at=clock.now(),
            stored_by=world.of(Role.COUNTY_OFFICER),
        )
        session.add(made)
    return made.id


PLATFORM_WIDE = frozenset({Role.COMMITTEE, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
"""Roles without a place: for them there is no "elsewhere"."""

SCHOOLS = frozenset({Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR})

SHARED = {
    "cycle_id": "one year for the whole zone; its timetable is public",
    "scenario_id": "bureaus learn from each other's scenarios, which hold no personal data",
    "trial_id": "a trial belongs to its scenario",
    "plan_id": "a draft belongs to all bureaus alike (and is hidden from schools)",
    "round_id": "one round runs for all counties; every office that may look at rounds looks at the same one",
    "run_id": "one solving for all counties; whoever may look at runs may check the whole of it",
    "revision_id": "rules of entry are public law: every office may read them, only its county revises them",
    "move_id": "a move belongs to its plan; up to three bureaus approve it",
    "publication_id": "one release for all counties; two persons of any bureau make it",
}
"""Objects that belong to all offices alike: who passes the gate may see them, so that nobody is a stranger."""

OTHER_VALUES = {"number": 1, "county": HERE, "kind": "identity", "name": "instance", "seq": 1, "page": "help"}
"""URL arguments that are no ids."""


def is_stranger(one: Inhabitant, argument: str) -> bool:
    """Whether an inhabitant must not find the home object with this name."""
    if argument in ("plan_id", "move_id"):
        return one.role in SCHOOLS
    if argument in SHARED:
        return False
    if argument in ("session_id", "notice_id"):
        return (one.role, one.place) != (Role.APPLICANT, "home")
    return not one.home and one.role not in PLATFORM_WIDE
