"""Which versions of a plan an actor may see. A plan holds no personal data; drafts are the bureaus' own."""

import uuid

from sqlalchemy import Select, false, select

from core.access import Actor, OrganisationKind
from core.errors import NotVisible
from enrolment.plans.models import Plan
from enrolment.plans.queries import load_whole
from enrolment.plans.states import PlanState

SEE = "plans.see"

_OFFICES = frozenset({OrganisationKind.COUNTY, OrganisationKind.PROVINCE, OrganisationKind.COMMITTEE})
_AGREED = (PlanState.APPROVED, PlanState.FROZEN)


def visible_plans(actor: Actor) -> Select[Plan]:
    """Bureaus, provinces and the committee see every version, schools what all bureaus have agreed."""
    kinds = {grant.organisation_kind for grant in actor.grants_for(SEE)}
    if kinds & _OFFICES:
        return select(Plan)
    if OrganisationKind.SCHOOL in kinds:
        return select(Plan).where(Plan.state.in_(_AGREED))
    return select(Plan).where(false())


def get_plan(actor: Actor, plan_id: uuid.UUID) -> Plan:
    """A visible version with all its content; NotVisible otherwise."""
    found = load_whole(visible_plans(actor).where(Plan.id == plan_id))
    if not found:
        raise NotVisible
    return found[0]


def previous_of(actor: Actor, plan: Plan) -> Plan | None:
    """The newest visible version before this one, with all its content."""
    query = (
        visible_plans(actor)
        .where(Plan.round_id == plan.round_id, Plan.number < plan.number)
        .order_by(Plan.number.desc())
        .limit(1)
    )
    return next(iter(load_whole(query)), None)
