"""The rules of entry of each county: read in words, tried out, revised by workbook or form, approved by a second."""

import base64
import datetime as dt
import io
import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from core import clock
from core.access import Organisation, requires
from core.db import db, find
from core.errors import DomainError, NotAllowed, NotVisible, Refused
from core.files.gate import check_upload
from core.files.limits import MB, Kind, Limits
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.policy import FilingSheet
from core.policy.entry import judge, run_cases, untried_lines
from core.sheets import BadSheets, SheetFault
from core.web.actor import current_actor
from core.web.downloads import download
from core.words import Words
from enrolment.cycles import revisions
from enrolment.cycles.queries import counties
from enrolment.cycles.rule_forms import PlainRulesForm, RevisionForm, RuleConfirmForm, RuleUploadForm, TryOutForm
from enrolment.cycles.rule_models import RevisionState, RuleRevision
from enrolment.cycles.rule_sheet import RuleTables, read_rules, tables_of, write_rules
from enrolment.cycles.rule_words import changed_rules

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
WORKBOOK = Limits(frozenset({Kind.XLSX}), MB, Words("报考规则工作簿", "rules workbook"), "个")
_Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires("rules.see")
def overview() -> str:
    """Every county with its edition in force and what waits."""
    offices, sheets = counties(), revisions.all_sheets()
    waiting = {one.county: one for one in db.session.scalars(_proposed_ones())}
    lines = [(office, _in_force(sheets.get(office.division, ())), waiting.get(office.division)) for office in offices]
    return render_template("enrolment/cycles/rules.html", lines=lines)


@blueprint.get("/<county>")
@requires("rules.see")
def county(county: str) -> str:
    """A county's rules in words with the pupil's sentence, the test cases, a try-out, and every edition."""
    office = _office(county)
    sheets = revisions.sheets_of(county)
    sheet = _in_force(sheets) or (sheets[-1] if sheets else None)
    if sheet is None:
        raise Refused(_l("这个县区还没有政策参数表，请联系系统管理员。"))
    form = TryOutForm(request.args)
    form.offer()
    asked = "hukou" in request.args
    rules = sheet.rules
    revised = select(RuleRevision).where(RuleRevision.county == county).order_by(RuleRevision.proposed_at.desc())
    return render_template(
        "enrolment/cycles/county_rules.html",
        office=office,
        sheet=sheet,
        outcomes=run_cases(rules, sheet.cases),
        sheets=tuple(reversed(sheets)),
        revisions=db.session.scalars(revised).all(),
        may_edit=county in current_actor().counties(revisions.EDIT),
        form=form,
        asked=asked,
        tried=judge(rules.eligibility.value, rules.exclusive_wishes.value, form.facts) if asked else None,
        on=clock.today(),
    )


@blueprint.get("/<county>/workbook")
@requires("rules.see")
def workbook(county: str) -> Response:
    office = _office(county)
    sheet = revisions.newest_sheet(county)
    name = _("报考规则 %(county)s %(version)s", county=office.name_zh, version=sheet.version)
    data = write_rules(tables_of(sheet))
    return download(data, name=f"{name}.xlsx", mimetype=Kind.XLSX.media_type)


