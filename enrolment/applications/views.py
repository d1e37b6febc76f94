"""A family's own pages: where am I, what next, the task list, the check page, the receipt."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.access import requires
from core.accounts.models import Account, AccountState
from core.db import db
from core.documents.operations import Reserved
from core.documents.typeset import to_pdf
from core.errors import NotVisible, Refused
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from core.web.gate import received_at
from core.web.pages import settings
from enrolment.applications import clashes, operations
from enrolment.applications.catalogue import catalogue_of
from enrolment.applications.forms import PlainForm
from enrolment.applications.frame import Frame, frame_of, way_back
from enrolment.applications.models import Applicant, ApplicantGuardian, Application
from enrolment.applications.progress import current_papers, list_faults, offered_papers, progress_of
from enrolment.applications.receipts import receipt_document, receipt_of
from enrolment.applications.scope import get_own, get_version, own_applicants
from enrolment.applications.states import PaperState
from enrolment.applications.status import Stage, StageLine
from enrolment.applications.tasks import Task, TaskState, ready_to_send, tasks_of
from enrolment.applications.words import HINDRANCES, PAPERS, STAGES, TASKS, bar_text
from enrolment.cycles.models import CountyWindow, Round
from enrolment.cycles.queries import bureau_of, open_round, window_of
from enrolment.cycles.words import deadline_text

blueprint = Blueprint("applications", __name__)


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One pupil the reader acts for, with the application of the newest round they are in."""

    applicant: Applicant
    application: Application | None
    frame: Frame | None
    open_round: Round | None
    window: CountyWindow | None

    @property
    def in_open_round(self) -> bool:
        """Whether there is nothing to open: no round takes applications, or this one is in it."""
        return self.open_round is None or (
            self.application is not None and self.application.round_id == self.open_round.id
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a task list or of the stages, as the macros want it."""

    label: object
    state: str
    link: str | None = None
    hint: object = ""
    note: str = ""


@blueprint.get("/application")
@requires("applications.own")
def mine() -> str | AnyResponse:
    """Everybody one acts for. A pupil with an application goes straight to it."""
    actor = current_actor()
    applicants = db.session.scalars(own_applicants(actor).order_by(Applicant.name)).unique().all()
    lines = [_child(applicant) for applicant in applicants]
    if len(lines) == 1 and lines[0].application is not None and lines[0].in_open_round:
        return redirect(url_for(".show", application_id=lines[0].application.id), 302)
    return render_template("enrolment/applications/mine.html", lines=lines)


@blueprint.post("/application/<uuid:applicant_id>/open")
@requires("applications.own")
def open_one(applicant_id: uuid.UUID) -> AnyResponse:
    application = operations.open_application(current_actor(), applicant_id=applicant_id, at=received_at())
    return redirect(url_for(".tasks", application_id=application.id), 303)


@blueprint.get("/applications/<uuid:application_id>")
@requires("applications.own")
def show(application_id: uuid.UUID) -> str:
    application = get_own(current_actor(), application_id)
    frame = frame_of(application, current_actor(), received_at())
    papers = current_papers(application.applicant).values()
    return render_template(
        "enrolment/applications/show.html",
        frame=frame,
        application=application,
        stages=[_stage(line) for line in frame.stages],
        returned=[paper for paper in papers if paper.state is PaperState.RETURNED],
        paper_words=PAPERS,
        office=bureau_of(application.applicant.county),
        not_activated=_not_activated(application) if frame.waiting else [],
        held=clashes.held_where(application),
    )


@blueprint.get("/applications/<uuid:application_id>/tasks")
@requires("applications.own")
def tasks(application_id: uuid.UUID) -> str:
    application = get_own(current_actor(), application_id)
    catalogue = catalogue_of(application.round, application.applicant.county)
    progress = progress_of(application, catalogue)
    lines = tasks_of(progress)
    links = {
        Task.IDENTITY: "applications.identity",
        Task.GUARDIANS: "guardians.named",
        Task.PAPERS: "papers.papers",
        Task.CHOICES: "choices.chosen",
        Task.SEND: "applications.check",
    }
    items = [
        Line(
            label=TASKS[line.task],
            state=line.state.value,
            link=None
            if line.state is TaskState.BLOCKED
            else url_for(links[line.task], application_id=application.id),
            hint=HINDRANCES[line.hindrance] if line.hindrance else "",
        )
        for line in lines
    ]
    done = sum(line.state is TaskState.DONE for line in lines)
    return render_template(
        "enrolment/applications/tasks.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        items=items,
        done=done,
    )


@blueprint.route("/applications/<uuid:application_id>/identity", methods=["GET", "POST"])
@requires("applications.own")
def identity(application_id: uuid.UUID) -> str | AnyResponse:
    application = get_own(current_actor(), application_id)
    form = PlainForm(version=application.version)
    if form.validate_on_submit():
        operations.check_identity(
            current_actor(), application_id=application.id, version=form.version.data, at=received_at()
        )
        return redirect(way_back(application), 303)
    return render_template(
        "enrolment/applications/identity.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        form=form,
        office=bureau_of(application.applicant.county),
    )


@blueprint.get("/applications/<uuid:application_id>/check")
@requires("applications.own")
def check(application_id: uuid.UUID) -> str:
    application = get_own(current_actor(), application_id)
    catalogue = catalogue_of(application.round, application.applicant.county)
    frame = frame_of(application, current_actor(), received_at())
    return render_template(
        "enrolment/applications/check.html",
        frame=frame,
        application=application,
        form=PlainForm(version=frame.newest.version),
        ready=ready_to_send(progress_of(application, catalogue)),
        faults=[(rank, bar_text(fault)) for rank, fault in list_faults(application, frame.newest, catalogue)],
        papers=current_papers(application.applicant),
        paper_kinds=offered_papers(application.applicant, frame.newest, catalogue),
        paper_words=PAPERS,
    )


@blueprint.post("/applications/<uuid:application_id>/send")
@requires("applications.own")
def send(application_id: uuid.UUID) -> AnyResponse:
    application = operations.send(
        current_actor(), application_id=application_id, version=_version(application_id), at=received_at()
    )
    return redirect(url_for(".show", application_id=application.id), 303)


@blueprint.post("/applications/<uuid:application_id>/take-back")
@requires("applications.own")
def take_back(application_id: uuid.UUID) -> AnyResponse:
    operations.take_back(current_actor(), application_id=application_id, at=received_at())
    flash(_("已撤回到草稿，可以修改了。修改后请再提交一次。"), "success")
    return redirect(url_for(".tasks", application_id=application_id), 303)


@blueprint.post("/applications/<uuid:application_id>/remind")
@requires("applications.own")
def remind(application_id: uuid.UUID) -> AnyResponse:
    operations.remind_guardian(current_actor(), application_id=application_id, at=received_at())
    flash(_("已再次通知监护人。"), "success")
    return redirect(url_for(".show", application_id=application_id), 303)


@blueprint.post("/applications/<uuid:application_id>/change")
@requires("applications.own")
def change(application_id: uuid.UUID) -> AnyResponse:
    operations.begin_change(current_actor(), application_id=application_id, at=received_at())
    return redirect(url_for("choices.chosen", application_id=application_id), 303)


@blueprint.post("/applications/<uuid:application_id>/correct")
@requires("applications.own")
def correct(application_id: uuid.UUID) -> AnyResponse:
    operations.correct(
        current_actor(), application_id=application_id, version=_version(application_id), at=received_at()
    )
    flash(_("补正已提交，请等待预审。"), "success")
    return redirect(url_for(".show", application_id=application_id), 303)


@blueprint.route("/applications/<uuid:application_id>/withdraw", methods=["GET", "POST"])
@requires("applications.own")
def withdraw(application_id: uuid.UUID) -> str | AnyResponse:
    application = get_own(current_actor(), application_id)
    form = PlainForm(version=application.version)
    if form.validate_on_submit():
        operations.withdraw(
            current_actor(), application_id=application.id, version=form.version.data, at=received_at()
        )
        flash(_("报名已撤回。"), "success")
        return redirect(url_for(".show", application_id=application.id), 303)
    return render_template(
        "enrolment/applications/withdraw.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        form=form,
    )


@blueprint.post("/applications/<uuid:application_id>/take-up-again")
@requires("applications.own")
def take_up_again(application_id: uuid.UUID) -> AnyResponse:
    operations.take_up_again(
        current_actor(), application_id=application_id, version=_version(application_id), at=received_at()
    )
    flash(_("报名已恢复为草稿，请检查后重新提交。"), "success")
    return redirect(url_for(".tasks", application_id=application_id), 303)


@blueprint.get("/applications/<uuid:application_id>/versions/<int:number>")
@requires("applications.read")
def version(application_id: uuid.UUID, number: int) -> str:
    """One submitted version, readable for ever by the family and its county."""
    found = get_version(current_actor(), application_id, number)
    if found.content is None:
        raise NotVisible
    return render_template(
        "enrolment/applications/version.html",
        version=found,
        application=found.application,
        frame=frame_of(found.application, current_actor(), received_at()),
        document=receipt_document(found),
    )


@blueprint.get("/applications/<uuid:application_id>/versions/<int:number>/receipt.pdf")
@requires("applications.read")
def receipt(application_id: uuid.UUID, number: int) -> Response:
    found = get_version(current_actor(), application_id, number)
    document = receipt_document(found)
    if found.content is None or document is None:
        raise NotVisible
    site = f"{settings().public_url.rstrip('/')}/verify"
    paper = receipt_of(found.content, Reserved(document.number, document.verification_code), site=site)
    answer = Response(to_pdf(paper), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"receipt-{document.number}.pdf")
    return answer


def _version(application_id: uuid.UUID) -> int:
    """The version the page showed. Whose application it is comes first: a foreign one is not found."""
    get_own(current_actor(), application_id)
    form = PlainForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有看懂这次提交。请返回上一页，刷新后再试一次。"))
    return int(form.version.data)


def _child(applicant: Applicant) -> ChildLine:
    application = max(applicant.applications, key=lambda one: one.round.number, default=None)
    current = open_round(applicant.cycle)
    return ChildLine(
        applicant=applicant,
        application=application,
        frame=frame_of(application, current_actor(), received_at()) if application else None,
        open_round=current,
        window=window_of(current, applicant.county) if current else None,
    )


def _stage(line: StageLine) -> Line:
    """A stage with its date: when it was done, or by when it has to be; arrival is a day."""
    language = current_language()
    if line.at is not None:
        return Line(label=STAGES[line.stage], state=line.state, note=clock.moment_text(line.at, language))
    if line.until is None:
        return Line(label=STAGES[line.stage], state=line.state)
    if line.stage is Stage.ARRIVE:
        note = clock.date_text(clock.beijing_day(line.until), language, weekday=True)
    elif line.state == "now":
        note = _("截止：%(deadline)s", deadline=deadline_text(line.until))
    else:
        note = _("截止：%(deadline)s", deadline=clock.moment_text(line.until, language))
    return Line(label=STAGES[line.stage], state=line.state, note=note)


def _not_activated(application: Application) -> list[ApplicantGuardian]:
    """Guardians who have not used their activation code yet: the message may not have reached them."""
    waiting = select(Account.id).where(Account.state == AccountState.PENDING)
    query = select(ApplicantGuardian).where(
        ApplicantGuardian.applicant_id == application.applicant_id, ApplicantGuardian.account_id.in_(waiting)
    )
    return list(db.session.scalars(query))
