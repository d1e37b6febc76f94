"""The buttons that move a version on: report, return, agree, make a new version."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from enrolment.plans import operations
from enrolment.plans.forms import ReturnForm, StepForm
from enrolment.plans.scope import get_plan
from enrolment.plans.states import PlanState

steps = Blueprint("plan_steps", __name__, url_prefix="/plans")


@steps.post("/<uuid:plan_id>/report")
@requires("plans.edit")
def report(plan_id: uuid.UUID) -> Response:
    plan = get_plan(current_actor(), plan_id)
    operations.report(current_actor(), plan_id=plan.id, version=_version())
    flash(_("第 %(number)s 版已报送，等各县区批准。", number=plan.number), "success")
    return redirect(url_for("plans.version", plan_id=plan.id), 303)


@steps.route("/<uuid:plan_id>/return", methods=["GET", "POST"])
@requires("plans.agree")
def return_(plan_id: uuid.UUID) -> str | Response | tuple[str, int]:
    plan = get_plan(current_actor(), plan_id)
    form = ReturnForm(obj=plan)
    if form.validate_on_submit() and form.version.data is not None:
        try:
            operations.return_to_draft(
                current_actor(), plan_id=plan.id, version=form.version.data, reason=form.reason.data or ""
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("第 %(number)s 版已退回为草稿，原来的批准同时失效。", number=plan.number), "success")
            return redirect(url_for("plans.version", plan_id=plan.id), 303)
    page = render_template("enrolment/plans/return.html", form=form, plan=plan)
    return (page, 422) if form.errors or form.form_errors else page


@steps.post("/<uuid:plan_id>/agree")
@requires("plans.agree", second_factor=True)
def agree(plan_id: uuid.UUID) -> Response:
    plan = get_plan(current_actor(), plan_id)
    done = operations.agree(current_actor(), plan_id=plan.id, version=_version())
    if done.state is PlanState.APPROVED:
        flash(_("各县区都已批准，第 %(number)s 版计划生效。", number=done.number), "success")
    else:
        flash(_("本县区已批准第 %(number)s 版，还要等其他县区。", number=done.number), "success")
    return redirect(url_for("plans.version", plan_id=plan.id), 303)


@steps.post("/<uuid:plan_id>/revise")
@requires("plans.edit")
def revise(plan_id: uuid.UUID) -> Response:
    plan = get_plan(current_actor(), plan_id)
    made = operations.revise(current_actor(), plan_id=plan.id)
    flash(_("已另做第 %(number)s 版草稿，内容与第 %(old)s 版相同。", number=made.number, old=plan.number), "success")
    return redirect(url_for("plans.version", plan_id=made.id), 303)


def _version() -> int:
    form = StepForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有收到完整的内容，请重新打开这一版计划。"))
    return int(form.version.data)
