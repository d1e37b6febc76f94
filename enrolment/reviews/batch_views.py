"""The check page of a batch, and the button that takes a batch back."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.db import db
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.i18n import say
from core.tables import ListQuery
from core.web.actor import current_actor
from enrolment.applications.models import Application
from enrolment.reviews import batches
from enrolment.reviews.batches import MOST_AT_ONCE, Batch
from enrolment.reviews.forms import BatchForm, BatchUndoForm
from enrolment.reviews.listing import STAGES, findings_on, listed_cases, queue_spec
from enrolment.reviews.operations import Seen
from enrolment.reviews.views import shown_round

batch_pages = Blueprint("review_batches", __name__, url_prefix="/reviews/batch")
_MOST_LOOKED_AT = 5000


@batch_pages.route("", methods=["GET", "POST"])
@requires("reviews.decide")
def batch() -> str | Response | tuple[str, int]:
    """Which cases, which are left out; the officer writes how many, then all pass as one operation."""
    form = BatchForm()
    ticks = request.form.getlist("case")
    if form.validate_on_submit():
        try:
            cases = [_ticked(text) for text in ticks]
            made = batches.pass_batch(current_actor(), cases=cases, typed=form.typed.data)
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("预审通过 %(count)s 份，十分钟内可以整批撤销。", count=made.done), "success")
            _tell_skipped(made)
            return redirect(url_for("reviews.queue"), 303)
    page = render_template(
        "enrolment/reviews/batch.html",
        form=form,
        cases=_green_cases(),
        most=MOST_AT_ONCE,
        ticks=ticks if form.is_submitted() else None,
    )
    return (page, 422) if form.errors or form.form_errors else page


@batch_pages.post("/undo")
@requires("reviews.decide")
def undo() -> Response:
    made = batches.undo_batch(current_actor(), batch_id=BatchUndoForm().batch_id())
    flash(_("已撤销这一批的 %(count)s 份结论，报名回到待预审队列。", count=made.done), "success")
    _tell_skipped(made)
    return redirect(url_for("reviews.queue"), 303)


def _tell_skipped(made: Batch) -> None:
    for one in made.skipped:
        flash(_("有一份没有改变：%(sentence)s", sentence=say(one.sentence)), "warning")


def _green_cases() -> list[tuple[Application, Seen]]:
    """The waiting cases without a finding that nobody else holds, the most urgent first."""
    in_round = shown_round()
    if in_round is None:
        return []
    statement = listed_cases(current_actor(), in_round.id).where(STAGES["todo"])
    query = ListQuery.from_arguments(queue_spec({}), request.path, request.args)
    rows = query.every_row(db.session(), statement, _MOST_LOOKED_AT)
    mine = current_actor().account_id
    free = [row for row in rows if row[2] is None or row[2].account_id == mine]
    findings = findings_on(free)
    green = [(row[0], Seen(row[0].version, row[1].number)) for row in free if not findings[row[0].id]]
    return green[:MOST_AT_ONCE]


def _ticked(text: str) -> tuple[uuid.UUID, Seen]:
    """A tick of the batch page: id, version, number."""
    try:
        application_id, version, number = text.split(":")
        return uuid.UUID(application_id), Seen(int(version), int(number))
    except ValueError as error:
        raise Refused(_l("没有收到完整的内容，请重新打开批量通过页面。")) from error
