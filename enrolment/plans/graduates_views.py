"""The page on which a bureau states how many pupils leave junior school this year."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from core.access import requires
from core.errors import DomainError, Refused
from core.forms import BaseForm
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from enrolment.cycles.queries import current_cycle
from enrolment.cycles.words import county_text
from enrolment.plans.graduates import MOST, graduates_of, state_graduates
from enrolment.plans.operations import EDIT

blueprint = Blueprint("plan_graduates", __name__)


class GraduatesForm(BaseForm):
    """A county's graduates and what the number rests on."""

    county = SelectField(_l("县区"), choices=[])
    graduates = IntegerField(
        _l("初中毕业生人数"),
        validators=[
            InputRequired(_l("请填写初中毕业生人数。")),
            NumberRange(0, MOST, _l("毕业生人数应在 0 到 999999 之间。")),
        ],
    )
    basis = StringField(
        _l("依据"),
        description=_l("例如“学籍系统 2026 年 4 月统计”。"),
        validators=[
            InputRequired(_l("请写明毕业生人数的依据，例如学籍统计的日期。")),
            Length(max=200, message=_l("依据最多 200 字。")),
        ],
    )


@blueprint.route("/plan-graduates", methods=["GET", "POST"])
@requires("plans.edit")
def graduates() -> str | Response | tuple[str, int]:
    cycle = current_cycle()
    if cycle is None:
        raise Refused(_("还没有招生年度。"))
    actor = current_actor()
    form = GraduatesForm()
    form.county.choices = [SelectChoice(code, county_text(code)) for code in sorted(actor.counties(EDIT))]
    if form.validate_on_submit():
        try:
            state_graduates(
                actor,
                cycle_id=cycle.id,
                county=form.county.data,
                graduates=form.graduates.data or 0,
                basis=form.basis.data or "",
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("初中毕业生人数已保存，计划表按它核对。"), "success")
            return redirect(url_for("plans.versions"), 303)
    page = render_template("enrolment/plans/graduates.html", form=form, cycle=cycle, stated=graduates_of(cycle.id))
    return (page, 422) if form.errors else page
