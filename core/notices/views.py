"""The inbox of everybody, and the delivery log of the system administration."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires, signed_in
from core.db import db
from core.i18n import gettext as _
from core.notices import operations
from core.notices.delivery_list import DELIVERIES
from core.notices.inbox import INBOX, letters
from core.notices.scope import SEE_DELIVERIES, visible_deliveries, visible_delivery, visible_notices
from core.tables import ListQuery
from core.web.actor import current_actor
from core.web.gate import local_path

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
@signed_in
def inbox() -> str:
    query = ListQuery.from_request(INBOX, request)
    page = query.page(db.session(), visible_notices(current_actor()))
    return render_template("core/notices/inbox.html", page=page, letters=letters(page.rows))


@blueprint.post("/<uuid:notice_id>/open")
@signed_in
def open_notice(notice_id: uuid.UUID) -> Response:
    """Mark as read, and go where the notice leads."""
    link = operations.read(current_actor(), notice_id=notice_id)
    return redirect(local_path(link) if link else url_for("notices.inbox"), 303)


@blueprint.post("/read-all")
@signed_in
def read_all() -> Response:
    operations.read_all(current_actor())
    flash(_("所有通知都已标为已读。"), "success")
    return redirect(url_for("notices.inbox"), 303)


@blueprint.get("/deliveries")
@requires(SEE_DELIVERIES)
def deliveries() -> str:
    query = ListQuery.from_request(DELIVERIES, request)
    page = query.page(db.session(), visible_deliveries(current_actor()))
    return render_template("core/notices/deliveries.html", page=page)


@blueprint.post("/deliveries/<uuid:delivery_id>/send-again")
@requires(SEE_DELIVERIES)
def send_again(delivery_id: uuid.UUID) -> Response:
    visible_delivery(current_actor(), delivery_id)
    operations.send_again(current_actor(), delivery_id=delivery_id)
    flash(_("已重新放入待发通知。"), "success")
    return redirect(url_for("notices.deliveries"), 303)
