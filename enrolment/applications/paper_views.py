"""Pages of the papers: the list with a status each, one page a paper, and its picture."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from core.access import requires
from core.audit import record_read
from core.errors import DomainError, NotVisible
from core.files.operations import content
from core.files.store import download_name
from core.i18n import gettext as _
from core.i18n import say
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.gate import received_at
from enrolment.applications.catalogue import catalogue_of
from enrolment.applications.forms import PaperForm
from enrolment.applications.frame import BACK, frame_of, way_back
from enrolment.applications.models import Paper, PaperKind, PaperState
from enrolment.applications.papers import put_paper
from enrolment.applications.progress import current_papers, needed_papers, offered_papers, progress_of
from enrolment.applications.scope import get_own, get_paper
from enrolment.applications.states import paper_open
from enrolment.applications.tasks import GOOD_PAPER
from enrolment.applications.words import PAPER_HINTS, PAPERS

blueprint = Blueprint("papers", __name__)


@blueprint.get("/applications/<uuid:application_id>/papers")
@requires("applications.own")
def papers(application_id: uuid.UUID) -> str:
    application = get_own(current_actor(), application_id)
    catalogue = catalogue_of(application.round, application.applicant.county)
    frame = frame_of(application, current_actor(), received_at())
    found = current_papers(application.applicant)
    return render_template(
        "enrolment/applications/papers.html",
        frame=frame,
        application=application,
        kinds=offered_papers(application.applicant, frame.newest, catalogue),
        needed=needed_papers(application.applicant),
        found=found,
        words=PAPERS,
        open_kinds=[
            kind
            for kind in PaperKind
            if frame.open_now and paper_open(kind, application.state, application.open_items, _state(found.get(kind)))
        ],
        allowed=progress_of(application, catalogue).sensitive_allowed,
        complete=all(_state(found.get(kind)) in GOOD_PAPER for kind in needed_papers(application.applicant)),
        onward=way_back(application),
    )


@blueprint.route("/applications/<uuid:application_id>/papers/<kind>", methods=["GET", "POST"])
@requires("applications.own")
def paper(application_id: uuid.UUID, kind: str) -> str | AnyResponse | tuple[str, int]:
    application = get_own(current_actor(), application_id)
    if kind not in set(PaperKind):
        raise NotVisible
    wanted = PaperKind(kind)
    form = PaperForm()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            put_paper(
                current_actor(),
                application_id=application.id,
                kind=wanted,
                stream=upload.stream,
                name=upload.filename or "",
                at=received_at(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已上传：%(paper)s。", paper=say(PAPERS[wanted])), "success")
            return redirect(way_back(application, "papers.papers"), 303)
    page = render_template(
        "enrolment/applications/paper.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        form=form,
        kind=wanted,
        word=PAPERS[wanted],
        hint=PAPER_HINTS[wanted],
        found=current_papers(application.applicant).get(wanted),
        back=request.args.get(BACK),
    )
    return (page, 422) if form.errors else page


@blueprint.get("/papers/<uuid:paper_id>/content")
@requires("applications.read")
def content_of(paper_id: uuid.UUID) -> Response:
    """The picture itself, to the family and to the county's officers; an officer's look is logged."""
    found = get_paper(current_actor(), paper_id)
    data = content(found.file)
    if current_actor().is_staff:
        record_read(current_actor(), "applications.see_paper", found, kind=found.kind.value)
    name = download_name(say(PAPERS[found.kind]), found.file.sha256, found.file.extension)
    inline = found.file.media_type.startswith("image/")
    return download(data, name=name, mimetype=found.file.media_type, inline=inline)


def _state(paper: Paper | None) -> PaperState | None:
    return paper.state if paper else None
