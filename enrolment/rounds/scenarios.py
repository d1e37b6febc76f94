"""Scenarios (方案): copies of the plan to try things out, their trials, and the way back into the plan.

A scenario never becomes a result: the only door out is ``adopt``, which makes a draft of the plan.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import canonical_json, db, expect_version, find, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.jobs.operations import request
from core.sheets import BadSheets
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan
from enrolment.plans.operations import import_plan
from enrolment.plans.sheet import PlanSheet
from enrolment.plans.storage import sheet_of
from enrolment.rounds.desk_instance import build_instance
from enrolment.rounds.gather import inputs_of
from enrolment.rounds.scenario_models import LIVE_TRIAL, Scenario, Trial, TrialState
from enrolment.rounds.scenario_sheet import Numbers, Parameters, changed, dump, load, sentence_of

EDIT = "scenarios.edit"
JOB_KIND = "rounds.try"
LONGEST_NAME = 60
MOST_PLACES = 500


def open_scenario(actor: Actor, *, plan_id: uuid.UUID, name: str, note: str = "") -> Scenario:
    """A scenario with the content of a version of the plan. Raises Refused for a name that is taken."""
    plan = find(Plan, plan_id)
    return _add(actor, plan.round_id, plan, sheet_of(plan), name, note, None)


def copy_scenario(actor: Actor, *, scenario_id: uuid.UUID, name: str, note: str = "") -> Scenario:
    """A scenario with the content of another one, whoever owns that."""
    base = find(Scenario, scenario_id)
    return _add(actor, base.round_id, base.based_on, load(base.sheet), name, note, base.id)


def change_scenario(
    actor: Actor, *, scenario_id: uuid.UUID, version: int, numbers: Numbers, parameters: Parameters, note: str
) -> Scenario:
    """Set numbers, rules and note.

    Raises Conflict, NotAllowed for another county's scenario, Refused for what no plan could state.
    """
    with transaction():
        scenario = _own(actor, scenario_id, version)
        before = load(scenario.sheet)
        _put(actor, scenario, changed(before, numbers, parameters), note)
        return scenario


def replace_sheet(actor: Actor, *, scenario_id: uuid.UUID, version: int, sheet: PlanSheet) -> Scenario:
    """Put the content of a plan workbook into a scenario; the same programmes, whatever else differs.

    Raises Refused when the workbook lists other programmes than the plan.
    """
    with transaction():
        scenario = _own(actor, scenario_id, version)
        known = {one.code for one in load(scenario.sheet).programmes}
        strange = sorted(known ^ {one.code for one in sheet.programmes})
        if strange:
            raise Refused(
                _l("方案里的专业要与计划相同，这些专业多了或少了：%(codes)s。", codes="、".join(strange[:10])),
                field="file",
            )
        _put(actor, scenario, sheet, scenario.note)
        return scenario


def request_trial(
    actor: Actor,
    *,
    scenario_id: uuid.UUID,
    settings: Mapping[str, Any],
    more_places: int | None = None,
    asks_conflict: bool = False,
) -> Trial:
    """Ask for one solving of a scenario with the pupils as they stand now; nothing of it reaches the round.

    ``more_places`` asks what so many places more would change, ``asks_conflict`` which named limits contradict
    each other when every class is to open and every guarantee to be filled. Raises Refused while a trial of it
    is on its way, for a number out of range, or when the input is not complete.
    """
    if more_places is not None and not 1 <= more_places <= MOST_PLACES:
        raise Refused(_l("增加的名额应在 1 到 %(most)s 之间。", most=MOST_PLACES), field="more_places")
    with transaction() as session:
        scenario = lock_row(Scenario, scenario_id)
        _expect_owner(actor, scenario)
        if live_trial(scenario_id) is not None:
            raise Refused(_l("这个方案正在模拟，请等它结束，或先取消。"))
        sheet = load(scenario.sheet)
        instance = _instance(scenario.round_id, sheet)
        now = clock.now()
        trial = Trial(
            id=uuid.uuid4(),
            scenario_id=scenario.id,
            sheet=scenario.sheet,
            instance=instance.decode(),
            instance_sha256=hashlib.sha256(instance).hexdigest(),
            population_sha256=population_digest(instance),
            population_at=now,
            settings=dict(settings),
            more_places=more_places,
            asks_conflict=asks_conflict,
            requested_by=actor.account_id,
            requested_at=now,
        )
        trial.job_id = request(actor, JOB_KIND, {"trial_id": str(trial.id), "scenario_id": str(scenario.id)}).id
        session.add(trial)
        session.flush()
        record(actor, "scenarios.request_trial", trial, instance=trial.instance_sha256, more_places=more_places)
        return trial


def adopt(actor: Actor, *, scenario_id: uuid.UUID, version: int) -> Plan:
    """Make a draft of the plan from a scenario; from there it goes the way of every plan, to all approvals.

    Raises Refused once the round is locked, when nothing differs from the newest version, or when the scenario
    changes the numbers of another county's schools (its own bureau states those).
    """
    with transaction():
        scenario = _own(actor, scenario_id, version)
        sheet = load(scenario.sheet)
        plan = import_plan(actor, round_id=scenario.round_id, sheet=sheet, source=scenario.sheet.encode())
        scenario.adopted_as_id = plan.id
        record(actor, "scenarios.adopt", scenario, plan=str(plan.id), number=plan.number)
        return plan


def live_trial(scenario_id: uuid.UUID) -> Trial | None:
    """The trial of a scenario that is on its way, if any."""
    query = select(Trial).where(Trial.scenario_id == scenario_id, Trial.state.in_(LIVE_TRIAL))
    return db.session.scalars(query).one_or_none()


def end_trial(
    actor: Signature, trial_id: uuid.UUID, *, state: TrialState, why: str = "", conflict: Sequence[str] = ()
) -> None:
    """Inside a transaction: a trial that failed or was cancelled, with the reason and the limits that conflict."""
    trial = lock_row(Trial, trial_id)
    if trial.state not in LIVE_TRIAL:
        return
    trial.conflict = [*conflict]
    trial.state, trial.finished_at, trial.failure = state, clock.now(), why
    record(actor, "scenarios.end_trial", trial, state=state.value, why=why[:500])


def population_digest(instance: bytes) -> str:
    """SHA-256 over the applicants of an instance and those taken elsewhere."""
    told = json.loads(instance)
    return hashlib.sha256(canonical_json([told["applicants"], told["taken"]]).encode()).hexdigest()


def _instance(round_id: uuid.UUID, sheet: PlanSheet) -> bytes:
    marked, people = inputs_of(round_id, sheet)
    if not any(county.candidates for county in people.counties):
        raise Refused(_l("还没有预审通过的报名，不能模拟。"))
    try:
        return build_instance(marked, people)
    except BadSheets as error:
        raise Refused(sentence_of(error)) from error


def _add(
    actor: Actor,
    round_id: uuid.UUID,
    based_on: Plan,
    sheet: PlanSheet,
    name: str,
    note: str,
    copied_from: uuid.UUID | None,
) -> Scenario:
    county = next(iter(sorted(actor.counties(EDIT))), None)
    if county is None:
        raise NotAllowed(_l("方案由县区教育局建立，您的账号不属于县区教育局。"))
    wanted = name.strip()
    if not 1 <= len(wanted) <= LONGEST_NAME:
        raise Refused(_l("请给方案起一个名称，最多 %(most)s 字。", most=LONGEST_NAME), field="name")
    with transaction() as session:
        lock_row(Round, round_id)
        if session.scalar(select(Scenario.id).where(Scenario.round_id == round_id, Scenario.name == wanted)):
            raise Refused(_l("本轮已有叫“%(name)s”的方案，请换一个名称。", name=wanted), field="name")
        scenario = Scenario(
            round_id=round_id,
            county=county,
            name=wanted,
            note=note.strip(),
            based_on_id=based_on.id,
            copied_from_id=copied_from,
            sheet=dump(sheet),
            created_at=clock.now(),
            created_by=actor.account_id,
        )
        session.add(scenario)
        session.flush()
        record(actor, "scenarios.open", scenario, plan=based_on.number, sha256=_digest(scenario.sheet))
        return scenario


def _own(actor: Actor, scenario_id: uuid.UUID, version: int) -> Scenario:
    scenario = lock_row(Scenario, scenario_id)
    _expect_owner(actor, scenario)
    expect_version(scenario, version)
    return scenario


def _expect_owner(actor: Actor, scenario: Scenario) -> None:
    if scenario.county not in actor.counties(EDIT):
        raise NotAllowed(_l("这个方案由其他县区教育局建立。请复制一份，再修改和模拟。"))


def _put(actor: Actor, scenario: Scenario, sheet: PlanSheet, note: str) -> None:
    text = dump(sheet)
    if text == scenario.sheet and note.strip() == scenario.note:
        raise Refused(_l("没有改动，不用保存。"))
    record(actor, "scenarios.change", scenario, before=_digest(scenario.sheet), after=_digest(text))
    scenario.sheet, scenario.note = text, note.strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
