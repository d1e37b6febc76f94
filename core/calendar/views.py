"""The working-day calendar of a year: days off, shifted days, and days set by hand, with a look before they count."""

import datetime as dt

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import clock
from core.access import Role, grant_permissions, requires
from core.calendar.forms import DayForm
from core.calendar.operations import set_day, working_calendar
from core.calendar.terms import RunningTerm, moved, running_terms
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from core.web.menu import MenuEntry, add_menu

EDIT = "calendar.edit"
_EXAMPLES = (5, 10, 20)
_YEARS = range(2000, 2100)

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


def init_app(app: Flask) -> None:
    """Open the page to the system administrator."""
    grant_permissions({EDIT: (Role.SYSTEM_ADMIN,)})
    add_menu(MenuEntry(_l("工作日历"), "calendar.year", 890, permission=EDIT))
    app.register_blueprint(blueprint)


@blueprint.get("")
@requires(EDIT)
def year() -> str:
    return _page(DayForm(formdata=None), _asked_year())


@blueprint.post("/check")
@requires(EDIT)
def check() -> str | tuple[str, int]:
    """What setting the day would move; nothing is written yet."""
    form = DayForm()
    if not form.validate():
        return _page(form, _asked_year()), 422
    calendar = working_calendar()
    day, change = form.day.data, form.change
    examples = tuple(
        RunningTerm(_("从今天起 %(count)s 个工作日", count=count), clock.today(), count) for count in _EXAMPLES
    )
    return render_template(
        "core/calendar/check.html",
        form=form,
        now=calendar.day(day),
        change=change,
        moved=moved(running_terms(), calendar, day, change),
        examples=moved(examples, calendar, day, change),
    )


@blueprint.post("")
@requires(EDIT)
def save() -> Response | tuple[str, int]:
    form = DayForm()
    if not form.validate():
        return _page(form, _asked_year()), 422
    change = form.change
    saved = set_day(current_actor(), day=form.day.data, working=change.working, basis=change.reason)
    word = _("上班") if saved.working else _("放假")
    flash(_("%(day)s 已设为%(kind)s。", day=saved.day.isoformat(), kind=word), "success")
    return redirect(url_for(".year", year=saved.day.year), 303)


def _asked_year() -> int:
    asked = request.args.get("year", type=int) or 0
    return asked if asked in _YEARS else clock.today().year


def _page(form: DayForm, shown: int) -> str:
    calendar = working_calendar()
    first = dt.date(shown, 1, 1)
    days = (calendar.day(first + dt.timedelta(days=count)) for count in range(366))
    return render_template(
        "core/calendar/year.html",
        form=form,
        year=shown,
        provisional=calendar.is_provisional(shown),
        days=[one for one in days if one.day.year == shown and one.special],
    )
