"""Reading versions of a plan, whole and in a fixed number of queries."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from core.db import canonical_json, db
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.plans.states import PlanState
from enrolment.plans.storage import plain, sheet_of
from registry.schools.models import Programme, School


def whole() -> tuple[_AbstractLoad, ...]:
    """Load options of everything a plan's sheet and grid say."""
    return (
        joinedload(Plan.round).joinedload(Round.cycle),
        selectinload(Plan.programmes).options(
            selectinload(PlanProgramme.cells),
            joinedload(PlanProgramme.programme).options(
                joinedload(Programme.school).joinedload(School.organisation),
                joinedload(Programme.major),
                joinedload(Programme.college_major),
            ),
        ),
        selectinload(Plan.limits),
        selectinload(Plan.agreements),
    )


def load_whole(plans: Select[Plan]) -> Sequence[Plan]:
    """Versions with all their content, whatever is already loaded of them."""
    return db.session.scalars(plans.options(*whole())).all()


def latest_plan(round_id: uuid.UUID) -> Plan | None:
    """The newest version of a round's plan."""
    newest = select(func.max(Plan.number)).where(Plan.round_id == round_id).scalar_subquery()
    query = select(Plan).where(Plan.round_id == round_id, Plan.number == newest)
    return db.session.scalars(query).one_or_none()


def plan_in_force(round_id: uuid.UUID) -> Plan | None:
    """The frozen version, else the newest approved one: what pupils are shown and choose from."""
    return db.session.scalars(in_force(round_id)).first()


def in_force(round_id: uuid.UUID) -> Select[Plan]:
    """The version in force as a query, for those who read what hangs on it."""
    return (
        select(Plan)
        .where(Plan.round_id == round_id, Plan.state.in_((PlanState.APPROVED, PlanState.FROZEN)))
        .order_by((Plan.state == PlanState.FROZEN).desc(), Plan.number.desc())
        .limit(1)
    )


def plan_digest(plan: Plan) -> str:
    """SHA-256 of the version's sheet as canonical JSON."""
    return hashlib.sha256(canonical_json(plain(asdict(sheet_of(plan)))).encode()).hexdigest()
