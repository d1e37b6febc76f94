"""The objects of the home county: one of each kind that has an id in an address."""

import datetime as dt
import uuid
from collections.abc import Callable

from sqlalchemy import select

from core import clock
from core.access import Role
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
from enrolment.cycles import revisions
from enrolment.cycles.models import Cycle, Round
from enrolment.exchange.models import ExchangeKey, ExchangePackage, Way
from enrolment.exchange.packages import Kind, PrivateKeys
from enrolment.plans.models import Plan
from enrolment.plans.move_models import CellMove
from enrolment.plans.storage import sheet_of
from enrolment.results.models import Placement, Publication
from enrolment.rounds.models import FileReturn
from enrolment.rounds.scenario_models import Scenario, Trial, TrialState
from enrolment.rounds.scenario_sheet import dump
from registry.schools.models import Programme, School
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.rounds.stage import Stage
from tests.factories import WJ
from tests.house.inhabitants import HERE, THERE, World
from tests.registry.students.test_scope import pupil as student


def trial(stage: Stage, world: World) -> dict[str, uuid.UUID]:
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


def file_return(stage: Stage, placement: Placement) -> uuid.UUID:
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


def move(plan: Plan, world: World) -> uuid.UUID:
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


def revision(world: World) -> uuid.UUID:
    """A new edition of the home county's rules that waits for its second person."""
    plain = revisions.PlainRules(4, "文件甲", 3, "文件乙", "批次", "batch", 1, "文件丙")
    officer = actor_for(world.of(Role.COUNTY_OFFICER))
    day = clock.today() + dt.timedelta(days=1)
    return revisions.propose_plain(officer, county=HERE, effective_from=day, plain=plain).id


def clash(application: Application) -> uuid.UUID:
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


def pass_list(home: School, in_round: Round, programme: Programme) -> uuid.UUID:
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


def case(placement: Placement, child: Applicant, publication: Publication) -> uuid.UUID:
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


def exchange(world: World) -> dict[str, uuid.UUID]:
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


def objects(home: School, child: Applicant) -> dict[str, Callable[[World], uuid.UUID]]:
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
