"""重新计算核对 on the page of a run."""

import uuid

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.i18n import gettext as _
from core.web.actor import current_actor
from enrolment.rounds import rechecks
from enrolment.rounds.queries import get_run

blueprint = Blueprint("rechecks", __name__)


@blueprint.post("/runs/<uuid:run_id>/rechecks")
@requires("rounds.run")
def request_recheck(run_id: uuid.UUID) -> Response:
    run = get_run(run_id)
    rechecks.request_recheck(current_actor(), run_id=run.id)
    flash(_("已开始重新计算核对，原来的结果不受影响。"), "success")
    return redirect(url_for("rounds.run", run_id=run.id), 303)
