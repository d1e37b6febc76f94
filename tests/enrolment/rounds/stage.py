"""A small round ready to be locked: one school, two programmes, pupils of two counties."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.audit.operations import House
from core.db import db, housekeeping
from core.jobs.context import JobContext
from core.jobs.leases import claim
from enrolment.applications.models import Application
from enrolment.applications.states import ApplicationState
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan
from enrolment.plans.operations import import_plan
from enrolment.plans.sheet import CellRow, CountyRow, PlanSheet, ProgrammeRow, RoundRules, SchoolRow
from enrolment.plans.states import PlanState
from enrolment.results.tasks import solve_and_store
from enrolment.rounds.models import Run
from enrolment.rounds.operations import lock, propose_lock, request_run
from registry.schools.models import Programme, School, SchoolYear
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import actor_for
from tests.factories import JS, QP, account, organisation, programme, school

SETTINGS = {"engine": "both", "time_limit_s": 60, "memory_limit_mib": 1024, "workers": 1}
LEASE = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Stage:
    """Everything a test of the later rooms needs; applications by the pupil's name."""

    round: Round
    school: School
    first: Programme
    second: Programme
    plan: Plan
    applications: dict[str, Application]
    approver: Account
    colleague: Account

    @property
    def actor(self) -> Actor:
        return actor_for(self.approver)

    @property
    def other(self) -> Actor:
        return actor_for(self.colleague)


def ready(host: School | None = None) -> Stage:
    """One seat a county in the first programme, one for QP in the second; three pupils of QP, one of JS."""
    host = host or school(JS, name="甲职校")
    with housekeeping() as session:
        year = session.scalars(select(SchoolYear).where(SchoolYear.school_id == host.id)).one()
        year.arrival_place, year.arrival_hours = "一号楼", "08:30—16:30"
        year.bring, year.late_sentence = ["身份证"], "逾期未到视为放弃。"
    first, second = programme(host), programme(host, "660301", college="460301")
    cycle = make.cycle()
    make.windows(cycle, opens=dt.timedelta(days=-9), closes=dt.timedelta(days=-1))
    round_ = make.round_(cycle)
    plan = import_plan(House(), round_id=round_.id, sheet=sheet_for(host, first, second), source=b"plan")
    with housekeeping() as session:
        session.get_one(Plan, plan.id).state = PlanState.APPROVED
    applications = {
        name: _apply(round_, county, name, points, choices)
        for name, county, points, choices in (
            ("赵一", QP, "611.5", (first, second)),
            ("钱二", QP, "611", (first, second)),
            ("孙三", QP, "610", (second, first)),
            ("李四", JS, "500", (first,)),
        )
    }
    bureau = organisation(OrganisationKind.COUNTY, QP, "甲县教育局")
    return Stage(
        round=db.session.get_one(Round, round_.id),
        school=host,
        first=first,
        second=second,
        plan=db.session.get_one(Plan, plan.id),
        applications=applications,
        approver=account(Role.COUNTY_APPROVER, bureau, name="周审批"),
        colleague=account(Role.COUNTY_APPROVER, bureau, name="吴审批"),
    )


def sheet_for(host: School, first: Programme, second: Programme) -> PlanSheet:
    """The plan of the small round."""
    return PlanSheet(
        counties=(CountyRow(QP, "甲县", (("语文", "数学"),)), CountyRow(JS, "乙县")),
        rules=RoundRules(
            year=clock.today().year,
            title="第一轮",
            across="own_county",
            ties="lottery",
            checks="before",
            opening="optimal",
            adjustment="off",
            seed="published-seed",
        ),
        schools=(SchoolRow(host.code, host.name("zh"), host.county),),
        programmes=tuple(
            ProgrammeRow(
                code=one.code,
                name=one.name("zh"),
                school=host.code,
                form=one.form.value,
                years=one.years,
                major_year=2021,
                major_code=one.major_code,
                capacity=2,
                college_year=one.college_catalogue_year,
                college_major=one.college_major_code,
            )
            for one in (first, second)
        ),
        cells=(
            CellRow(first.code, QP, 1),
            CellRow(first.code, JS, 1),
            CellRow(second.code, QP, 1),
            CellRow(second.code, JS, 0),
        ),
    )


def _apply(round_: Round, county: str, name: str, points: str, choices: tuple[Programme, ...]) -> Application:
    pupil, guardian = make.family(
        round_, county, name=name, scores={"语文": (f"{float(points) - 500:g}", "150"), "数学": ("500", "600")}
    )
    return make.application(pupil, round_, choices, state=ApplicationState.PASSED, confirmed_by=guardian)


def locked(stage: Stage) -> Round:
    """Two persons lock the round."""
    propose_lock(stage.other, round_id=stage.round.id, version=stage.round.version)
    return lock(stage.actor, round_id=stage.round.id, version=stage.round.version)


def solved(stage: Stage) -> Run:
    """Lock the round, run the solver for real, and give back the stored run."""
    locked(stage)
    run = request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    work()
    db.session.rollback()
    return db.session.get_one(Run, run.id)


def work() -> None:
    """Do the waiting job as a worker would."""
    db.session.rollback()
    held = claim("test-worker", LEASE)
    assert held is not None
    solve_and_store(JobContext(held, LEASE))
