"""The result sheet of a run: on the page, in print, as a workbook."""

import uuid

from flask import Blueprint, Response, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.access import requires
from core.audit import record_read
from core.db import find_in
from core.i18n import gettext as _
from core.tables import MIMETYPE
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.cycles.models import Round
from enrolment.plans.models import Plan, PlanProgramme
from enrolment.results.figures import figures_of
from enrolment.results.outcome_tables import outcome_sheet
from enrolment.rounds.models import Run, Snapshot

blueprint = Blueprint("result_sheets", __name__)


@blueprint.get("/runs/<uuid:run_id>/sheet")
@requires("results.preview")
def sheet(run_id: uuid.UUID) -> str:
    run = _with_outcome(run_id)
    figures = figures_of(run)
    return render_template("enrolment/results/sheet.html", run=run, sheet=outcome_sheet(run), figures=figures)


@blueprint.get("/runs/<uuid:run_id>/sheet/print")
@requires("results.preview")
def printed(run_id: uuid.UUID) -> str:
    run = _with_outcome(run_id)
    return render_template("enrolment/results/sheet_print.html", run=run, sheet=outcome_sheet(run, picture=False))


@blueprint.get("/runs/<uuid:run_id>/sheet.xlsx")
@requires("results.preview")
def workbook(run_id: uuid.UUID) -> Response:
    run = _with_outcome(run_id)
    title = _("%(year)s 年第 %(number)s 轮", year=run.round.cycle.year, number=run.round.number)
    data = outcome_sheet(run, picture=False).workbook(title)
    record_read(current_actor(), "results.sheet", ("run", run_id))
    return download(data, name=f"{title} {_('结果表')}.xlsx", mimetype=MIMETYPE)


def _with_outcome(run_id: uuid.UUID) -> Run:
    """The run with the round and the plan it was asked for, read whole; NotVisible before it has an outcome."""
    query = (
        select(Run)
        .where(Run.id == run_id, Run.outcome.is_not(None))
        .options(
            joinedload(Run.round).joinedload(Round.cycle),
            joinedload(Run.snapshot)
            .joinedload(Snapshot.plan)
            .options(
                selectinload(Plan.programmes).options(
                    joinedload(PlanProgramme.programme), selectinload(PlanProgramme.cells)
                ),
                selectinload(Plan.limits),
            ),
        )
    )
    return find_in(query)
