"""The chain of a round in figures: places, applications, passed, admitted, accepted, arrived, registered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import db
from core.divisions import full_name
from core.i18n import current_language
from enrolment.applications.models import Applicant, Application
from enrolment.applications.states import ApplicationState
from enrolment.confirmations.models import Arrival, Confirmation, ConfirmationState
from enrolment.plans.models import PlanProgramme, QuotaCell
from enrolment.plans.operations import plan_in_force
from enrolment.results.models import Placement
from enrolment.results.visibility import released_placements
from registry.students.models import StatusEntry
from registry.students.states import Status

_SENT = (ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.PASSED, ApplicationState.REFUSED)


@dataclass(frozen=True, slots=True)
class CountyChain:
    """One source county of a round: how many at each step."""

    county: str
    name: str
    places: int
    applied: int
    passed: int
    admitted: int
    accepted: int
    arrived: int
    registered: int


def chains_of(round_id: uuid.UUID) -> tuple[CountyChain, ...]:
    """One line a county of the plan. Results count from their release on, never before."""
    places = _places(round_id)
    applied, placed = _applications(round_id), _placements(round_id)
    counties = sorted({*places, *applied, *placed})
    language = current_language()
    return tuple(
        CountyChain(county, full_name(county, language), places.get(county, 0), *steps)
        for county in counties
        for steps in [(*applied.get(county, (0, 0)), *placed.get(county, (0, 0, 0, 0)))]
    )


def _places(round_id: uuid.UUID) -> dict[str, int]:
    plan = plan_in_force(round_id)
    if plan is None:
        return {}
    query = (
        select(QuotaCell.county, func.sum(QuotaCell.seats))
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .where(PlanProgramme.plan_id == plan.id)
        .group_by(QuotaCell.county)
    )
    return {county: int(seats) for county, seats in db.session.execute(query)}


def _applications(round_id: uuid.UUID) -> dict[str, tuple[int, int]]:
    """Sent and passed applications by source county."""
    passed = func.count().filter(Application.state == ApplicationState.PASSED)
    query = (
        select(Applicant.county, func.count(), passed)
        .select_from(Application)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Application.round_id == round_id, Application.state.in_(_SENT))
        .group_by(Applicant.county)
    )
    return {county: (sent, through) for county, sent, through in db.session.execute(query)}


def _placements(round_id: uuid.UUID) -> dict[str, tuple[int, int, int, int]]:
    """Released places by county: admitted, accepted, arrived, registered (学籍注册: the spell was approved)."""
    approved = select(StatusEntry.spell_id).where(StatusEntry.status == Status.ENROLLED)
    query = (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .outerjoin(Arrival, Arrival.placement_id == Placement.id)
        .where(Application.round_id == round_id, Placement.programme_id.is_not(None))
        .with_only_columns(
            Applicant.county,
            func.count(),
            func.count().filter(Confirmation.state == ConfirmationState.ACCEPTED),
            func.count(Arrival.id),
            func.count().filter(Arrival.spell_id.in_(approved)),
        )
        .group_by(Applicant.county)
    )
    return {county: (placed, yes, came, known) for county, placed, yes, came, known in db.session.execute(query)}


def totals(chains: Sequence[CountyChain]) -> CountyChain:
    """The sum over the counties."""
    return CountyChain(
        county="",
        name="",
        places=sum(one.places for one in chains),
        applied=sum(one.applied for one in chains),
        passed=sum(one.passed for one in chains),
        admitted=sum(one.admitted for one in chains),
        accepted=sum(one.accepted for one in chains),
        arrived=sum(one.arrived for one in chains),
        registered=sum(one.registered for one in chains),
    )
