"""The buttons of a case: pass, return, propose and confirm a refusal, undo."""

import uuid
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.errors import Refused
from core.i18n import gettext as _
from core.web.actor import current_actor
from enrolment.applications.models import Application
from enrolment.applications.progress import current_papers
from enrolment.applications.records import version_in_force
from enrolment.reviews import claims, operations, refusals
from enrolment.reviews.codes import ReturnCode, UnknownReturnCode, chosen_codes, letter_of, return_codes
from enrolment.reviews.forms import RefusalForm, ReturnForm, SeenForm
from enrolment.reviews.scope import get_case
from enrolment.reviews.words import ITEMS

decisions = Blueprint("review_decisions", __name__, url_prefix="/reviews")
_Answer = str | Response | tuple[str, int]
Form = TypeVar("Form", bound=SeenForm)


@decisions.post("/<uuid:application_id>/pass")
@requires("reviews.decide")
def pass_(application_id: uuid.UUID) -> Response:
    application = get_case(current_actor(), application_id)
    operations.pass_(current_actor(), application_id=application.id, seen=_seen())
    flash(_("预审通过：%(name)s。十分钟内可以撤销。", name=application.applicant.name), "success")
    return _onward(application)


@decisions.route("/<uuid:application_id>/return", methods=["GET", "POST"])
@requires("reviews.decide")
def return_(application_id: uuid.UUID) -> _Answer:
    """Choose the reasons, read what the pupil will read, send."""
    application = get_case(current_actor(), application_id)
    form = _filled(ReturnForm(), application)
    chosen: tuple[ReturnCode, ...] = ()
    if form.validate_on_submit():
        try:
            chosen = chosen_codes(form.codes.data or ())
            if request.form.get("step") != "preview":
                operations.return_(
                    current_actor(),
                    application_id=application.id,
                    seen=form.seen(),
                    codes=form.codes.data or (),
                    days=form.days.data,
                )
                flash(_("已退回补正：%(name)s。十分钟内可以撤销。", name=application.applicant.name), "success")
                return _onward(application)
            if not chosen:
                raise Refused(_("请至少选择一个退回原因，考生要知道改哪里。"), field="codes")
        except Refused as error:
            form.refuse(error)
        except UnknownReturnCode:
            form.refuse(Refused(_("没有这个退回原因，请从列表中选择。"), field="codes"))
    page = _return_page(form, application, chosen)
    return (page, 422) if form.errors or form.form_errors else page


@decisions.route("/<uuid:application_id>/refuse", methods=["GET", "POST"])
@requires("reviews.decide")
def refuse(application_id: uuid.UUID) -> _Answer:
    application = get_case(current_actor(), application_id)
    form = _filled(RefusalForm(), application)
    if form.validate_on_submit():
        try:
            refusals.propose_refusal(
                current_actor(), application_id=application.id, seen=form.seen(), reason=form.reason.data or ""
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("已提出不通过，等另一位人员复核：%(name)s。", name=application.applicant.name), "success")
            return _onward(application)
    page = render_template("enrolment/reviews/refuse.html", form=form, application=application)
    return (page, 422) if form.errors or form.form_errors else page


@decisions.post("/<uuid:application_id>/refusal/confirm")
@requires("reviews.confirm")
def confirm_refusal(application_id: uuid.UUID) -> Response:
    application = get_case(current_actor(), application_id)
    refusals.confirm_refusal(current_actor(), application_id=application.id, seen=_seen())
    flash(_("已复核：%(name)s预审不通过，考生会看到理由。", name=application.applicant.name), "success")
    return redirect(url_for("reviews.case", application_id=application.id), 303)


@decisions.post("/<uuid:application_id>/refusal/reject")
@requires("reviews.confirm")
def reject_refusal(application_id: uuid.UUID) -> Response:
    application = get_case(current_actor(), application_id)
    refusals.reject_refusal(current_actor(), application_id=application.id, seen=_seen())
    flash(_("没有同意不通过的意见，这份报名回到待预审队列。"), "success")
    return redirect(url_for("reviews.case", application_id=application.id), 303)


@decisions.post("/<uuid:application_id>/undo")
@requires("reviews.see")
def undo(application_id: uuid.UUID) -> Response:
    application = get_case(current_actor(), application_id)
    operations.undo(current_actor(), application_id=application.id)
    flash(_("已撤销上一个结论，请重新审核。"), "success")
    return redirect(url_for("reviews.case", application_id=application.id), 303)


def _onward(application: Application) -> Response:
    """The next case opens by itself; the one just decided stays one click away for undoing."""
    following = claims.next_case(current_actor())
    if following is None:
        return redirect(url_for("reviews.case", application_id=application.id), 303)
    return redirect(url_for("reviews.case", application_id=following.id, done=application.id), 303)


def _seen() -> operations.Seen:
    form = SeenForm()
    form.validate()
    return form.seen()


def _filled(form: Form, application: Application) -> Form:
    """What the page shows now is what the officer sees; a posted form keeps what it was made from."""
    in_force = version_in_force(application)
    if not form.is_submitted():
        form.version.data, form.number.data = application.version, in_force.number if in_force else None
    return form


def _return_page(form: ReturnForm, application: Application, chosen: tuple[ReturnCode, ...]) -> str:
    papers = current_papers(application.applicant)
    shown = [one for one in return_codes().values() if one.item.value.partition(":")[2] in ("", *papers)]
    return render_template(
        "enrolment/reviews/return.html",
        form=form,
        application=application,
        codes=shown,
        items=ITEMS,
        chosen=chosen,
        letter=letter_of(chosen),
    )
