"""The county's pages: the list, the import of a workbook in three steps, activation slips."""

import uuid
from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.access import requires
from core.audit import record_read
from core.db import db, find, find_in
from core.divisions import division
from core.documents.typeset import to_pdf
from core.errors import Refused
from core.files.limits import SHEET, Kind
from core.files.models import StoredFile
from core.files.operations import content, keep
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.sheets import BadSheets, annotate
from core.tables import MIMETYPE, ListQuery, export
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.gate import received_at
from core.web.handing import keep_for_maker, kept_for_maker
from core.web.pages import settings
from enrolment.applications import intake, slips, wishes
from enrolment.applications.candidate_list import CANDIDATES, candidates_of
from enrolment.applications.expecting import expected_in
from enrolment.applications.forms import PlainForm, SheetForm, SlipForm
from enrolment.applications.models import ApplicantGuardian
from enrolment.applications.scope import get_applicant
from enrolment.applications.sheet import (
    CandidateSheet,
    CountyForm,
    Subject,
    candidates_template,
    read_candidates,
)
from enrolment.cycles.models import Cycle, Round
from enrolment.cycles.policy import filing_sheet
from enrolment.cycles.queries import current_cycle, newest_round, open_round

_WORKBOOK = replace(SHEET, kinds=frozenset({Kind.XLSX}))

blueprint = Blueprint("candidates", __name__, url_prefix="/candidates")


@blueprint.get("")
@requires("applications.see")
def candidates() -> str | AnyResponse:
    cycle = current_cycle()
    query = ListQuery.from_request(CANDIDATES, request)
    if cycle is None:
        return render_template("enrolment/applications/candidates.html", cycle=None, page=None)
    statement = candidates_of(current_actor(), cycle.id)
    if query.export:
        file = export(db.session(), query, statement, title=_("考生"))
        record_read(
            current_actor(), "applications.export_candidates", cycle, rows=file.rows, columns=list(file.columns)
        )
        return download(file.data, name=file.name, mimetype=MIMETYPE)
    page = query.page(db.session(), statement)
    return render_template("enrolment/applications/candidates.html", cycle=cycle, page=page)


@blueprint.get("/<uuid:applicant_id>")
@requires("applications.see")
def candidate(applicant_id: uuid.UUID) -> str:
    applicant = get_applicant(current_actor(), applicant_id)
    return render_template("enrolment/applications/candidate.html", applicant=applicant, form=PlainForm())


@blueprint.get("/template.xlsx")
@requires("applications.intake")
def template() -> Response:
    """An empty workbook for the actor's county, with its subjects and their full marks."""
    cycle = _cycle()
    newest = newest_round(cycle)
    forms = [_county_form(code, newest) for code in sorted(current_actor().counties("applications.intake"))]
    answer = Response(candidates_template(forms), mimetype=MIMETYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"candidates-{cycle.year}.xlsx")
    return answer


@blueprint.route("/import", methods=["GET", "POST"])
@requires("applications.intake")
def upload() -> str | AnyResponse | tuple[str, int]:
    """First step: choose the file. What passes the gate is kept, and looked at on the next page."""
    cycle = _cycle()
    form = SheetForm()
    if form.validate_on_submit():
        try:
            file = keep(current_actor(), form.file.data.stream, form.file.data.filename or "", _WORKBOOK)
        except Refused as error:
            form.refuse(error)
        else:
            return redirect(url_for(".review", file_id=file.id), 303)
    page = render_template(
        "enrolment/applications/candidate_import.html", form=form, cycle=cycle, counties=_own_counties()
    )
    return (page, 422) if form.errors else page


@blueprint.route("/import/<uuid:file_id>", methods=["GET", "POST"])
@requires("applications.intake")
def review(file_id: uuid.UUID) -> str | AnyResponse | tuple[str, int]:
    """Second step: every fault at once, or what would change. Third step: take it in, all or nothing."""
    cycle, file = _cycle(), _own_file(file_id)
    form = PlainForm()
    in_round = open_round(cycle)
    try:
        sheet = read_candidates(content(file), expected_in(cycle, _own_counties()))
        if form.validate_on_submit():
            report = wishes.take_list(
                current_actor(),
                cycle_id=cycle.id,
                round_id=in_round.id if in_round else None,
                sheet=sheet,
                at=received_at(),
            )
            flash(
                _(
                    "导入完成：新增 %(new)s 人，更新 %(changed)s 人，无变化 %(same)s 人。",
                    new=report.new,
                    changed=len(report.changed),
                    same=report.same,
                ),
                "success",
            )
            return redirect(url_for(".candidates"), 303)
        report = intake.compare_candidates(current_actor(), cycle_id=cycle.id, sheet=sheet)
        filed = _wishes(in_round, sheet)
    except BadSheets as error:
        page = render_template(
            "enrolment/applications/candidate_faults.html", cycle=cycle, file=file, faults=error.faults
        )
        return page, 422
    return render_template(
        "enrolment/applications/candidate_review.html",
        cycle=cycle,
        file=file,
        form=form,
        report=report,
        wishes=filed,
        counties=_own_counties(),
    )


