"""Cases of score review and correction: the list, a new one, the decision, its evidence."""

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import DomainError, Refused
from core.files.operations import content
from core.files.store import download_name
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import ListQuery
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.pages import settings
from enrolment.appeals import operations
from enrolment.appeals.case_list import CASES
from enrolment.appeals.forms import CaseForm, DecideForm
from enrolment.appeals.models import CaseKind, CaseState, CorrectionCase
from enrolment.appeals.notes import letters_of, place_words
from enrolment.appeals.scope import application_of, get_case, visible_cases
from enrolment.confirmations.letters import verification_site
from registry.schools.models import Programme

blueprint = Blueprint("appeals", __name__, url_prefix="/corrections")


@blueprint.get("")
@requires("appeals.see")
def cases() -> str:
    query = ListQuery.from_request(CASES, request)
    page = query.page(db.session(), visible_cases(current_actor()))
    return render_template("enrolment/appeals/cases.html", query=query, page=page)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("appeals.propose")
def new() -> str | AnyResponse | tuple[str, int]:
    form = CaseForm()
    if form.validate_on_submit():
        try:
            case = _propose(form)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已提出，请另一位审批人员办理。"), "success")
            return redirect(url_for(".case", case_id=case.id), 303)
    page = render_template("enrolment/appeals/new.html", form=form)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.get("/<uuid:case_id>")
@requires("appeals.see")
def case(case_id: uuid.UUID) -> str:
    found = get_case(current_actor(), case_id)
    return _case(found, DecideForm(version=found.version), 200)[0]


@blueprint.post("/<uuid:case_id>/approve")
@requires("appeals.decide", second_factor=True)
def approve(case_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    def act(version: int, _form: DecideForm) -> None:
        site = verification_site(settings())
        operations.approve(current_actor(), case_id=case_id, version=version, site=site)

    return _decide(case_id, act, _l("已批准。新的结果、通知书和名册同时生效，家庭已收到消息。"))


@blueprint.post("/<uuid:case_id>/refuse")
@requires("appeals.decide", second_factor=True)
def refuse(case_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    def act(version: int, form: DecideForm) -> None:
        operations.refuse(current_actor(), case_id=case_id, version=version, note=form.note.data or "")

    return _decide(case_id, act, _l("不予批准。结果没有变化。"))


@blueprint.post("/<uuid:case_id>/withdraw")
@requires("appeals.propose")
def withdraw(case_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    def act(version: int, _form: DecideForm) -> None:
        operations.withdraw(current_actor(), case_id=case_id, version=version)

    return _decide(case_id, act, _l("已撤回。结果没有变化。"))


@blueprint.get("/<uuid:case_id>/evidence")
@requires("appeals.see")
def evidence(case_id: uuid.UUID) -> Response:
    found = get_case(current_actor(), case_id)
    record_read(current_actor(), "appeals.see_evidence", found)
    name = download_name(_("依据材料"), found.evidence.sha256, found.evidence.extension)
    return download(content(found.evidence), name=name, mimetype=found.evidence.media_type)


def _propose(form: CaseForm) -> CorrectionCase:
    application = application_of(current_actor(), form.candidate_number.data)
    if application is None:
        raise Refused(_l("本县区没有这个考生号的报名，请核对。"), field="candidate_number")
    code = (form.programme.data or "").strip().upper()
    programme_id = db.session.scalar(select(Programme.id).where(Programme.code == code)) if code else None
    if code and programme_id is None:
        raise Refused(_l("没有这个专业，请核对专业编号。"), field="programme")
    return operations.propose(
        current_actor(),
        application_id=application.id,
        wanted=operations.Wanted(
            kind=CaseKind(form.kind.data),
            reason=form.reason.data,
            programme_id=programme_id,
            subject=(form.subject.data or "").strip(),
            points=form.points.data,
        ),
        evidence=form.evidence.data.stream,
        name=form.evidence.data.filename or "",
    )


Act = Callable[[int, DecideForm], None]


def _decide(case_id: uuid.UUID, act: Act, done: object) -> AnyResponse | tuple[str, int]:
    found = get_case(current_actor(), case_id)
    form = DecideForm()
    if not form.validate():
        return _case(found, form, 422)
    try:
        act(form.version.data if form.version.data is not None else found.version, form)
    except DomainError as error:
        form.refuse(error)
        return _case(get_case(current_actor(), case_id), form, 422)
    flash(str(done), "success")
    return redirect(url_for(".case", case_id=case_id), 303)


def _case(found: CorrectionCase, form: DecideForm, status: int) -> tuple[str, int]:
    case_id = found.id
    record_read(current_actor(), "appeals.see", (CorrectionCase.__tablename__, case_id))
    found = get_case(current_actor(), case_id)
    page = render_template(
        "enrolment/appeals/case.html",
        case=found,
        form=form,
        before=place_words(found.placement),
        wanted=_wanted(found),
        old_letters=letters_of(found.placement),
        new_letters=letters_of(found.made_placement),
        mine=found.proposed_by == current_actor().account_id,
        open=found.state is CaseState.PROPOSED,
        correction=found.kind is CaseKind.CORRECTION,
    )
    return page, status


def _wanted(found: CorrectionCase) -> str:
    if found.programme is None:
        return str(_("未录取"))
    language = current_language()
    return f"{found.programme.school.name(language)} · {found.programme.name(language)}"
