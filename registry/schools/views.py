"""A school's own page: its programmes, and how its new pupils arrive this year."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import db
from core.errors import Refused
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from registry.schools import operations, years
from registry.schools.forms import ArrivalForm, JoinForm, LeaveForm, OfferForm
from registry.schools.models import Programme, School, SchoolYear
from registry.schools.operations import ArrivalFacts, OfferFacts
from registry.schools.scope import CORRECT, YEARS, get_programme, get_school, get_year, visible_schools

blueprint = Blueprint("own_schools", __name__, url_prefix="/own-schools")
_Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires("schools.see")
def schools() -> str | Response:
    query = visible_schools(current_actor()).options(joinedload(School.organisation)).order_by(School.code)
    found = db.session.scalars(query).all()
    if len(found) == 1:
        return redirect(url_for(".school", school_id=found[0].id), 303)
    return render_template("registry/schools/schools.html", schools=found)


@blueprint.get("/<uuid:school_id>")
@requires("schools.see")
def school(school_id: uuid.UUID) -> str:
    found = get_school(current_actor(), school_id)
    programmes = db.session.scalars(
        select(Programme)
        .where(Programme.school_id == found.id)
        .options(
            joinedload(Programme.major), joinedload(Programme.college_major), joinedload(Programme.partner_college)
        )
        .order_by(Programme.code)
    ).all()
    found_years = db.session.scalars(
        select(SchoolYear).where(SchoolYear.school_id == found.id).order_by(SchoolYear.year.desc())
    ).all()
    return render_template(
        "registry/schools/school.html",
        school=found,
        programmes=programmes,
        years=found_years,
        may_correct=current_actor().may(CORRECT),
        may_years=found.county in current_actor().counties(YEARS),
        join=JoinForm(formdata=None, year=clock.today().year + 1),
    )


@blueprint.post("/<uuid:school_id>/years")
@requires("schools.years")
def join(school_id: uuid.UUID) -> Response:
    found = get_school(current_actor(), school_id)
    form = JoinForm()
    if not form.validate() or form.year.data is None:
        raise Refused(_l("请填写年份，例如 2026。"))
    year = years.join_year(current_actor(), school_id=found.id, year=form.year.data)
    flash(_("已登记参加 %(year)s 年招生。", year=year.year), "success")
    return redirect(url_for(".school", school_id=school_id), 303)


@blueprint.route("/years/<uuid:school_year_id>/leave", methods=["GET", "POST"])
@requires("schools.years")
def leave(school_year_id: uuid.UUID) -> _Answer:
    """Leaving a year, with what stays and what is no longer possible."""
    year = get_year(current_actor(), school_year_id)
    form = LeaveForm(obj=year)
    if form.validate_on_submit():
        try:
            years.leave_year(
                current_actor(), school_year_id=year.id, version=form.version.data or 0, reason=form.reason.data or ""
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("已退出 %(year)s 年招生，往年的学生照常管理。", year=year.year), "success")
            return redirect(url_for(".school", school_id=year.school_id), 303)
    page = render_template("registry/schools/leave.html", form=form, year=year, school=year.school)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.post("/years/<uuid:school_year_id>/rejoin")
@requires("schools.years")
def rejoin(school_year_id: uuid.UUID) -> Response:
    year = get_year(current_actor(), school_year_id)
    form = LeaveForm()
    if form.version.data is None:
        raise Refused(_l("没有收到完整的内容，请重新打开这一页。"))
    years.rejoin_year(current_actor(), school_year_id=year.id, version=form.version.data)
    flash(_("已恢复参加 %(year)s 年招生。", year=year.year), "success")
    return redirect(url_for(".school", school_id=year.school_id), 303)


@blueprint.route("/arrival/<uuid:school_year_id>", methods=["GET", "POST"])
@requires("schools.correct")
def arrival(school_year_id: uuid.UUID) -> _Answer:
    year = get_year(current_actor(), school_year_id)
    form = ArrivalForm(obj=year)
    if not form.is_submitted():
        form.bring.data = "\n".join(year.bring)
    if form.validate_on_submit():
        facts = ArrivalFacts(
            arrival_place=(form.arrival_place.data or "").strip(),
            arrival_hours=(form.arrival_hours.data or "").strip(),
            bring=form.lines(),
            late_sentence=(form.late_sentence.data or "").strip(),
        )
        try:
            operations.correct_arrival(
                current_actor(), school_year_id=year.id, version=form.version.data or 0, facts=facts
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("%(year)s 年的报到安排已保存，以后发出的通知书按此打印。", year=year.year), "success")
            return redirect(url_for(".school", school_id=year.school_id), 303)
    page = render_template("registry/schools/arrival.html", form=form, year=year, school=year.school)
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.route("/programmes/<uuid:programme_id>", methods=["GET", "POST"])
@requires("schools.correct")
def programme(programme_id: uuid.UUID) -> _Answer:
    found = get_programme(current_actor(), programme_id)
    form = OfferForm(obj=found)
    if form.validate_on_submit():
        facts = OfferFacts(
            tuition_yuan=form.tuition_yuan.data or 0,
            boarding=bool(form.boarding.data),
            boarding_yuan=form.boarding_yuan.data or 0,
            note_zh=(form.note_zh.data or "").strip(),
            note_en=(form.note_en.data or "").strip(),
        )
        try:
            operations.correct_programme(
                current_actor(), programme_id=found.id, version=form.version.data or 0, facts=facts
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("%(name)s的信息已保存，公开的页面同时更新。", name=found.name(current_language())), "success")
            return redirect(url_for(".school", school_id=found.school_id), 303)
    page = render_template("registry/schools/programme.html", form=form, programme=found)
    return (page, 422) if form.errors or form.form_errors else page
