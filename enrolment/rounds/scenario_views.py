"""Scenarios: the list, one scenario with its numbers and trials, adopting it into the plan."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.errors import DomainError, Refused
from core.files.gate import check_upload
from core.files.limits import MB, Kind, Limits
from core.i18n import gettext as _
from core.jobs.status import status_of
from core.sheets import BadSheets
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.pages import settings
from core.words import Words
from enrolment.cycles.models import Round, RoundState
from enrolment.plans.queries import latest_plan
from enrolment.plans.sheet import read_plan, write_plan
from enrolment.plans.storage import sheet_of
from enrolment.rounds import scenarios as operations
from enrolment.rounds.conflict_words import said_conflict, said_failure, said_gain
from enrolment.rounds.queries import get_round
from enrolment.rounds.scenario_forms import AdoptForm, MoreForm, NewScenarioForm, RulesForm, TrialForm, WorkbookForm
from enrolment.rounds.scenario_models import LIVE_TRIAL, Scenario
from enrolment.rounds.scenario_pages import changes_of, grid_of, lines_of
from enrolment.rounds.scenario_scope import get_scenario, get_trial
from enrolment.rounds.scenario_sheet import load, parameters_of, posted_numbers

blueprint = Blueprint("scenarios", __name__)

XLSX = Kind.XLSX.media_type
WORKBOOK = Limits(frozenset({Kind.XLSX}), MB, Words("方案工作簿", "scenario workbook"), "个")
_Answer = str | Response | tuple[str, int]


@blueprint.get("/rounds/<uuid:round_id>/scenarios")
@requires("scenarios.see")
def scenarios(round_id: uuid.UUID) -> str:
    return _list_page(get_round(round_id), NewScenarioForm(formdata=None))


@blueprint.post("/rounds/<uuid:round_id>/scenarios")
@requires("scenarios.edit")
def open_(round_id: uuid.UUID) -> _Answer:
    in_round = get_round(round_id)
    form = NewScenarioForm()
    plan = latest_plan(in_round.id)
    if plan is None:
        raise Refused(_("本轮还没有招生计划，先导入计划，再建立方案。"))
    if form.validate():
        try:
            made = operations.open_scenario(
                current_actor(), plan_id=plan.id, name=form.name.data or "", note=form.note.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已建立方案“%(name)s”。它只用于模拟，不会公布。", name=made.name), "success")
            return redirect(url_for(".show", scenario_id=made.id), 303)
    return _list_page(in_round, form), 422


@blueprint.get("/scenarios/<uuid:scenario_id>")
@requires("scenarios.see")
def show(scenario_id: uuid.UUID) -> str:
    return _page(get_scenario(current_actor(), scenario_id))


@blueprint.post("/scenarios/<uuid:scenario_id>/numbers")
@requires("scenarios.edit")
def change(scenario_id: uuid.UUID) -> _Answer:
    scenario = get_scenario(current_actor(), scenario_id)
    form = RulesForm()
    if not form.validate():
        return _page(scenario, rules=form), 422
    try:
        operations.change_scenario(
            current_actor(),
            scenario_id=scenario.id,
            version=form.version.data,
            numbers=posted_numbers(load(scenario.sheet), request.form),
            parameters=form.parameters(),
            note=form.note.data or "",
        )
    except Refused as error:
        form.refuse(error)
        return _page(get_scenario(current_actor(), scenario_id), rules=form), 422
    flash(_("方案已保存。点“运行模拟”看结果。"), "success")
    return redirect(url_for(".show", scenario_id=scenario.id), 303)


@blueprint.post("/scenarios/<uuid:scenario_id>/copies")
@requires("scenarios.edit")
def copy(scenario_id: uuid.UUID) -> _Answer:
    scenario = get_scenario(current_actor(), scenario_id)
    form = NewScenarioForm()
    if form.validate():
        try:
            made = operations.copy_scenario(
                current_actor(), scenario_id=scenario.id, name=form.name.data or "", note=form.note.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已复制为方案“%(name)s”。", name=made.name), "success")
            return redirect(url_for(".show", scenario_id=made.id), 303)
    return _page(scenario, copy_form=form), 422


@blueprint.post("/scenarios/<uuid:scenario_id>/trials")
@requires("scenarios.edit")
def request_trial(scenario_id: uuid.UUID) -> Response:
    scenario = get_scenario(current_actor(), scenario_id)
    limits = settings()
    more = MoreForm()
    asks = "more_places" in request.form
    if asks and not more.validate():
        raise Refused(_("增加的名额应填写 1 到 500 的整数。"), field="more_places")
    operations.request_trial(
        current_actor(),
        scenario_id=scenario.id,
        settings={
            "engine": "both",
            "time_limit_s": limits.solver_seconds,
            "memory_limit_mib": limits.solver_memory_mib,
            "workers": 1,
        },
        more_places=more.more_places.data if asks else None,
        asks_conflict="asks_conflict" in request.form,
    )
    return redirect(url_for(".show", scenario_id=scenario.id), 303)


@blueprint.post("/scenarios/<uuid:scenario_id>/adopt")
@requires("scenarios.edit")
def adopt(scenario_id: uuid.UUID) -> Response:
    scenario = get_scenario(current_actor(), scenario_id)
    form = AdoptForm()
    version = form.version.data if form.validate() and form.version.data is not None else scenario.version
    plan = operations.adopt(current_actor(), scenario_id=scenario.id, version=version)
    flash(_("已采用为招生计划第 %(number)s 版草稿。报送后由各县区批准。", number=plan.number), "success")
    return redirect(url_for("plans.version", plan_id=plan.id), 303)


@blueprint.get("/scenarios/<uuid:scenario_id>/workbook")
@requires("scenarios.see")
def workbook(scenario_id: uuid.UUID) -> Response:
    scenario = get_scenario(current_actor(), scenario_id)
    name = _("方案 %(name)s", name=scenario.name)
    return download(write_plan(load(scenario.sheet)), name=f"{name}.xlsx", mimetype=XLSX)


@blueprint.post("/scenarios/<uuid:scenario_id>/workbook")
@requires("scenarios.edit")
def upload(scenario_id: uuid.UUID) -> _Answer:
    scenario = get_scenario(current_actor(), scenario_id)
    form = WorkbookForm()
    if not form.validate():
        return _page(scenario, upload_form=form), 422
    try:
        accepted = check_upload(form.file.data.stream, form.file.data.filename or "", WORKBOOK)
        sheet = read_plan(accepted.data)
        operations.replace_sheet(current_actor(), scenario_id=scenario.id, version=form.version.data, sheet=sheet)
    except BadSheets as error:
        return _page(scenario, upload_form=form, faults=error.faults), 422
    except Refused as error:
        form.refuse(error)
        return _page(get_scenario(current_actor(), scenario_id), upload_form=form), 422
    flash(_("方案已换成工作簿的内容。"), "success")
    return redirect(url_for(".show", scenario_id=scenario.id), 303)


@blueprint.get("/trials/<uuid:trial_id>")
@requires("scenarios.see")
def trial(trial_id: uuid.UUID) -> str:
    found = get_trial(current_actor(), trial_id)
    return render_template(
        "enrolment/rounds/trial.html",
        trial=found,
        job=status_of(found.job),
        running=found.state in LIVE_TRIAL,
        failure=said_failure(found),
        conflict=said_conflict(found),
        gain=said_gain(found),
    )


def _list_page(in_round: Round, form: NewScenarioForm) -> str:
    return render_template(
        "enrolment/rounds/scenarios.html",
        round=in_round,
        lines=lines_of(current_actor(), in_round),
        plan=latest_plan(in_round.id),
        form=form,
        mine=current_actor().counties(operations.EDIT),
    )


def _page(
    scenario: Scenario,
    *,
    rules: RulesForm | None = None,
    copy_form: NewScenarioForm | None = None,
    upload_form: WorkbookForm | None = None,
    faults: object = (),
) -> str:
    sheet = load(scenario.sheet)
    trials = scenario.trials
    newest = trials[0] if trials else None
    stated = parameters_of(sheet)
    mine = scenario.county in current_actor().counties(operations.EDIT)
    return render_template(
        "enrolment/rounds/scenario.html",
        scenario=scenario,
        sheet=sheet,
        mine=mine,
        grid=grid_of(sheet, sheet_of(scenario.based_on)),
        changes=changes_of(scenario),
        trials=trials,
        newest=newest,
        job=status_of(newest.job) if newest else None,
        running=newest is not None and newest.state in LIVE_TRIAL,
        failure=said_failure(newest) if newest else "",
        conflict=said_conflict(newest) if newest else (),
        gain=said_gain(newest) if newest else None,
        rules=rules or RulesForm(formdata=None, obj=stated, version=scenario.version, note=scenario.note),
        copy_form=copy_form or NewScenarioForm(formdata=None),
        trial_form=TrialForm(formdata=None),
        more_form=MoreForm(formdata=None),
        adopt_form=AdoptForm(formdata=None, version=scenario.version),
        upload_form=upload_form or WorkbookForm(formdata=None, version=scenario.version),
        open_round=scenario.round.state is RoundState.OPEN,
        faults=faults,
    )
