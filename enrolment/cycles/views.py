"""The public timetable and the pages where offices set dates."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core import clock
from core.access import Organisation, anonymous, requires
from core.db import find
from core.errors import NotAllowed, NotVisible, Refused
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.policy import FilingSheet
from core.web.actor import current_actor
from enrolment.cycles import operations
from enrolment.cycles.forms import CycleForm, NewRoundForm, RoundForm, WindowForm
from enrolment.cycles.impact import Dates, RoundDates, impact_of, round_impact_of
from enrolment.cycles.models import CountyWindow, Cycle, Round
from enrolment.cycles.policy import filing_sheets
from enrolment.cycles.queries import counties, current_cycle, newest_round
from enrolment.cycles.revisions import all_sheets
from enrolment.cycles.rule_notes import rule_notes

blueprint = Blueprint("cycles", __name__)


@dataclass(frozen=True, slots=True)
class CountyLine:
    """One county in the timetable of a round."""

    office: Organisation
    window: CountyWindow | None
    editable: bool


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the timetable: opened, or only dated."""

    number: int
    round: Round | None
    counties: tuple[CountyLine, ...]


@blueprint.get("/timetable")
@anonymous("when to apply must be known before anybody has an account")
def timetable() -> str:
    cycle = current_cycle()
    shown = newest_round(cycle) if cycle else None
    line = _line(cycle, shown.number if shown else 1, counties()) if cycle else None
    rules = rule_notes(shown.id) if shown else ()
    entry = _entry_rules(shown, line) if line else {}
    return render_template("enrolment/cycles/timetable.html", cycle=cycle, line=line, rules=rules, entry=entry)


def _entry_rules(shown: Round | None, line: RoundLine) -> Mapping[str, FilingSheet]:
    """Each county's table of who may apply: of the round shown, else of today; a county without one has none."""
    codes = [one.office.division for one in line.counties]
    if shown is not None:
        try:
            return filing_sheets(shown, codes)
        except Refused:
            pass  # a county has filed no sheet yet: the others are shown as of today
    today, sheets = clock.today(), all_sheets()
    return {code: one for code in codes for one in sheets.get(code, ()) if one.covers(today)}


@blueprint.get("/cycles")
@requires("cycles.see")
def overview() -> str:
    cycle = current_cycle()
    offices = counties()
    lines = [_line(cycle, number, offices) for number in _numbers(cycle)] if cycle else []
    return render_template("enrolment/cycles/overview.html", cycle=cycle, lines=lines)


@blueprint.route("/cycles/new", methods=["GET", "POST"])
@requires("cycles.open")
def new_cycle() -> str | Response | tuple[str, int]:
    form = CycleForm()
    if form.validate_on_submit():
        try:
            operations.open_cycle(
                current_actor(), year=form.year.data, name_zh=form.name_zh.data, name_en=form.name_en.data
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("已建立 %(year)s 年招生年度。", year=form.year.data), "success")
            return redirect(url_for(".overview"), 303)
    page = render_template("enrolment/cycles/new_cycle.html", form=form)
    return (page, 422) if form.errors else page


@blueprint.route("/cycles/<uuid:cycle_id>/rounds/<int:number>/<county>", methods=["GET", "POST"])
@requires("cycles.set_window")
def window(cycle_id: uuid.UUID, number: int, county: str) -> str | Response | tuple[str, int]:
    cycle = operations.get_cycle(cycle_id)
    line = _line(cycle, number, [one for one in counties() if one.division == county])
    if not line.counties or number not in _numbers(cycle):
        raise NotVisible
    if not line.counties[0].editable:
        raise NotAllowed(_l("各县区的报名时间由本县区教育局设定，您的账号不属于这个县区。"))
    found = line.counties[0].window
    form = WindowForm(obj=found)
    if form.validate_on_submit() and not form.again:
        if found and not form.confirmed and form.closes_at.data > form.opens_at.data:
            return _preview(cycle, line, found, form)
        try:
            operations.set_window(
                current_actor(),
                cycle_id=cycle.id,
                county=county,
                round_number=number,
                opens_at=form.opens_at.data,
                closes_at=form.closes_at.data,
                scores_on=form.scores_on.data,
                version=form.version.data if found else None,
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("报名时间已保存，公开的时间表同时更新。"), "success")
            return redirect(url_for(".overview"), 303)
    page = render_template("enrolment/cycles/window.html", form=form, cycle=cycle, line=line)
    return (page, 422) if form.errors else page