@blueprint.route("/<county>/plain", methods=["GET", "POST"])
@requires("rules.edit")
def plain(county: str) -> _Answer:
    """The rules that are one value each: numbers of choices, place of the batch."""
    office = _own(county)
    form = _filled(revisions.newest_sheet(county))
    if form.validate_on_submit():
        names = revisions.PlainRules.__slots__
        values = revisions.PlainRules(**{name: form[name].data for name in names})
        try:
            made = revisions.propose_plain(
                current_actor(), county=county, effective_from=form.effective_from.data, plain=values
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _proposed(made)
    page = render_template("enrolment/cycles/rules_plain.html", form=form, office=office)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.route("/<county>/import", methods=["GET", "POST"])
@requires("rules.edit")
def upload(county: str) -> _Answer:
    """First step: the workbook is read; every fault at once, or what would change and how the cases come out."""
    office = _own(county)
    form = RuleUploadForm()
    faults: Sequence[SheetFault] = ()
    if form.validate_on_submit():
        try:
            data = check_upload(form.file.data.stream, form.file.data.filename or "", WORKBOOK).data
            tables = read_rules(data)
            return _check_page(office, tables, data, form.effective_from.data)
        except DomainError as error:
            form.refuse(error)
        except BadSheets as error:
            faults = error.faults
    page = render_template("enrolment/cycles/rules_upload.html", form=form, office=office, faults=faults)
    return (page, 422) if form.errors or form.form_errors or faults else page


@blueprint.post("/<county>/import/confirm")
@requires("rules.edit")
def confirm(county: str) -> Response:
    """Second step: the same bytes, read again, go before the second person."""
    _own(county)
    form = RuleConfirmForm()
    if not form.validate():
        raise Refused(_l("没有收到完整的文件，请重新选择文件。"))
    try:
        tables = read_rules(check_upload(io.BytesIO(form.data_bytes()), "rules.xlsx", WORKBOOK).data)
    except BadSheets as error:
        raise Refused(error.faults[0].sentence) from error
    made = revisions.propose_tables(
        current_actor(), county=county, effective_from=form.effective_from.data, tables=tables
    )
    return _proposed(made)


@blueprint.get("/revisions/<uuid:revision_id>")
@requires("rules.see")
def revision(revision_id: uuid.UUID) -> str:
    return _page(find(RuleRevision, revision_id))


@blueprint.post("/revisions/<uuid:revision_id>/approve")
@requires("rules.approve", second_factor=True)
def approve(revision_id: uuid.UUID) -> Response:
    done = revisions.approve(current_actor(), revision_id=find(RuleRevision, revision_id).id, version=_version())
    flash(_("已批准。%(version)s 版规则从生效日期起使用。", version=done.sheet_version), "success")
    return redirect(url_for(".county", county=done.county), 303)


@blueprint.post("/revisions/<uuid:revision_id>/refuse")
@requires("rules.approve")
def refuse(revision_id: uuid.UUID) -> _Answer:
    found = find(RuleRevision, revision_id)
    form = RevisionForm()
    if form.validate() and form.version.data is not None:
        try:
            revisions.refuse(
                current_actor(), revision_id=found.id, version=form.version.data, answer=form.answer.data or ""
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("已退回这一版规则，原来的规则不变。"), "info")
            return redirect(url_for(".revision", revision_id=revision_id), 303)
    return _page(find(RuleRevision, revision_id), form), 422


@blueprint.post("/revisions/<uuid:revision_id>/withdraw")
@requires("rules.edit")
def withdraw(revision_id: uuid.UUID) -> Response:
    done = revisions.withdraw(current_actor(), revision_id=find(RuleRevision, revision_id).id, version=_version())
    flash(_("已撤回这一版规则，原来的规则不变。"), "info")
    return redirect(url_for(".county", county=done.county), 303)


def _check_page(office: Organisation, tables: RuleTables, data: bytes, day: dt.date) -> _Answer:
    base = revisions.newest_sheet(office.division)
    rules, cases = revisions.bodies_of(tables)
    sheet = revisions.edition(base, rules, tables.bases, cases, day, base.version)
    outcomes = run_cases(sheet.rules, sheet.cases)
    form = RuleConfirmForm(formdata=None, effective_from=day)
    form.workbook.data = base64.b64encode(data).decode()
    return render_template(
        "enrolment/cycles/rules_check.html",
        office=office,
        form=form,
        day=day,
        sheet=sheet,
        outcomes=outcomes,
        failing=[one for one in outcomes if not one.holds],
        untried=untried_lines(sheet.rules, sheet.cases),
        changes=changed_rules(base, sheet),
        base=base,
        notes=tables.notes,
    )


def _page(found: RuleRevision, form: RevisionForm | None = None) -> str:
    actor, sheet = current_actor(), revisions.sheet_of(found)
    base = next(one for one in revisions.sheets_of(found.county) if one.version == found.based_on)
    waiting = found.state is RevisionState.PROPOSED
    return render_template(
        "enrolment/cycles/revision.html",
        revision=found,
        office=_office(found.county),
        sheet=sheet,
        base=base,
        outcomes=run_cases(sheet.rules, sheet.cases),
        changes=changed_rules(base, sheet),
        form=form or RevisionForm(formdata=None, obj=found),
        may_approve=waiting
        and found.county in actor.counties(revisions.APPROVE)
        and found.proposed_by != actor.account_id,
        may_withdraw=waiting and found.county in actor.counties(revisions.EDIT),
    )


def _proposed(made: RuleRevision) -> Response:
    flash(_("%(version)s 版规则已提出，等本县区另一位人员批准。", version=made.sheet_version), "success")
    return redirect(url_for(".revision", revision_id=made.id), 303)


def _filled(sheet: FilingSheet) -> PlainRulesForm:
    rules, batch = sheet.rules, sheet.rules.batch.value
    return PlainRulesForm(
        choices_max=rules.choices_max.value,
        choices_basis=rules.choices_max.basis,
        supplementary_choices_max=rules.supplementary_choices_max.value,
        supplementary_basis=rules.supplementary_choices_max.basis,
        batch_zh=batch.name.zh,
        batch_en=batch.name.en,
        batch_position=batch.position,
        batch_basis=rules.batch.basis,
    )


def _version() -> int:
    form = RevisionForm()
    if form.version.data is None or not form.validate():
        raise Refused(_l("没有收到完整的内容，请重新打开这一页。"))
    return int(form.version.data)


def _office(county: str) -> Organisation:
    found = next((one for one in counties() if one.division == county), None)
    if found is None:
        raise NotVisible
    return found


def _own(county: str) -> Organisation:
    office = _office(county)
    if county not in current_actor().counties(revisions.EDIT):
        raise NotAllowed(_l("各县区的报考规则由本县区教育局修订，您的账号不属于这个县区。"))
    return office


def _in_force(sheets: Sequence[FilingSheet]) -> FilingSheet | None:
    today = clock.today()
    return next((one for one in reversed(sheets) if one.covers(today)), None)


def _proposed_ones() -> Select[RuleRevision]:
    return select(RuleRevision).where(RuleRevision.state == RevisionState.PROPOSED)
