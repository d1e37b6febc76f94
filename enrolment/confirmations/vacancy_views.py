"""Free seats cell by cell, and the wizard that opens the supplementary round from them."""

import datetime as dt
import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.access import requires
from core.audit import record_read
from core.errors import DomainError
from core.i18n import current_language
from core.i18n import gettext as _
from core.policy.items import YearlyWindow
from core.sheets import SheetOut, figure, plain, write_workbook
from core.tables import MIMETYPE
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.confirmations import supplementary
from enrolment.confirmations.supplementary_forms import SupplementaryForm, county_fields, supplementary_form
from enrolment.confirmations.vacancies import Vacancy, vacancies
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheets
from enrolment.cycles.queries import windows_of
from enrolment.cycles.words import county_text
from enrolment.results.visibility import publication_out, rounds_out
from enrolment.rounds.queries import all_rounds, get_round

blueprint = Blueprint("vacancies", __name__)


@blueprint.get("/vacancies")
@requires("vacancies.see")
def newest() -> AnyResponse | str:
    """The free seats of the newest released round."""
    released = next((one for one in all_rounds() if publication_out(one.id)), None)
    if released is None:
        return render_template("enrolment/confirmations/vacancies.html", round=None, rows=(), rounds=())
    return redirect(url_for(".vacancies_of", round_id=released.id), 303)


@blueprint.get("/rounds/<uuid:round_id>/vacancies")
@requires("vacancies.see")
def vacancies_of(round_id: uuid.UUID) -> str | Response:
    found = get_round(round_id)
    rows = vacancies(found)
    if request.args.get("export"):
        record_read(current_actor(), "vacancies.export", found, rows=len(rows))
        return download(_workbook(found, rows), name=_("空余名额") + ".xlsx", mimetype=MIMETYPE)
    of_year = [one for one in all_rounds() if one.cycle_id == found.cycle_id]
    out = rounds_out([one.id for one in of_year])
    rounds = [one for one in of_year if one.id in out]
    return render_template("enrolment/confirmations/vacancies.html", round=found, rows=rows, rounds=rounds)


@blueprint.get("/rounds/<uuid:round_id>/supplementary")
@requires("vacancies.see")
def supplementary_page(round_id: uuid.UUID) -> str:
    found = get_round(round_id)
    counties = _counties(found)
    return _wizard(found, supplementary_form(counties, **_proposed(found, counties)), counties, 200)[0]


@blueprint.post("/rounds/<uuid:round_id>/supplementary")
@requires("supplementary.open", second_factor=True)
def open_supplementary(round_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    found = get_round(round_id)
    counties = _counties(found)
    form = supplementary_form(counties)
    if not form.validate():
        return _wizard(found, form, counties, 422)
    try:
        opened = supplementary.open_supplementary(
            current_actor(),
            after_id=found.id,
            version=form.version.data,
            expected=form.expected.data,
            dates=_dates(form, counties),
        )
    except DomainError as error:
        form.refuse(error)
        return _wizard(get_round(round_id), form, counties, 422)
    flash(_("第 %(number)s 轮（征求志愿）已开启，正在通知可以参加的家庭。", number=opened.number), "success")
    return redirect(url_for("rounds.show", round_id=opened.id), 303)


def _wizard(found: Round, form: SupplementaryForm, counties: list[str], status: int) -> tuple[str, int]:
    seen = supplementary.outlook(found)
    form.version.data, form.expected.data = found.version, seen.seats
    page = render_template(
        "enrolment/confirmations/supplementary.html",
        round=found,
        seen=seen,
        form=form,
        fields=county_fields(form, counties),
    )
    return page, status


def _counties(found: Round) -> list[str]:
    return [one.county for one in windows_of(found)]


def _dates(form: SupplementaryForm, counties: list[str]) -> supplementary.Dates:
    fields: Any = form
    return supplementary.Dates(
        windows={code: (fields[f"opens_{code}"].data, fields[f"closes_{code}"].data) for code in counties},
        confirm_until=form.confirm_until.data,
        arrive_from=form.arrive_from.data,
        arrive_until=form.arrive_until.data,
        seed=(form.seed.data or "").strip(),
    )


def _proposed(found: Round, counties: list[str]) -> dict[str, object]:
    """What the counties' sheets say of this year's supplementary window; nothing where it has passed."""
    proposed: dict[str, object] = {}
    for county, sheet in filing_sheets(found, counties).items():
        window = sheet.rules.supplementary_window.value
        opens, closes = _in_year(window, found.cycle.year)
        if opens > clock.now():
            proposed |= {f"opens_{county}": opens, f"closes_{county}": closes}
    return proposed


def _in_year(window: YearlyWindow, year: int) -> tuple[dt.datetime, dt.datetime]:
    ends = (window.opens, window.closes)
    opens, closes = (
        dt.datetime(year, one.month, one.day, one.hour, one.minute, tzinfo=clock.BEIJING) for one in ends
    )
    return opens, closes


def _workbook(found: Round, rows: tuple[Vacancy, ...]) -> bytes:
    language = current_language()
    headings = (
        plain(_("学校"), width=28),
        plain(_("专业"), width=28),
        plain(_("专业编号")),
        plain(_("生源县区")),
        figure(_("计划数")),
        figure(_("未录满")),
        figure(_("放弃")),
        figure(_("未报到")),
        figure(_("退档")),
        figure(_("递补和更正")),
        figure(_("转入下一轮")),
        figure(_("空余")),
    )
    lines = [
        (
            one.programme.school.name(language),
            one.programme.name(language),
            one.programme.code,
            county_text(one.county),
            *(
                one.seats,
                one.unfilled + one.moved,
                one.declined,
                one.no_show,
                one.returned,
                one.refilled,
                one.carried,
                one.free,
            ),
        )
        for one in rows
    ]
    title = _("%(year)s 年第 %(number)s 轮空余名额", year=found.cycle.year, number=found.number)
    at = _("截至 %(at)s", at=clock.moment_text(clock.now(), language))
    return write_workbook([SheetOut(_("空余名额"), headings, lines, preamble=(title, at))], title=title)
