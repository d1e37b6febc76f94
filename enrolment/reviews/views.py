"""The queue and the page of one case."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import clock
from core.access import Actor, requires
from core.audit import record_read
from core.db import db
from core.errors import NotVisible
from core.i18n import gettext as _
from core.tables import MIMETYPE, ListQuery, export
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.applications.models import Application, ApplicationState
from enrolment.applications.progress import current_papers, needed_papers
from enrolment.applications.records import version_in_force
from enrolment.applications.words import PAPERS
from enrolment.cycles.models import Round
from enrolment.cycles.queries import current_cycle, newest_round
from enrolment.reviews import claims, operations
from enrolment.reviews.batches import undoable_batch
from enrolment.reviews.cards import stage_counts
from enrolment.reviews.cases import findings_of
from enrolment.reviews.forms import SeenForm
from enrolment.reviews.history import decisions_of, undoable
from enrolment.reviews.listing import STAGE_WORDS, STAGES, findings_on, listed_cases, queue_spec
from enrolment.reviews.scope import get_case
from enrolment.reviews.words import ITEMS, finding_text

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")


@blueprint.get("")
@requires("reviews.see")
def queue() -> str | Response:
    actor = current_actor()
    in_round = shown_round()
    if in_round is None:
        return render_template("enrolment/reviews/queue.html", round=None)
    findings: dict[uuid.UUID, object] = {}
    query = ListQuery.from_request(queue_spec(findings), request)  # type: ignore[arg-type]  # filled below
    statement = listed_cases(actor, in_round.id)
    if not query.values:
        statement = statement.where(STAGES["todo"])
    if query.export:
        rows = query.every_row(db.session(), statement, 5000)
        findings.update(findings_on(rows))
        made = export(db.session(), query, statement, title=_("报名预审"))
        record_read(actor, "reviews.export", ("application", "list"), rows=made.rows, columns=list(made.columns))
        return download(made.data, name=made.name, mimetype=MIMETYPE)
    page = query.page(db.session(), statement)
    findings.update(findings_on(page.rows))
    if query.values.get("q"):
        record_read(actor, "reviews.search", ("application", "list"))
    return render_template(
        "enrolment/reviews/queue.html",
        round=in_round,
        query=query,
        page=page,
        counts=stage_counts(actor, in_round.id),
        batch=undoable_batch(actor),
        stages=STAGE_WORDS,
        stage=(query.values.get("stage") or ("",))[0] or ("" if query.values else "todo"),
    )


@blueprint.post("/next")
@requires("reviews.decide")
def next_case() -> Response:
    found = claims.next_case(current_actor())
    if found is None:
        flash(_("现在没有待预审的报名。有新的提交时会出现在这里。"), "info")
        return redirect(url_for(".queue"), 303)
    return redirect(url_for(".case", application_id=found.id), 303)


@blueprint.get("/<uuid:application_id>")
@requires("reviews.see")
def case(application_id: uuid.UUID) -> str:
    actor = current_actor()
    application = get_case(actor, application_id)
    record_read(actor, "reviews.see_case", application)
    return render_template("enrolment/reviews/case.html", **case_parts(application), done=_just_done(actor))


@blueprint.post("/<uuid:application_id>/claim")
@requires("reviews.decide")
def claim(application_id: uuid.UUID) -> Response:
    claims.claim(current_actor(), application_id=get_case(current_actor(), application_id).id)
    return redirect(url_for(".case", application_id=application_id), 303)


@blueprint.post("/<uuid:application_id>/give-back")
@requires("reviews.decide")
def give_back(application_id: uuid.UUID) -> Response:
    claims.give_back(current_actor(), application_id=get_case(current_actor(), application_id).id)
    flash(_("已放回队列，其他人员可以领取。"), "success")
    return redirect(url_for(".queue"), 303)


def case_parts(application: Application) -> dict[str, object]:
    """What the page of one case shows."""
    actor = current_actor()
    applicant, in_force = application.applicant, version_in_force(application)
    papers = current_papers(applicant)
    held = claims.live_claim(application)
    proposal = operations.proposal_of(application)
    waiting = application.state is ApplicationState.SUBMITTED and application.round.locked_at is None
    mine = held is not None and held.account_id == actor.account_id
    form = SeenForm(obj=application)
    form.number.data = in_force.number if in_force else None
    return {
        "application": application,
        "applicant": applicant,
        "in_force": in_force,
        "papers": papers,
        "missing": [kind for kind in needed_papers(applicant) if kind not in papers],
        "paper_words": PAPERS,
        "item_words": ITEMS,
        "findings": [finding_text(one) for one in findings_of([application])[application.id]] if waiting else [],
        "held": held,
        "holder": claims.holder_name(held) if held else "",
        "mine": mine,
        "may_claim": waiting and actor.may("reviews.decide") and (held is None or mine) and proposal is None,
        "may_decide": waiting and mine and proposal is None,
        "proposal": proposal,
        "may_confirm": waiting and proposal is not None and proposal.decided_by != actor.account_id,
        "decisions": decisions_of(application),
        "undoable": undoable(actor, application),
        "form": form,
        "on": clock.today(),
    }


def _just_done(actor: Actor) -> Application | None:
    """The case decided just before this one opened, while it can be taken back."""
    try:
        application = get_case(actor, uuid.UUID(request.args.get("done", "")))
    except (ValueError, NotVisible):
        return None
    return application if undoable(actor, application) else None


def shown_round() -> Round | None:
    """The newest round of the current year: the one the queue is about."""
    cycle = current_cycle()
    return newest_round(cycle) if cycle else None
