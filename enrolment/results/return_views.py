"""退档: the school's list of files sent to it, the bureau's answer, the deadline; and the lists of pupils taken."""

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from core import clock
from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import DomainError
from core.i18n import gettext as _
from core.web.actor import current_actor
from enrolment.applications.models import Application
from enrolment.cycles.words import county_text
from enrolment.results import late_lists, returning
from enrolment.results.return_forms import DecisionForm, ReturnFileForm, TakenForm, WindowForm
from enrolment.results.return_scope import get_return, get_sent, visible_returns, visible_sent
from enrolment.rounds.models import FileReturn, ReturnWindow, Run, TakenList
from enrolment.rounds.queries import get_round, get_run
from enrolment.rounds.return_codes import REASON_CODES

blueprint = Blueprint("returns", __name__)
_Answer = str | Response | tuple[str, int]


@blueprint.get("/returns")
@requires("returns.see")
def returns() -> str:
    """A school's files of the run at hand; a bureau's returns to decide."""
    actor = current_actor()
    rows = sum(
        db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        for query in (visible_sent(actor), visible_returns(actor))
    )
    if rows:
        record_read(actor, "returns.list", ("file_return", "list"), rows=rows)
    sent = db.session.scalars(visible_sent(actor)).all()
    found = db.session.scalars(visible_returns(actor)).all()
    open_windows = select(ReturnWindow).where(ReturnWindow.run_id.in_({one.run_id for one in sent}))
    windows = {one.run_id: one for one in db.session.scalars(open_windows)} if sent else {}
    return render_template(
        "enrolment/results/returns.html",
        sent=sent,
        found=found,
        windows=windows,
        asked={(one.run_id, one.application_id) for one in found},
        codes=REASON_CODES,
        now=clock.now(),
    )


@blueprint.route("/returns/new/<uuid:placement_id>", methods=["GET", "POST"])
@requires("returns.propose")
def propose(placement_id: uuid.UUID) -> _Answer:
    actor = current_actor()
    placement = get_sent(actor, placement_id)
    form = ReturnFileForm.here()
    if form.validate_on_submit():
        try:
            returning.propose_return(actor, placement_id=placement.id, code=form.code.data, note=form.note.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已提出退档，等待考生所在县区教育局确认。"), "success")
            return redirect(url_for(".returns"), 303)
    page = render_template("enrolment/results/return_new.html", form=form, placement=get_sent(actor, placement_id))
    return (page, 422) if form.errors else page


@blueprint.route("/returns/<uuid:return_id>", methods=["GET", "POST"])
@requires("returns.decide")
def decide(return_id: uuid.UUID) -> _Answer:
    actor = current_actor()
    found = get_return(actor, return_id)
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            returning.decide_return(
                actor, return_id=found.id, confirm=form.decision.data == "confirm", answer=form.answer.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("处理意见已保存。确认的退档要重新计算后才计入结果。"), "success")
            return redirect(url_for(".returns"), 303)
    found = get_return(actor, return_id)
    mine = found.application.applicant.county in actor.counties(returning.DECIDE)
    page = render_template(
        "enrolment/results/return.html", one=found, form=form, code=REASON_CODES[found.code], mine=mine
    )
    return (page, 422) if form.errors else page


@blueprint.route("/runs/<uuid:run_id>/return-window", methods=["GET", "POST"])
@requires("returns.open")
def window(run_id: uuid.UUID) -> _Answer:
    run = get_run(run_id)
    form = WindowForm()
    if form.validate_on_submit():
        moment: dt.datetime = form.until.data.replace(tzinfo=clock.BEIJING)
        try:
            returning.open_window(current_actor(), run_id=run.id, until=moment)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("退档时间已设定，招生学校现在可以查看投档名单。"), "success")
            return redirect(url_for(".window", run_id=run.id), 303)
    page = render_template(
        "enrolment/results/return_window.html",
        run=get_run(run_id),
        window=db.session.get(ReturnWindow, run_id),
        waiting=_waiting(run),
        form=form,
    )
    return (page, 422) if form.errors else page


@blueprint.route("/rounds/<uuid:round_id>/taken", methods=["GET", "POST"])
@requires("taken.load")
def taken(round_id: uuid.UUID) -> _Answer:
    """The lists of pupils taken by other batches, and a new one."""
    actor = current_actor()
    in_round = get_round(round_id)
    form = TakenForm()
    form.county.choices = [SelectChoice(code, county_text(code)) for code in sorted(actor.counties(late_lists.LOAD))]
    if form.validate_on_submit():
        try:
            loaded = late_lists.load_taken(
                actor,
                round_id=in_round.id,
                county=form.county.data,
                batch=form.batch.data or "",
                numbers=late_lists.numbers_in(form.numbers.data or ""),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已载入 %(count)s 名考生，他们不再参加本轮。", count=len(loaded.numbers)), "success")
            return redirect(url_for(".taken", round_id=in_round.id), 303)
    lists = select(TakenList).where(TakenList.round_id == round_id).order_by(TakenList.loaded_at.desc())
    page = render_template(
        "enrolment/results/taken.html",
        round=get_round(round_id),
        lists=db.session.scalars(lists).all(),
        form=form,
    )
    return (page, 422) if form.errors else page


def _waiting(run: Run) -> int:
    """How many returns of a run still wait for an answer."""
    query = (
        select(FileReturn)
        .where(FileReturn.run_id == run.id, FileReturn.decided_at.is_(None))
        .options(joinedload(FileReturn.application).joinedload(Application.applicant))
    )
    return len(db.session.scalars(query).all())
