"""Asking for a pass list and loading it, all or nothing; families whose choice it shuts are told.

A load never changes an earlier one: the newest counts, and the lock's fingerprint and the snapshot carry it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, find, find_in, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.notices.facts import Facts
from core.words import Words
from enrolment.applications import notices
from enrolment.applications.eligibility import PassRule
from enrolment.applications.models import (
    Applicant,
    Application,
    ApplicationState,
    ApplicationVersion,
    Choice,
    VersionState,
)
from enrolment.applications.pass_models import PassEffect, PassList, PassListLoad
from enrolment.applications.pass_sheet import Known, Passed
from enrolment.applications.records import hold_round
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.models import PlanProgramme, QuotaCell
from enrolment.plans.queries import plan_in_force
from registry.schools.models import Programme, School

SEE, LOAD = "passes.see", "passes.load"
LONGEST_NAME, LONGEST_BASIS = 30, 200
_LIVE = (VersionState.DRAFT, VersionState.AWAITING_GUARDIAN, VersionState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a new list differs from the one that counts: how many come in, how many fall out."""

    added: int
    removed: int


def open_list(
    actor: Actor, *, round_id: uuid.UUID, programme_id: uuid.UUID, name: str, effect: PassEffect, basis: str
) -> PassList:
    """Say that a programme of the round asks for a list, and what happens to who is not on it.

    Raises NotAllowed for another school's programme, Refused once the round is locked, for a programme outside
    the plan in force, without a name or a basis, or when the programme has this list already.
    """
    label, ground = name.strip(), basis.strip()
    if not label or len(label) > LONGEST_NAME:
        raise Refused(_l("请填写名单名称，例如“面试合格”，最多 30 字。"), field="name")
    if not ground or len(ground) > LONGEST_BASIS:
        raise Refused(_l("请写明公布的招生条件或文件，最多 200 字。"), field="basis")
    with transaction() as session:
        _expect_open(hold_round(round_id))
        if programme_id not in {row.programme_id for row in programmes_for(actor, round_id)}:
            raise NotAllowed(_l("名单由招生学校或学校所在县区教育局载入，您的账号不属于这所学校。"))
        query = select(PassList.id).where(
            PassList.round_id == round_id, PassList.programme_id == programme_id, PassList.name == label
        )
        if session.scalar(query) is not None:
            raise Refused(_l("这个专业已经有同名的名单。"), field="name")
        made = PassList(
            round_id=round_id,
            programme_id=programme_id,
            name=label,
            effect=effect,
            basis=ground,
            opened_by=actor.account_id,
            opened_at=clock.now(),
        )
        session.add(made)
        session.flush()
        record(actor, "applications.open_pass_list", made, effect=effect.value, programme=made.programme.code)
        return made


def load_list(actor: Actor, *, list_id: uuid.UUID, passed: Passed) -> PassListLoad:
    """Load a list that was read without a fault; the newest load counts.

    Raises NotVisible outside the scope, Refused once the round is locked or when it is the list that counts.
    """
    with transaction() as session:
        found = get_list(actor, list_id, LOAD)
        _expect_open(hold_round(found.round_id))
        before = found.newest
        if before is not None and before.sha256 == passed.sha256:
            raise Refused(_l("与现在的名单完全相同，不用再载入。"))
        made = PassListLoad(
            list_id=found.id,
            number=before.number + 1 if before else 1,
            candidates=list(passed.candidates),
            sha256=passed.sha256,
            loaded_by=actor.account_id,
            loaded_at=clock.now(),
        )
        session.add(made)
        session.flush()
        told = _tell_left_out(found, passed.candidates)
        record(
            actor,
            "applications.load_pass_list",
            made,
            programme=found.programme.code,
            count=len(passed.candidates),
            sha256=passed.sha256,
            told=told,
        )
        session.expire(found, ["loads"])
        return made


def difference(found: PassList, passed: Passed) -> Difference:
    """How a list that was read differs from the one that counts."""
    before = set(found.newest.candidates) if found.newest else set()
    now = set(passed.candidates)
    return Difference(len(now - before), len(before - now))


def visible_lists(actor: Actor, permission: str = SEE) -> Select[PassList]:
    """The lists of a school's own programmes, and of the schools that a bureau hosts."""
    query = select(PassList).join(Programme, Programme.id == PassList.programme_id).join(School)
    of_county = School.county.in_(actor.counties(permission))
    return query.where(or_(School.organisation_id.in_(actor.schools(permission)), of_county))


