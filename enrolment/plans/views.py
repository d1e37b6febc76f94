"""The versions of the plan: list, grid, workbook out and in."""

import base64
import io
import uuid
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Actor, requires
from core.errors import Refused
from core.files.gate import check_upload
from core.files.limits import MB, Kind, Limits
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.sheets import BadSheets
from core.web.actor import current_actor
from core.web.downloads import download
from core.words import Words
from enrolment.cycles.models import Round, RoundState
from enrolment.cycles.queries import current_cycle, newest_round
from enrolment.cycles.words import county_text
from enrolment.plans import operations
from enrolment.plans.differences import PlanDifference, counts_of, difference
from enrolment.plans.forms import GridForm, ImportForm, ReturnForm, StepForm, UploadForm
from enrolment.plans.graduates import graduates_of, last_year_of
from enrolment.plans.grid import grid_of
from enrolment.plans.models import Plan
from enrolment.plans.names import programme_words, registered_names
from enrolment.plans.queries import load_whole
from enrolment.plans.scope import get_plan, previous_of, visible_plans
from enrolment.plans.sheet import PlanSheet, plan_template, read_plan, write_plan
from enrolment.plans.states import PlanState
from enrolment.plans.storage import sheet_of

blueprint = Blueprint("plans", __name__, url_prefix="/plans")

