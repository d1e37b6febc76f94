"""Moves of seats between counties: asked for, approved by up to three bureaus, or refused."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from core.access import requires
from core.db import find_in
from core.errors import DomainError
from core.forms import BaseForm
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.i18n import say
from core.web.actor import current_actor
from enrolment.cycles.words import county_text
from enrolment.plans import moves as operations
from enrolment.plans.models import Plan, PlanProgramme, QuotaCell
from enrolment.plans.move_models import CellMove
from enrolment.plans.names import programme_words
from enrolment.plans.scope import get_plan, visible_plans
from registry.schools.models import Programme

blueprint = Blueprint("plan_moves", __name__)
_Answer = str | Response | tuple[str, int]


class MoveForm(BaseForm):
    """Which seats go where, and why."""

    from_cell = SelectField(_l("从哪个县区调出"), choices=[])
    to_cell = SelectField(_l("调入哪个县区（同一专业）"), choices=[])
    seats = IntegerField(_l("名额"), validators=[InputRequired(_l("请填写调整几个名额。"))])
    reason = TextAreaField(
        _l("原因"),
        validators=[
            InputRequired(_l("请写明调整的原因，各方批准时要看。")),
            Length(max=500, message=_l("原因最多 500 字。")),
        ],
    )


class AnswerForm(BaseForm):
    """Approving, or refusing with a reason."""

    answer = TextAreaField(_l("不同意的原因"), validators=[Length(max=500, message=_l("原因最多 500 字。"))])


@blueprint.route("/plans/<uuid:plan_id>/moves", methods=["GET", "POST"])
@requires("plans.edit")
def propose(plan_id: uuid.UUID) -> _Answer:
    plan = get_plan(current_actor(), plan_id)
    form = MoveForm()
    form.from_cell.choices = form.to_cell.choices = _cells(plan)
    if form.validate_on_submit():
        try:
            move = operations.propose_move(
                current_actor(),
                from_cell_id=uuid.UUID(form.from_cell.data),
                to_cell_id=uuid.UUID(form.to_cell.data),
                seats=form.seats.data or 0,
                reason=form.reason.data or "",
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已提出调整，等待相关县区批准。"), "success")
            return redirect(url_for(".show", move_id=move.id), 303)
    page = render_template(
        "enrolment/plans/moves.html", plan=plan, form=form, moves=operations.moves_of(plan.round_id)
    )
    return (page, 422) if form.errors else page


@blueprint.get("/plan-moves/<uuid:move_id>")
@requires("plans.see")
def show(move_id: uuid.UUID) -> str:
    return _page(_get(move_id), AnswerForm(formdata=None))


@blueprint.post("/plan-moves/<uuid:move_id>/agree")
@requires("plans.agree")
def agree(move_id: uuid.UUID) -> Response:
    move = operations.agree_move(current_actor(), move_id=_get(move_id).id)
    done = move.made_plan_id is not None
    flash(_("各方都已批准，名额已调整，计划有了新的一版。") if done else _("已批准，等待其他县区。"), "success")
    return redirect(url_for(".show", move_id=move.id), 303)


@blueprint.post("/plan-moves/<uuid:move_id>/refuse")
@requires("plans.agree")
def refuse(move_id: uuid.UUID) -> _Answer:
    move = _get(move_id)
    form = AnswerForm()
    if form.validate():
        try:
            operations.refuse_move(current_actor(), move_id=move.id, answer=form.answer.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已不同意这项调整，计划没有变化。"), "info")
            return redirect(url_for(".show", move_id=move_id), 303)
    return _page(_get(move_id), form), 422


def _get(move_id: uuid.UUID) -> CellMove:
    """The move, if its plan is visible; NotVisible otherwise."""
    query = (
        select(CellMove)
        .where(
            CellMove.id == move_id, CellMove.plan_id.in_(visible_plans(current_actor()).with_only_columns(Plan.id))
        )
        .options(
            joinedload(CellMove.from_cell)
            .joinedload(QuotaCell.plan_programme)
            .joinedload(PlanProgramme.programme)
            .options(joinedload(Programme.school), joinedload(Programme.major)),
            joinedload(CellMove.to_cell),
            joinedload(CellMove.made_plan),
            selectinload(CellMove.agreements),
        )
    )
    return find_in(query)


def _page(move: CellMove, form: AnswerForm) -> str:
    given = {one.county: one for one in move.agreements}
    wanted = sorted(operations.counties_of(move))
    return render_template(
        "enrolment/plans/move.html",
        move=move,
        form=form,
        name=programme_words(move.from_cell.plan_programme),
        agreements=[(county_text(county), given.get(county)) for county in wanted],
        may_agree=bool(current_actor().counties("plans.agree") & (set(wanted) - given.keys())),
    )


def _cells(plan: Plan) -> Sequence[SelectChoice]:
    return [
        SelectChoice(
            str(cell.id),
            _(
                "%(code)s %(name)s：%(county)s（%(seats)s）",
                code=row.programme.code,
                name=say(programme_words(row)),
                county=county_text(cell.county),
                seats=cell.seats,
            ),
        )
        for row in plan.programmes
        for cell in row.cells
    ]