def get_list(actor: Actor, list_id: uuid.UUID, permission: str = SEE) -> PassList:
    """The list with its loads, if visible; NotVisible otherwise."""
    query = (
        visible_lists(actor, permission)
        .where(PassList.id == list_id)
        .options(selectinload(PassList.loads), joinedload(PassList.programme).joinedload(Programme.school))
    )
    return find_in(query)


def programmes_for(actor: Actor, round_id: uuid.UUID) -> Sequence[PlanProgramme]:
    """The programmes of the plan in force for which the actor may load lists."""
    plan = plan_in_force(round_id)
    if plan is None:
        return ()
    query = (
        select(PlanProgramme)
        .join(Programme, Programme.id == PlanProgramme.programme_id)
        .join(School)
        .where(
            PlanProgramme.plan_id == plan.id,
            or_(School.organisation_id.in_(actor.schools(LOAD)), School.county.in_(actor.counties(LOAD))),
        )
        .options(joinedload(PlanProgramme.programme).joinedload(Programme.major))
        .order_by(PlanProgramme.position)
    )
    return db.session.scalars(query).all()


def known_pupils(found: PassList) -> Mapping[str, Known]:
    """Every pupil of the year a list may name, by candidate number."""
    plan = plan_in_force(found.round_id)
    cells = select(QuotaCell.county).join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
    open_to = (
        set(
            db.session.scalars(
                cells.where(
                    PlanProgramme.plan_id == plan.id,
                    PlanProgramme.programme_id == found.programme_id,
                    QuotaCell.seats > 0,
                )
            )
        )
        if plan
        else set()
    )
    pupils = select(Applicant.candidate_number, Applicant.name, Applicant.county).where(
        Applicant.cycle_id == find(Round, found.round_id).cycle_id
    )
    return {number: Known(name, county in open_to) for number, name, county in db.session.execute(pupils)}


def rules_of_round(round_id: uuid.UUID) -> Mapping[uuid.UUID, tuple[PassRule, ...]]:
    """What each programme asks for, as eligibility reads it; one query for the round."""
    rules: dict[uuid.UUID, tuple[PassRule, ...]] = {}
    for one in lists_of_round(round_id):
        passed = frozenset(one.newest.candidates) if one.newest else None
        rule = PassRule(one.name, one.effect is PassEffect.BAR, passed)
        rules[one.programme_id] = (*rules.get(one.programme_id, ()), rule)
    return rules


def lists_of_round(round_id: uuid.UUID) -> Sequence[PassList]:
    """The lists of a round with their loads, in a fixed order."""
    query = (
        select(PassList)
        .where(PassList.round_id == round_id)
        .options(joinedload(PassList.loads), joinedload(PassList.programme).joinedload(Programme.major))
        .order_by(PassList.programme_id, PassList.name)
    )
    return db.session.scalars(query).unique().all()


def _expect_open(in_round: Round) -> None:
    if in_round.state is not RoundState.OPEN:
        raise Refused(_l("本轮已经锁定，名单不能再改。"))


def _tell_left_out(found: PassList, passed: Iterable[str]) -> int:
    """Tell every family that has the programme on its list and is not on the pass list; how many they are."""
    query = (
        select(Application)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .join(ApplicationVersion, ApplicationVersion.application_id == Application.id)
        .join(Choice, Choice.version_id == ApplicationVersion.id)
        .where(
            Application.round_id == found.round_id,
            Application.state != ApplicationState.WITHDRAWN,
            ApplicationVersion.state.in_(_LIVE),
            Choice.programme_id == found.programme_id,
        )
        .options(joinedload(Application.applicant).selectinload(Applicant.guardians))
        .order_by(Application.id)
    )
    on_list = set(passed)
    left = [one for one in db.session.scalars(query).unique() if one.applicant.candidate_number not in on_list]
    programme = Words(found.programme.name("zh"), found.programme.name("en"))
    for one in left:
        facts: Facts = {"programme": programme, "list": found.name}
        notices.tell_family(one.applicant, notices.NOT_ON_LIST, facts, link=f"/applications/{one.id}/choices")
    return len(left)