XLSX = Kind.XLSX.media_type
WORKBOOK = Limits(frozenset({Kind.XLSX}), MB, Words("招生计划工作簿", "plan workbook"), "个")
_Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list, with what it changed against the one before."""

    plan: Plan
    seats: int
    difference: PlanDifference | None


@blueprint.get("")
@requires("plans.see")
def versions() -> str:
    actor = current_actor()
    in_round = _round()
    plans = load_whole(visible_plans(actor).where(Plan.round_id == in_round.id)) if in_round else ()
    lines: list[VersionLine] = []
    before: PlanSheet | None = None
    for plan in sorted(plans, key=lambda one: one.number):
        sheet = sheet_of(plan)
        lines.append(VersionLine(plan, counts_of(sheet).seats, difference(before, sheet) if before else None))
        before = sheet
    return render_template(
        "enrolment/plans/versions.html",
        round=in_round,
        lines=tuple(reversed(lines)),
        may_import=_may_import(actor, in_round),
    )


@blueprint.get("/template")
@requires("plans.see")
def template() -> Response:
    return download(plan_template(), name=f"{_('招生计划模板')}.xlsx", mimetype=XLSX)


@blueprint.route("/import", methods=["GET", "POST"])
@requires("plans.edit")
def upload() -> _Answer:
    in_round = _open_round()
    form = UploadForm()
    if not form.validate_on_submit():
        page = render_template("enrolment/plans/upload.html", form=form, round=in_round, faults=())
        return (page, 422) if form.errors else page
    try:
        accepted = check_upload(form.file.data.stream, form.file.data.filename or "", WORKBOOK)
        sheet = read_plan(accepted.data)
    except Refused as error:
        form.refuse(error)
    except BadSheets as error:
        return render_template("enrolment/plans/upload.html", form=form, round=in_round, faults=error.faults), 422
    else:
        return _check_page(in_round, sheet, accepted.data)
    return render_template("enrolment/plans/upload.html", form=form, round=in_round, faults=()), 422


@blueprint.post("/import/confirm")
@requires("plans.edit")
def confirm_import() -> Response:
    in_round = _open_round()
    form = ImportForm()
    if not form.validate():
        raise Refused(_l("没有收到完整的文件，请重新选择文件。"))
    try:
        data = check_upload(io.BytesIO(form.data_bytes()), "plan.xlsx", WORKBOOK).data
        sheet = read_plan(data)
    except BadSheets as error:
        raise Refused(error.faults[0].sentence) from error
    plan = operations.import_plan(current_actor(), round_id=in_round.id, sheet=sheet, source=data)
    flash(_("已导入为第 %(number)s 版草稿。核对后请报送。", number=plan.number), "success")
    return redirect(url_for(".version", plan_id=plan.id), 303)


@blueprint.get("/<uuid:plan_id>")
@requires("plans.see")
def version(plan_id: uuid.UUID) -> str:
    plan = get_plan(current_actor(), plan_id)
    return render_template("enrolment/plans/version.html", **_version_parts(plan))


@blueprint.post("/<uuid:plan_id>/cells")
@requires("plans.edit")
def save_cells(plan_id: uuid.UUID) -> Response:
    plan = get_plan(current_actor(), plan_id)
    form = GridForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有收到完整的表格，请重新打开这一版计划。"))
    changed = operations.change_cells(
        current_actor(), plan_id=plan.id, version=form.version.data, seats=_posted_seats(plan)
    )
    flash(_("已保存 %(count)s 个计划数。", count=len(changed)), "success")
    return redirect(url_for(".version", plan_id=plan.id), 303)


@blueprint.get("/<uuid:plan_id>/workbook")
@requires("plans.see")
def workbook(plan_id: uuid.UUID) -> Response:
    plan = get_plan(current_actor(), plan_id)
    name = _("招生计划 %(year)s 第%(round)s轮 第%(number)s版", year=plan.round.cycle.year, round=plan.round.number,
             number=plan.number)  # fmt: skip
    return download(write_plan(sheet_of(plan)), name=f"{name}.xlsx", mimetype=XLSX)


def _check_page(in_round: Round, sheet: PlanSheet, data: bytes) -> str:
    latest = operations.latest_plan(in_round.id)
    form = ImportForm(formdata=None)
    form.workbook.data = base64.b64encode(data).decode()
    return render_template(
        "enrolment/plans/check.html",
        form=form,
        round=in_round,
        sheet=sheet,
        counts=counts_of(sheet),
        latest=latest,
        difference=difference(sheet_of(latest) if latest else None, sheet),
        names={one.code: county_text(one.code) for one in sheet.counties},
        programmes=registered_names(one.code for one in sheet.programmes),
    )


def _version_parts(plan: Plan) -> dict[str, object]:
    """What the page of one version shows."""
    actor = current_actor()
    before = previous_of(actor, plan)
    editable = plan.state is PlanState.DRAFT and plan.round.state is RoundState.OPEN
    hosts = actor.counties(operations.EDIT) if editable else frozenset()
    counties = {str(body["code"]): county_text(str(body["code"])) for body in plan.rules["counties"]}
    given = {one.county: one for one in plan.agreements}
    newest = operations.latest_plan(plan.round_id)
    sheet = sheet_of(plan)
    return {
        "plan": plan,
        "before": before,
        "grid": grid_of(
            plan,
            before=before,
            last_year=last_year_of(plan),
            hosts=hosts,
            graduates=graduates_of(plan.round.cycle_id),
        ),
        "difference": difference(sheet_of(before), sheet) if before else None,
        "counts": counts_of(sheet),
        "names": counties,
        "programmes": {
            row.programme.code: programme_words(row) for one in (before, plan) if one for row in one.programmes
        },
        "agreements": tuple((name, given.get(code)) for code, name in counties.items()),
        "may_agree": bool(actor.counties("plans.agree") & (counties.keys() - given.keys())),
        "newest": newest is not None and newest.id == plan.id,
        "may_import": _may_import(actor, plan.round),
        "form": GridForm(obj=plan),
        "return_form": ReturnForm(obj=plan, prefix=""),
        "step_form": StepForm(obj=plan),
    }


def _posted_seats(plan: Plan) -> dict[uuid.UUID, int]:
    """The numbers of the posted grid; a cell that was not posted stays. Raises Refused naming a bad one."""
    seats: dict[uuid.UUID, int] = {}
    for row in plan.programmes:
        for cell in row.cells:
            raw = request.form.get(f"seats-{cell.id}")
            if raw is None:
                continue
            text = raw.strip()
            if not (text.isdecimal() and len(text) <= 4):
                raise Refused(
                    _l(
                        "%(name)s的计划数应填写 0 到 9999 的整数，您填写了“%(text)s”。请返回上一页修改。",
                        name=row.stated["name"],
                        text=text[:20],
                    )
                )
            seats[cell.id] = int(text)
    return seats


def _round() -> Round | None:
    cycle = current_cycle()
    return newest_round(cycle) if cycle else None


def _open_round() -> Round:
    found = _round()
    if found is None or found.state is not RoundState.OPEN:
        raise Refused(_l("现在没有开启的轮次。执委会开启轮次后才能导入计划。"))
    return found


def _may_import(actor: Actor, in_round: Round | None) -> bool:
    return actor.may(operations.EDIT) and in_round is not None and in_round.state is RoundState.OPEN
