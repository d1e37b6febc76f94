"""Preview and release for the bureaus; the result with its reasons for each family."""

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.audit import record_read
from core.db import db, find_in
from core.errors import DomainError, NotVisible
from core.i18n import gettext as _
from core.tables import MIMETYPE, ListQuery, export
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.applications.models import Application
from enrolment.applications.scope import visible_applications
from enrolment.cycles.models import Round
from enrolment.results import operations
from enrolment.results.answers import answer_of, notes_of
from enrolment.results.explaining import sample, told
from enrolment.results.figures import figures_of
from enrolment.results.forms import ApproveForm, CancelForm, ProposeForm
from enrolment.results.listing import ADMITTED, admitted_placements
from enrolment.results.models import Publication
from enrolment.results.scope import placement_of, visible_placements
from enrolment.results.visibility import publication_of
from enrolment.rounds.models import Run, RunState
from enrolment.rounds.queries import get_run

blueprint = Blueprint("results", __name__)


@blueprint.get("/runs/<uuid:run_id>/preview")
@requires("results.preview")
def preview(run_id: uuid.UUID) -> str:
    return _preview(_stored(run_id), ProposeForm(), 200)[0]


@blueprint.post("/runs/<uuid:run_id>/publications")
@requires("results.propose", second_factor=True)
def propose(run_id: uuid.UUID) -> Response | tuple[str, int]:
    run = _stored(run_id)
    form = ProposeForm()
    if not form.validate():
        return _preview(run, form, 422)
    moment: dt.datetime = form.release_at.data.replace(tzinfo=clock.BEIJING)
    try:
        publication = operations.propose(current_actor(), run_id=run.id, release_at=moment)
    except DomainError as error:
        form.refuse(error)
        return _preview(run, form, 422)
    flash(_("已送审，请另一位审批人员批准。"), "success")
    return redirect(url_for(".publication", publication_id=publication.id), 303)


@blueprint.get("/publications/<uuid:publication_id>")
@requires("results.preview")
def publication(publication_id: uuid.UUID) -> str:
    return _publication(_get_publication(publication_id), None, 200)[0]


@blueprint.post("/publications/<uuid:publication_id>/approve")
@requires("results.approve", second_factor=True)
def approve(publication_id: uuid.UUID) -> Response | tuple[str, int]:
    found = _get_publication(publication_id)
    form = ApproveForm()
    if not form.validate():
        return _publication(found, form, 422)
    try:
        operations.approve(current_actor(), publication_id=found.id, version=form.version.data, typed=form.typed.data)
    except DomainError as error:
        form.refuse(error)
        return _publication(_get_publication(publication_id), form, 422)
    flash(_("已批准。到公布时间，页面、通知书和站内通知同时可见。"), "success")
    return redirect(url_for(".publication", publication_id=publication_id), 303)


@blueprint.post("/publications/<uuid:publication_id>/cancel")
@requires("results.propose", second_factor=True)
def cancel(publication_id: uuid.UUID) -> Response:
    found = _get_publication(publication_id)
    form = CancelForm()
    version = form.version.data if form.validate() else found.version
    operations.cancel(current_actor(), publication_id=found.id, version=version)
    flash(_("已取消公布。没有任何内容对外显示过。"), "info")
    return redirect(url_for(".preview", run_id=found.run_id), 303)


@blueprint.get("/admitted")
@requires("results.school")
def admitted() -> str | Response:
    actor = current_actor()
    query = ListQuery.from_request(ADMITTED, request)
    if query.export:
        made = export(db.session(), query, admitted_placements(actor), title=_("录取名单"))
        record_read(actor, "results.export", ("placement", "list"), rows=made.rows, columns=list(made.columns))
        return download(made.data, name=made.name, mimetype=MIMETYPE)
    page = query.page(db.session(), admitted_placements(actor))
    return render_template("enrolment/results/admitted.html", query=query, page=page)


@blueprint.get("/results")
@requires("results.own")
def own() -> str:
    """The family's applications, each with its result once it is out."""
    actor = current_actor()
    own_ones = visible_applications(actor).order_by(Application.opened_at.desc())
    named = (joinedload(Application.applicant), joinedload(Application.round).joinedload(Round.cycle))
    applications = db.session.scalars(own_ones.options(*named)).all()
    released = {one.application_id for one in db.session.scalars(visible_placements(actor))}
    return render_template("enrolment/results/own.html", applications=applications, released=released)


@blueprint.get("/results/<uuid:application_id>")
@requires("results.read")
def result(application_id: uuid.UUID) -> str:
    actor = current_actor()
    placement = placement_of(actor, application_id)
    if placement is None:
        return _not_yet(application_id)
    return render_template(
        "enrolment/results/result.html",
        placement=placement,
        told=told(placement),
        answer=answer_of(actor, placement),
        notes=notes_of(placement),
    )


def _not_yet(application_id: uuid.UUID) -> str:
    """The same page for everybody until the release; for strangers it does not exist."""
    query = visible_applications(current_actor()).where(Application.id == application_id)
    application = find_in(query)
    return render_template("enrolment/results/not_yet.html", application=application)


def _stored(run_id: uuid.UUID) -> Run:
    run = get_run(run_id)
    if run.state is not RunState.STORED:
        raise NotVisible
    return run


def _get_publication(publication_id: uuid.UUID) -> Publication:
    return find_in(select(Publication).where(Publication.id == publication_id))


def _preview(run: Run, form: ProposeForm, status: int) -> tuple[str, int]:
    page = render_template(
        "enrolment/results/preview.html",
        run=run,
        figures=figures_of(run),
        samples=sample(run),
        publication=publication_of(run.round_id),
        form=form,
    )
    return page, status


def _publication(found: Publication, form: ApproveForm | None, status: int) -> tuple[str, int]:
    page = render_template(
        "enrolment/results/publication.html",
        publication=found,
        visible=found.release_at <= clock.now() and found.approved_at is not None,
        form=form or ApproveForm(version=found.version, typed=None),
        cancel_form=CancelForm(version=found.version),
        mine=found.proposed_by == current_actor().account_id,
    )
    return page, status
