"""What each county still owes a round: its window, its scores, its list of pupils taken by earlier batches."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from core.db import db
from enrolment.applications.models import Applicant, Application, ApplicationVersion, Choice, SubjectScore
from enrolment.applications.states import ApplicationState, VersionState
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell
from enrolment.rounds.models import TakenList


@dataclass(frozen=True, slots=True)
class CountyInputs:
    """One county of the plan: seats, whether it has dates, pupils, those without any score, taken lists.

    ``shut`` counts choices of programmes that are closed to the county (they are struck).
    """

    county: str
    seats: int
    dated: bool
    pupils: int
    without_scores: int
    lists: int
    shut: int


def county_inputs(round_: Round, plan: Plan, dated: Collection[str]) -> tuple[CountyInputs, ...]:
    """Every county of a plan in its order; ``dated`` are the counties whose window is set."""
    pupils, unscored = _pupils(round_)
    lists = Counter(db.session.scalars(select(TakenList.county).where(TakenList.round_id == round_.id)))
    shut = _shut(round_, plan)
    seats: Counter[str] = Counter()
    for row in plan.programmes:
        for cell in row.cells:
            seats[cell.county] += cell.seats
    return tuple(
        CountyInputs(code, seats[code], code in dated, pupils[code], unscored[code], lists[code], shut[code])
        for code in (str(body["code"]) for body in plan.rules["counties"])
    )


def _pupils(round_: Round) -> tuple[Counter[str], Counter[str]]:
    """Passed pupils by county, and how many of them have not a single score."""
    unscored = ~exists().where(SubjectScore.applicant_id == Applicant.id)
    query = (
        select(Applicant.county, func.count(Application.id), func.count(Application.id).filter(unscored))
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Application.round_id == round_.id,
            Application.state == ApplicationState.PASSED,
            Applicant.taken_elsewhere.is_(False),
        )
        .group_by(Applicant.county)
    )
    rows = db.session.execute(query).all()
    return Counter({county: every for county, every, _none in rows}), Counter({row[0]: row[2] for row in rows})


def _shut(round_: Round, plan: Plan) -> Counter[str]:
    """Choices of programmes that have no seat for the pupil's county, by county."""
    query = (
        select(Applicant.county, func.count(Choice.id))
        .join(ApplicationVersion, ApplicationVersion.id == Choice.version_id)
        .join(Application, Application.id == ApplicationVersion.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .join(PlanProgramme, PlanProgramme.programme_id == Choice.programme_id)
        .join(QuotaCell, QuotaCell.plan_programme_id == PlanProgramme.id)
        .where(
            Application.round_id == round_.id,
            Application.state == ApplicationState.PASSED,
            ApplicationVersion.state == VersionState.SUBMITTED,
            PlanProgramme.plan_id == plan.id,
            QuotaCell.county == Applicant.county,
            QuotaCell.seats == 0,
        )
        .group_by(Applicant.county)
    )
    return Counter({county: count for county, count in db.session.execute(query)})
