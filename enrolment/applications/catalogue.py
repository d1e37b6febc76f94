"""What a round offers to a county's pupils, and how much each programme is wanted. Reading only."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from core.i18n import current_language
from core.policy.entry import EntryFacts
from core.policy.filing import Graduate, HealthCheck
from enrolment.applications.demand import Demand
from enrolment.applications.eligibility import ListRules, Offer, PassRule, Pupil
from enrolment.applications.models import Applicant, Application, ApplicationVersion, Choice, VersionState
from enrolment.applications.pass_lists import rules_of_round
from enrolment.cycles.models import Round, RoundKind
from enrolment.cycles.policy import filing_sheet
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.plans.queries import in_force
from registry.schools.models import Programme, School

_SEX = {"1": "M", "2": "F"}
LEAVERS = {True: Graduate.EARLIER, False: Graduate.THIS_YEAR, None: None}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A round's programmes for one county, in the order of the plan, and the county's rules about lists."""

    county: str
    rows: tuple[PlanProgramme, ...]
    offers: Mapping[uuid.UUID, Offer]
    rules: ListRules
    sheet_version: str
    sheet_digest: str

    @property
    def open_rows(self) -> tuple[PlanProgramme, ...]:
        """The programmes with seats for the county."""
        return tuple(row for row in self.rows if self.offers[row.programme_id].seats > 0)

    def programme(self, programme_id: uuid.UUID) -> Programme | None:
        """A programme of the round, whether or not it is open to the county."""
        return next((row.programme for row in self.rows if row.programme_id == programme_id), None)


def catalogue_of(in_round: Round, county: str) -> Catalogue:
    """The round's programmes with this county's seats. Empty while no plan is approved."""
    rows = _rows(in_round)
    lists = rules_of_round(in_round.id)
    offers = {row.programme_id: offer_of(row, county, lists.get(row.programme_id, ())) for row in rows}
    sheet = filing_sheet(in_round, county)
    rules = sheet.rules
    supplementary = in_round.kind is RoundKind.SUPPLEMENTARY
    most = (rules.supplementary_choices_max if supplementary else rules.choices_max).value
    return Catalogue(
        county=county,
        rows=tuple(rows),
        offers=offers,
        rules=ListRules(
            most=most,
            exclusive={wish.name.zh: wish.text.words for wish in rules.exclusive_wishes.value},
            entry=rules.eligibility.value,
            health_after=rules.health_checks.value is HealthCheck.AFTER,
        ),
        sheet_version=sheet.version,
        sheet_digest=sheet.digest,
    )


def offer_of(row: PlanProgramme, county: str, lists: tuple[PassRule, ...] = ()) -> Offer:
    """One programme of a plan as it is offered to a county; without a cell of its own it is shut."""
    seats = next((cell.seats for cell in row.cells if cell.county == county), 0)
    return Offer(
        programme_id=row.programme_id,
        seats=seats,
        sexes=row.sexes,
        legal_basis=row.legal_basis,
        requires=frozenset(row.requires),
        excludes=frozenset(row.excludes),
        lists=lists,
    )


def pupil_of(applicant: Applicant) -> Pupil:
    """What eligibility looks at, from the county's list."""
    return Pupil(
        county=applicant.county,
        sex=_SEX[applicant.sex],
        tags=frozenset(applicant.tags),
        taken_elsewhere=applicant.taken_elsewhere,
        entry=EntryFacts(
            hukou=applicant.hukou,
            junior_roll=applicant.junior_roll,
            graduate=LEAVERS[applicant.earlier_leaver],
            residence_proof=applicant.residence_proof,
        ),
        number=applicant.candidate_number,
    )


def demand_of(in_round: Round, catalogue: Catalogue, at: dt.datetime) -> Mapping[uuid.UUID, Demand]:
    """Places and first choices of each open programme, of the county's own pupils, counted every full hour.

    Only submitted lists count; the hour keeps anybody from watching a single family's list arrive.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    counted = (
        select(Choice.programme_id, func.count())
        .join(ApplicationVersion, ApplicationVersion.id == Choice.version_id)
        .join(Application, Application.id == ApplicationVersion.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Application.round_id == in_round.id,
            Applicant.county == catalogue.county,
            ApplicationVersion.state == VersionState.SUBMITTED,
            ApplicationVersion.submitted_at < hour,
            Choice.rank == 1,
        )
        .group_by(Choice.programme_id)
    )
    first: dict[uuid.UUID, int] = {programme: count for programme, count in db.session.execute(counted)}
    return {
        row.programme_id: Demand(catalogue.offers[row.programme_id].seats, first.get(row.programme_id, 0))
        for row in catalogue.open_rows
    }


def counted_at(at: dt.datetime) -> str:
    """The moment up to which first choices are counted, in words."""
    return clock.moment_text(at.replace(minute=0, second=0, microsecond=0), current_language())


def _rows(in_round: Round) -> Sequence[PlanProgramme]:
    query = (
        select(PlanProgramme)
        .where(PlanProgramme.plan_id == in_force(in_round.id).with_only_columns(Plan.id).scalar_subquery())
        .order_by(PlanProgramme.position)
        .options(
            joinedload(PlanProgramme.cells),
            joinedload(PlanProgramme.programme).options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).joinedload(School.organisation),
            ),
        )
    )
    return db.session.scalars(query).unique().all()
