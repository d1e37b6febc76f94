"""Pass lists on pages: which programme asks for one, loading its workbook in two steps, every load with its hash."""

import base64
import io
import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf.file import FileField
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.access import requires
from core.db import db
from core.errors import DomainError, NotVisible, Refused
from core.files.gate import check_upload
from core.files.limits import MB, Kind, Limits
from core.forms import BaseForm, CarriedFileForm
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.i18n import say
from core.sheets import BadSheets, SheetFault
from core.web.actor import current_actor
from core.web.downloads import download
from core.words import Words
from enrolment.applications import pass_lists as operations
from enrolment.applications.pass_models import PassEffect, PassList
from enrolment.applications.pass_sheet import Passed, passed_template, read_passed
from enrolment.cycles.models import Round, RoundState
from enrolment.cycles.queries import current_cycle, newest_round
from enrolment.plans.models import PlanProgramme
from enrolment.plans.names import programme_words
from registry.schools.models import Programme, School

blueprint = Blueprint("pass_lists", __name__, url_prefix="/pass-lists")
WORKBOOK = Limits(frozenset({Kind.XLSX}), MB, Words("合格名单工作簿", "pass list workbook"), "个")
_Answer = str | Response | tuple[str, int]


class NewListForm(BaseForm):
    """A programme that asks for a list, and what happens to who is not on it."""

    programme = SelectField(_l("招生专业"), choices=[])
    name = StringField(
        _l("名单名称"),
        description=_l("考生会看到，例如“面试合格”。"),
        validators=[
            InputRequired(_l("请填写名单名称，例如“面试合格”，最多 30 字。")),
            Length(max=operations.LONGEST_NAME, message=_l("请填写名单名称，例如“面试合格”，最多 30 字。")),
        ],
    )
    effect = RadioField(
        _l("不在名单上的考生"),
        choices=[
            SelectChoice(PassEffect.BAR.value, _l("不能选这个专业")),
            SelectChoice(PassEffect.SKIP.value, _l("可以填报，录取时略过这个志愿并说明理由")),
        ],
        validators=[InputRequired(_l("请选择不在名单上的考生怎么办。"))],
    )
    basis = StringField(
        _l("招生条件的依据"),
        description=_l("已公布的招生条件或文件。"),
        validators=[
            InputRequired(_l("请写明公布的招生条件或文件，最多 200 字。")),
            Length(max=operations.LONGEST_BASIS, message=_l("请写明公布的招生条件或文件，最多 200 字。")),
        ],
    )


class PassedForm(BaseForm):
    """The workbook to read."""

    file = FileField(_l("合格名单工作簿（.xlsx）"), validators=[InputRequired(_l("请选择合格名单工作簿。"))])


class PassedConfirmForm(CarriedFileForm):
    """The second step of taking a list in."""


@blueprint.get("")
@requires("passes.see")
def lists() -> str:
    """The lists of the newest round that the actor may see, with count and hash."""
    actor, in_round = current_actor(), _round()
    query = operations.visible_lists(actor).options(
        selectinload(PassList.loads),
        joinedload(PassList.programme).options(
            joinedload(Programme.major), joinedload(Programme.school).joinedload(School.organisation)
        ),
    )
    found = db.session.scalars(query.where(PassList.round_id == in_round.id)).all() if in_round else ()
    return render_template(
        "enrolment/applications/pass_lists.html",
        round=in_round,
        lists=found,
        may_open=actor.may(operations.LOAD) and _is_open(in_round),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("passes.load")
def new() -> _Answer:
    in_round = _open_round()
    rows = operations.programmes_for(current_actor(), in_round.id)
    form = NewListForm()
    form.programme.choices = [_choice(row) for row in rows]
    if form.validate_on_submit():
        try:
            made = operations.open_list(
                current_actor(),
                round_id=in_round.id,
                programme_id=uuid.UUID(form.programme.data),
                name=form.name.data or "",
                effect=PassEffect(form.effect.data),
                basis=form.basis.data or "",
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已登记，请载入名单。"), "success")
            return redirect(url_for(".upload", list_id=made.id), 303)
    page = render_template("enrolment/applications/pass_list_new.html", form=form, rows=rows)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.get("/template")
@requires("passes.load")
def template() -> Response:
    name = _("合格名单模板")
    return download(passed_template(), name=f"{name}.xlsx", mimetype=Kind.XLSX.media_type)


@blueprint.get("/<uuid:list_id>")
@requires("passes.see")
def show(list_id: uuid.UUID) -> str:
    found = operations.get_list(current_actor(), list_id)
    return render_template(
        "enrolment/applications/pass_list.html", list=found, may_load=_may_load(found) and _is_open(found.round)
    )


@blueprint.route("/<uuid:list_id>/import", methods=["GET", "POST"])
@requires("passes.load")
def upload(list_id: uuid.UUID) -> _Answer:
    """First step: every fault at once, or how many are on the list, its hash, and what changes."""
    found = operations.get_list(current_actor(), list_id, operations.LOAD)
    form = PassedForm()
    faults: Sequence[SheetFault] = ()
    if form.validate_on_submit():
        try:
            data = check_upload(form.file.data.stream, form.file.data.filename or "", WORKBOOK).data
            return _check_page(found, read_passed(data, operations.known_pupils(found)), data)
        except Refused as error:
            form.refuse(error)
        except BadSheets as error:
            faults = error.faults
    page = render_template("enrolment/applications/pass_list_upload.html", form=form, list=found, faults=faults)
    return (page, 422) if form.errors or form.form_errors or faults else page


@blueprint.post("/<uuid:list_id>/import/confirm")
@requires("passes.load")
def confirm(list_id: uuid.UUID) -> Response:
    """Second step: the same bytes, read again and loaded."""
    found = operations.get_list(current_actor(), list_id, operations.LOAD)
    form = PassedConfirmForm()
    if not form.validate():
        raise Refused(_l("没有收到完整的文件，请重新选择文件。"))
    data = check_upload(io.BytesIO(form.data_bytes()), "passed.xlsx", WORKBOOK).data
    try:
        passed = read_passed(data, operations.known_pupils(found))
    except BadSheets as error:
        raise Refused(error.faults[0].sentence) from error
    made = operations.load_list(current_actor(), list_id=found.id, passed=passed)
    flash(_("已载入第 %(number)s 次名单，%(count)s 人。", number=made.number, count=len(made.candidates)), "success")
    return redirect(url_for(".show", list_id=list_id), 303)


def _check_page(found: PassList, passed: Passed, data: bytes) -> str:
    form = PassedConfirmForm(formdata=None)
    form.workbook.data = base64.b64encode(data).decode()
    return render_template(
        "enrolment/applications/pass_list_check.html",
        form=form,
        list=found,
        passed=passed,
        change=operations.difference(found, passed),
    )


def _may_load(found: PassList) -> bool:
    try:
        operations.get_list(current_actor(), found.id, operations.LOAD)
    except NotVisible:
        return False
    return True


def _choice(row: PlanProgramme) -> SelectChoice:
    return SelectChoice(str(row.programme_id), f"{row.programme.code} {say(programme_words(row))}")


def _round() -> Round | None:
    cycle = current_cycle()
    return newest_round(cycle) if cycle else None


def _is_open(in_round: Round | None) -> bool:
    return in_round is not None and in_round.state is RoundState.OPEN


def _open_round() -> Round:
    found = _round()
    if found is None or not _is_open(found):
        raise Refused(_l("现在没有开启的轮次，不能载入名单。"))
    return found
