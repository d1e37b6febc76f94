"""One person, two counties: the list of a bureau's cases, and the page on which it answers."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import DomainError
from core.forms import VersionedForm
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from enrolment.applications import clashes
from enrolment.applications.clash_models import NEITHER, ClashBasis, ClashState, FilingClash
from enrolment.applications.models import Application
from enrolment.applications.records import version_in_force
from enrolment.cycles.words import county_text

blueprint = Blueprint("clashes", __name__, url_prefix="/clashes")
BASES = {
    ClashBasis.EXAM: _l("参加中考的县区"),
    ClashBasis.ROLL: _l("初中学籍所在的县区"),
    ClashBasis.FAMILY: _l("考生和监护人的书面选择"),
}


class AnswerForm(VersionedForm):
    """Which county goes on, and what that rests on."""

    county = SelectField(_l("代表的县区"), choices=[])
    goes_on = RadioField(
        _l("由哪个县区继续办理"), choices=[], validators=[InputRequired(_l("请选择由哪个县区继续办理。"))]
    )
    basis = RadioField(
        _l("依据"),
        choices=[SelectChoice(basis.value, word) for basis, word in BASES.items()],
        validators=[InputRequired(_l("请选择依据。"))],
    )


@blueprint.get("")
@requires("clashes.see")
def cases() -> str:
    """The cases of the actor's counties, the open ones first."""
    actor = current_actor()
    query = (
        clashes.visible_clashes(actor)
        .options(
            joinedload(FilingClash.one).joinedload(Application.applicant),
            joinedload(FilingClash.other).joinedload(Application.applicant),
        )
        .order_by(FilingClash.ended_at.is_not(None), FilingClash.opened_at.desc())
    )
    found = db.session.scalars(query).all()
    if found:
        record_read(actor, "clashes.list", ("filing_clash", "list"), rows=len(found))
    own = actor.counties(clashes.SEE)
    return render_template("enrolment/applications/clashes.html", cases=found, own=own)


@blueprint.get("/<uuid:clash_id>")
@requires("clashes.see")
def show(clash_id: uuid.UUID) -> str:
    clash = clashes.get_clash(current_actor(), clash_id)
    record_read(current_actor(), "clashes.see", clash)
    return _page(clash, _form(clash, formdata=False))


@blueprint.post("/<uuid:clash_id>")
@requires("clashes.decide")
def answer(clash_id: uuid.UUID) -> str | Response | tuple[str, int]:
    clash = clashes.get_clash(current_actor(), clash_id)
    form = _form(clash)
    if form.validate() and form.version.data is not None:
        try:
            done = clashes.answer(
                current_actor(),
                clash_id=clash.id,
                version=form.version.data,
                county=form.county.data,
                goes_on=form.goes_on.data,
                basis=ClashBasis(form.basis.data),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            if done.state is ClashState.DECIDED:
                flash(_("两个县区的答复一致，已经办理，考生和监护人会收到通知。"), "success")
            else:
                flash(_("已答复，等另一个县区答复。两边一致后办理。"), "success")
            return redirect(url_for(".show", clash_id=clash_id), 303)
    return _page(clashes.get_clash(current_actor(), clash_id), form), 422


def _form(clash: FilingClash, *, formdata: bool = True) -> AnswerForm:
    form = AnswerForm(obj=clash) if formdata else AnswerForm(formdata=None, obj=clash)
    mine = sorted(current_actor().counties(clashes.DECIDE) & set(clash.counties))
    form.county.choices = [SelectChoice(code, county_text(code)) for code in mine]
    form.goes_on.choices = [
        *(SelectChoice(code, county_text(code)) for code in clash.counties),
        SelectChoice(NEITHER, _("都不办理，两份报名都撤回")),
    ]
    return form


def _page(clash: FilingClash, form: AnswerForm) -> str:
    own = current_actor().counties(clashes.SEE)
    mine = [clash.application_of(code) for code in clash.counties if code in own]
    submitted = {code: version_in_force(clash.application_of(code)) for code in clash.counties}
    return render_template(
        "enrolment/applications/clash.html",
        clash=clash,
        form=form,
        mine=mine,
        submitted={code: one.submitted_at if one else None for code, one in submitted.items()},
        answers=(
            (clash.one_county, clash.one_answer, clash.one_basis, clash.one_at),
            (clash.other_county, clash.other_answer, clash.other_basis, clash.other_at),
        ),
        bases=BASES,
        neither=NEITHER,
        may_answer=clash.state is ClashState.OPEN and bool(form.county.choices),
    )
