"""The chain of a round in figures: places, applications, passed, admitted, accepted, arrived, registered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

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
from registry.students.models import Spell, StatusEntry
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
    counted = {
        "applied": _applications(round_id, Application.state.in_(_SENT)),
        "passed": _applications(round_id, Application.state == ApplicationState.PASSED),
        "admitted": _by_county(_released(round_id)),
        "accepted": _by_county(
            _released(round_id)
            .join(Confirmation, Confirmation.placement_id == Placement.id)
            .where(Confirmation.state == ConfirmationState.ACCEPTED)
        ),
        "arrived": _by_county(_released(round_id).join(Arrival, Arrival.placement_id == Placement.id)),
        "registered": _by_county(_registered(round_id)),
    }
    counties = sorted({*places, *(county for found in counted.values() for county in found)})
    language = current_language()
    return tuple(
        CountyChain(
            county=county,
            name=full_name(county, language),
            places=places.get(county, 0),
            **{step: found.get(county, 0) for step, found in counted.items()},
        )
        for county in counties
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


def _applications(round_id: uuid.UUID, condition: ColumnElement[bool]) -> dict[str, int]:
    query = (
        select(Applicant.county, func.count(Application.id))
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Application.round_id == round_id, condition)
        .group_by(Applicant.county)
    )
    return {county: count for county, count in db.session.execute(query)}


def _released(round_id: uuid.UUID) -> Select[Placement]:
    """Released places of the round, joined to their applicants."""
    return (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Application.round_id == round_id, Placement.programme_id.is_not(None))
    )


def _registered(round_id: uuid.UUID) -> Select[Placement]:
    """Places whose spell has been approved (学籍注册)."""
    approved = select(StatusEntry.spell_id).where(StatusEntry.status == Status.ENROLLED)
    return (
        _released(round_id)
        .join(Arrival, Arrival.placement_id == Placement.id)
        .join(Spell, Spell.id == Arrival.spell_id)
        .where(Spell.id.in_(approved))
    )


def _by_county(query: Select[Placement]) -> dict[str, int]:
    counted = query.with_only_columns(Applicant.county, func.count(Placement.id)).group_by(Applicant.county)
    return {county: count for county, count in db.session.execute(counted)}


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