def _preview(cycle: Cycle, line: RoundLine, found: CountyWindow, form: WindowForm) -> str:
    """What moves, before anything is saved; the dates travel with the page."""
    after = Dates(form.opens_at.data, form.closes_at.data, form.scores_on.data)
    change = operations.change_of(cycle, found, after)
    return render_template(
        "enrolment/cycles/window_preview.html",
        form=form,
        cycle=cycle,
        line=line,
        change=change,
        impact=impact_of(change, cycle),
    )


@blueprint.route("/cycles/<uuid:cycle_id>/rounds/new", methods=["GET", "POST"])
@requires("cycles.open")
def new_round(cycle_id: uuid.UUID) -> str | Response | tuple[str, int]:
    cycle = operations.get_cycle(cycle_id)
    form = NewRoundForm()
    if form.validate_on_submit():
        try:
            opened = operations.open_round(
                current_actor(),
                cycle_id=cycle.id,
                confirm_until=form.confirm_until.data,
                arrive_from=form.arrive_from.data,
                arrive_until=form.arrive_until.data,
                seed=(form.seed.data or "").strip(),
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("第 %(number)s 轮已开启，各县区到时间自动开放报名。", number=opened.number), "success")
            return redirect(url_for(".overview"), 303)
    page = render_template("enrolment/cycles/round.html", form=form, cycle=cycle, round=None)
    return (page, 422) if form.errors else page


@blueprint.route("/cycles/rounds/<uuid:round_id>", methods=["GET", "POST"])
@requires("cycles.open")
def round_dates(round_id: uuid.UUID) -> str | Response | tuple[str, int]:
    found = find(Round, round_id)
    form = RoundForm(obj=found)
    if form.validate_on_submit() and not form.again:
        if not form.confirmed and form.arrive_until.data >= form.arrive_from.data:
            return _round_preview(found, form)
        try:
            operations.set_round_dates(
                current_actor(),
                round_id=found.id,
                version=form.version.data,
                confirm_until=form.confirm_until.data,
                arrive_from=form.arrive_from.data,
                arrive_until=form.arrive_until.data,
            )
        except Refused as error:
            form.refuse(error)
        else:
            flash(_("录取确认和报到时间已保存。"), "success")
            return redirect(url_for(".overview"), 303)
    page = render_template("enrolment/cycles/round.html", form=form, cycle=found.cycle, round=found)
    return (page, 422) if form.errors else page


def _round_preview(found: Round, form: RoundForm) -> str:
    """What moves with the dates after the results, before anything is saved."""
    after = RoundDates(form.confirm_until.data, form.arrive_from.data, form.arrive_until.data)
    change = operations.round_change_of(found, after)
    return render_template(
        "enrolment/cycles/round_preview.html", form=form, round=found, change=change, impact=round_impact_of(change)
    )


def _line(cycle: Cycle, number: int, offices: Sequence[Organisation]) -> RoundLine:
    actor = current_actor()
    windows = {one.county: one for one in cycle.windows if one.round_number == number}
    lines = tuple(
        CountyLine(office, windows.get(office.division), operations.may_set(actor, office.division))
        for office in offices
    )
    return RoundLine(number, next((one for one in cycle.rounds if one.number == number), None), lines)


def _numbers(cycle: Cycle) -> list[int]:
    """The rounds there are, and the next one as soon as its dates may be set."""
    numbers = [one.number for one in cycle.rounds]
    if not cycle.rounds or cycle.rounds[-1].locked_at is not None:
        numbers.append(len(numbers) + 1)
    return numbers
