"""Which scenarios and trials an actor may see: they hold no personal data, every bureau may learn from another's."""

import uuid

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload, selectinload

from core.access import Actor, OrganisationKind
from core.db import find_in
from enrolment.plans.queries import whole
from enrolment.rounds.scenario_models import Scenario, Trial

SEE = "scenarios.see"
_OFFICES = frozenset({OrganisationKind.COUNTY, OrganisationKind.PROVINCE, OrganisationKind.COMMITTEE})


def visible_scenarios(actor: Actor) -> Select[Scenario]:
    """Those of every round for bureaus, provinces and the committee; nothing for anybody else."""
    if {grant.organisation_kind for grant in actor.grants_for(SEE)} & _OFFICES:
        return select(Scenario)
    return select(Scenario).where(false())


def get_scenario(actor: Actor, scenario_id: uuid.UUID) -> Scenario:
    """A visible scenario with its trials and the plan it is based on, or NotVisible."""
    query = (
        visible_scenarios(actor)
        .where(Scenario.id == scenario_id)
        .options(
            joinedload(Scenario.round),
            selectinload(Scenario.trials).joinedload(Trial.job),
            joinedload(Scenario.based_on).options(*whole()),
        )
    )
    return find_in(query)


def get_trial(actor: Actor, trial_id: uuid.UUID) -> Trial:
    """A trial of a visible scenario, or NotVisible."""
    visible = visible_scenarios(actor).with_only_columns(Scenario.id)
    return find_in(select(Trial).where(Trial.id == trial_id, Trial.scenario_id.in_(visible)))