@blueprint.get("/import/<uuid:file_id>/annotated.xlsx")
@requires("applications.intake")
def annotated(file_id: uuid.UUID) -> Response:
    """The same workbook with the faults marked, to mend and upload again."""
    cycle, file = _cycle(), _own_file(file_id)
    data = content(file)
    try:
        sheet = read_candidates(data, expected_in(cycle, _own_counties()))
        intake.compare_candidates(current_actor(), cycle_id=cycle.id, sheet=sheet)
        _wishes(open_round(cycle), sheet)
    except BadSheets as error:
        data = annotate(data, error.faults)
    answer = Response(data, mimetype=MIMETYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"candidates-{cycle.year}-marked.xlsx")
    return answer


@blueprint.route("/slips", methods=["GET", "POST"])
@requires("applications.intake")
def slip_sheet() -> str | AnyResponse | tuple[str, int]:
    """Slips for pupils without an account; the PDF waits for its maker at the address this leads to."""
    cycle = _cycle()
    waiting = slips.schools_waiting(current_actor(), cycle.id)
    form = SlipForm()
    form.offer(waiting)
    if form.validate_on_submit():
        try:
            issued = slips.issue_slips(current_actor(), cycle_id=cycle.id, junior_school=form.wanted)
        except Refused as error:
            form.refuse(error)
        else:
            return _pdf(issued)
    page = render_template("enrolment/applications/slips.html", form=form, cycle=cycle, waiting=waiting)
    return (page, 422) if form.errors else page


@blueprint.post("/<uuid:applicant_id>/slip")
@requires("applications.intake")
def one_slip(applicant_id: uuid.UUID) -> AnyResponse:
    get_applicant(current_actor(), applicant_id)
    return _pdf((slips.reissue_slip(current_actor(), applicant_id=applicant_id),))


@blueprint.post("/guardians/<uuid:guardian_id>/slip")
@requires("applications.intake")
def guardian_slip(guardian_id: uuid.UUID) -> AnyResponse:
    guardian = find(ApplicantGuardian, guardian_id)
    get_applicant(current_actor(), guardian.applicant_id)
    return _pdf((slips.reissue_guardian_slip(current_actor(), guardian_id=guardian_id),))


@blueprint.get("/slips/<key>.pdf")
@requires("applications.intake")
def slip_file(key: str) -> Response:
    """The slips just made, for their maker alone and for a quarter of an hour."""
    data = kept_for_maker(key)
    record_read(current_actor(), "applications.fetch_slips", ("slips", key.partition("-")[0]))
    return download(data, name=f"{_('激活单')}-{clock.today():%Y%m%d}.pdf", mimetype="application/pdf")


def _pdf(issued: tuple[slips.Slip, ...]) -> AnyResponse:
    sheet = slips.sheet_of(
        issued, title=_("跨省中职报名激活单"), address=settings().public_url, helpline=settings().helpline
    )
    key = keep_for_maker(to_pdf(sheet))
    return redirect(url_for(".slip_file", key=key), 303)


def _cycle() -> Cycle:
    cycle = current_cycle()
    if cycle is None:
        raise Refused(_l("还没有建立招生年度，暂时不能导入考生。请联系执委会。"))
    return cycle


def _own_counties() -> dict[str, str]:
    return {code: division(code).zh for code in sorted(current_actor().counties("applications.intake"))}


def _own_file(file_id: uuid.UUID) -> StoredFile:
    """The file this very account has uploaded; nobody takes in what another has looked at."""
    query = select(StoredFile).where(StoredFile.id == file_id, StoredFile.stored_by == current_actor().account_id)
    return find_in(query)


def _wishes(in_round: Round | None, sheet: CandidateSheet) -> wishes.WishReport | None:
    if in_round is None or not any(one.wishes for county in sheet.counties for one in county.candidates):
        return None
    return wishes.compare_wishes(current_actor(), in_round=in_round, sheet=sheet)


def _county_form(code: str, in_round: Round | None) -> CountyForm:
    if in_round is None:
        return CountyForm(code, division(code).zh, ())
    rules = filing_sheet(in_round, code).rules
    subjects = tuple(Subject(one.name.zh, one.full_mark) for one in rules.scores.value.subjects)
    return CountyForm(code, division(code).zh, subjects, rules.choices_max.value)
