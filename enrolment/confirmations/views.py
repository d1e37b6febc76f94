"""Answering a place, the letter, and the arrivals desk of a school."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, requires
from core.audit import record_read
from core.db import db, find
from core.errors import DomainError
from core.i18n import gettext as _
from core.tables import ListQuery
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.pages import settings
from enrolment.applications.models import ApplicantGuardian
from enrolment.confirmations import operations
from enrolment.confirmations.desk import MISSING, arrival_cards, missing_placements
from enrolment.confirmations.forms import AnswerForm, ArrivalForm
from enrolment.confirmations.letters import print_letter, verification_site
from enrolment.confirmations.models import Arrival, ArrivalMethod
from enrolment.confirmations.scanned import scanned_code
from enrolment.results.models import Placement
from enrolment.results.promises import give_up_words
from enrolment.results.scope import get_placement

blueprint = Blueprint("confirmations", __name__)


@blueprint.post("/placements/<uuid:placement_id>/accept")
@requires("confirmations.answer")
def accept(placement_id: uuid.UUID) -> AnyResponse:
    placement = get_placement(current_actor(), placement_id)
    operations.accept(current_actor(), placement=placement, site=verification_site(settings()))
    flash(_("已确认录取，录取通知书可以下载了。"), "success")
    return redirect(url_for("results.result", application_id=placement.application_id), 303)


@blueprint.get("/placements/<uuid:placement_id>/decline")
@requires("confirmations.answer")
def decline_page(placement_id: uuid.UUID) -> str:
    placement = get_placement(current_actor(), placement_id)
    return render_template(
        "enrolment/confirmations/decline.html",
        placement=placement,
        answer=operations.confirmation_of(placement.id),
        guardian=_guardian(current_actor(), placement),
        cost=give_up_words(placement.application.applicant, placement.application.round),
        form=AnswerForm(),
    )


@blueprint.post("/placements/<uuid:placement_id>/decline")
@requires("confirmations.answer")
def decline(placement_id: uuid.UUID) -> AnyResponse:
    """A pupil asks; a guardian who answers agrees, asking first if nobody has."""
    actor = current_actor()
    placement = get_placement(actor, placement_id)
    guardian = _guardian(actor, placement)
    if guardian is None:
        operations.ask_decline(actor, placement=placement)
        flash(_("已提出放弃。名额会保留到监护人同意为止。"), "info")
    else:
        operations.agree_decline(actor, placement=placement, guardian=guardian)
        flash(_("已放弃录取，名额已退回。"), "info")
    return redirect(url_for("results.result", application_id=placement.application_id), 303)


@blueprint.get("/placements/<uuid:placement_id>/letter.pdf")
@requires("confirmations.letter")
def letter(placement_id: uuid.UUID) -> Response:
    actor = current_actor()
    placement = get_placement(actor, placement_id)
    pdf = print_letter(actor, placement, verification_site(settings()))
    record_read(actor, "confirmations.letter", placement)
    return download(pdf, name=_("录取通知书") + ".pdf", mimetype="application/pdf")


@blueprint.get("/arrivals")
@requires("arrivals.record")
def arrivals() -> str:
    return _desk(ArrivalForm(code=scanned_code(request.args.get("code", ""))), 200)[0]


@blueprint.post("/arrivals")
@requires("arrivals.record")
def record_arrival() -> AnyResponse | tuple[str, int]:
    form = ArrivalForm()
    if not form.validate():
        return _desk(form, 422)
    typed = form.code.data.strip()
    scanned = scanned_code(typed)
    method = ArrivalMethod.SCAN if scanned != typed else ArrivalMethod.NUMBER
    try:
        arrival = operations.arrive(current_actor(), raw=scanned, method=method)
    except DomainError as error:
        form.refuse(error)
        return _desk(form, 422)
    return redirect(url_for(".arrived", arrival_id=arrival.id), 303)


@blueprint.get("/arrivals/<uuid:arrival_id>")
@requires("arrivals.record")
def arrived(arrival_id: uuid.UUID) -> str:
    actor = current_actor()
    found = find(Arrival, arrival_id)
    return render_template(
        "enrolment/confirmations/arrived.html",
        arrival=found,
        placement=get_placement(actor, found.placement_id),
        cards=arrival_cards(actor),
        form=ArrivalForm(),
    )


def _desk(form: ArrivalForm, status: int) -> tuple[str, int]:
    actor = current_actor()
    query = ListQuery.from_request(MISSING, request)
    return render_template(
        "enrolment/confirmations/arrivals.html",
        form=form,
        cards=arrival_cards(actor),
        query=query,
        page=query.page(db.session(), missing_placements(actor)),
    ), status


def _guardian(actor: Actor, placement: Placement) -> ApplicantGuardian | None:
    """The guardian's part the actor plays for this pupil, if any."""
    for one in placement.application.applicant.guardians:
        if one.account_id == actor.account_id:
            return one
    return None
