"""The list of pupils who have not come: calls, extensions, and the button that hands the places back."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import DomainError
from core.i18n import gettext as _
from core.tables import ListQuery
from core.web.actor import current_actor
from enrolment.confirmations import missing
from enrolment.confirmations.desk import arrival_cards
from enrolment.confirmations.forms import HandBackForm, MissingForm
from enrolment.confirmations.missing_list import CALL_WORDS, MISSING, missing_rows
from enrolment.confirmations.models import CallResult
from enrolment.results.models import Placement
from enrolment.results.scope import get_placement

blueprint = Blueprint("missing", __name__, url_prefix="/arrivals/missing")


@blueprint.get("")
@requires("arrivals.record")
def missing_list() -> str:
    return _list(None, 200)[0]


@blueprint.post("/hand-back")
@requires("arrivals.record", second_factor=True)
def hand_back() -> Response | tuple[str, int]:
    form = HandBackForm()
    if not form.validate():
        return _list(form, 422)
    try:
        count = missing.hand_back(current_actor(), expected=form.expected.data)
    except DomainError as error:
        form.refuse(error)
        return _list(form, 422)
    flash(_("已交回 %(count)s 个名额，通知书已作废，已通知家庭。", count=count), "success")
    return redirect(url_for(".missing_list"), 303)


@blueprint.get("/<uuid:placement_id>")
@requires("arrivals.record")
def pupil(placement_id: uuid.UUID) -> str:
    placement = get_placement(current_actor(), placement_id)
    return _pupil(placement, MissingForm(), 200)[0]


@blueprint.post("/<uuid:placement_id>")
@requires("arrivals.record")
def mark(placement_id: uuid.UUID) -> Response | tuple[str, int]:
    placement = get_placement(current_actor(), placement_id)
    form = MissingForm()
    if not form.validate():
        return _pupil(placement, form, 422)
    try:
        missing.mark_missing(
            current_actor(),
            placement=placement,
            result=CallResult(form.result.data),
            extended_until=form.extended_until.data,
            note=form.note.data or "",
        )
    except DomainError as error:
        form.refuse(error)
        return _pupil(placement, form, 422)
    flash(_("已登记这次电话。"), "success")
    return redirect(url_for(".missing_list"), 303)


def _list(form: HandBackForm | None, status: int) -> tuple[str, int]:
    actor = current_actor()
    query = ListQuery.from_request(MISSING, request)
    overdue = len(db.session.scalars(missing.overdue_placements(actor).with_only_columns(Placement.id)).all())
    page = render_template(
        "enrolment/confirmations/missing.html",
        cards=arrival_cards(actor),
        query=query,
        page=query.page(db.session(), missing_rows(actor)),
        overdue=overdue,
        form=form or HandBackForm(expected=overdue),
    )
    return page, status


def _pupil(placement: Placement, form: MissingForm, status: int) -> tuple[str, int]:
    """The telephone numbers stand here in clear, so that they can be called; that is noted as read."""
    record_read(current_actor(), "confirmations.call", placement)
    return render_template(
        "enrolment/confirmations/missing_pupil.html",
        placement=placement,
        longest=missing.longest_extension(placement),
        marks=missing.marks_of([placement.id]).get(placement.id, []),
        words=CALL_WORDS,
        form=form,
    ), status
