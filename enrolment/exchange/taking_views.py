"""A package that came by file: choose it, look at what it would change, take it in or set it aside."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.errors import DomainError, Refused
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from core.web.handing import keep_for_maker, kept_for_maker
from enrolment.exchange import taking
from enrolment.exchange.forms import DecideForm, PackageForm
from enrolment.exchange.packages import MOST_BYTES
from enrolment.exchange.words import KINDS, place_text

taking_pages = Blueprint("exchange_taking", __name__, url_prefix="/exchange/take")
SHOWN = 50


@taking_pages.route("", methods=["GET", "POST"])
@requires("exchange.take")
def choose() -> str | Response | tuple[str, int]:
    """First step: every check of the package itself. What is in order is held for the next page only."""
    form = PackageForm()
    if form.validate_on_submit():
        try:
            data = form.package.data.stream.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise Refused(_l("交换包要小于 20 MB。"), field="package")
            taking.preview(current_actor(), data)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for(".look", key=keep_for_maker(data)), 303)
    page = render_template("enrolment/exchange/take.html", form=form)
    return (page, 422) if form.errors or form.form_errors else page


@taking_pages.route("/<key>", methods=["GET", "POST"])
@requires("exchange.take")
def look(key: str) -> str | Response | tuple[str, int]:
    """Second step: what would change. Third step: take it in, all or nothing, or set it aside."""
    data = kept_for_maker(key)
    form = DecideForm()
    if form.validate_on_submit():
        try:
            if request.form.get("step") == "aside":
                made = taking.set_aside(current_actor(), data, note=form.note.data or "")
                flash(_("已登记为不采用。可以办理下一个包。"), "success")
            else:
                made = taking.take_in(current_actor(), data)
                flash(_("已采用第 %(number)s 号包。", number=made.number), "success")
            return redirect(url_for("exchange.package", package_id=made.id), 303)
        except DomainError as error:
            form.refuse(error)
    page = render_template(
        "enrolment/exchange/look.html",
        form=form,
        seen=_seen(data, form),
        kinds=KINDS,
        place=place_text,
        shown=SHOWN,
    )
    return (page, 422) if form.errors or form.form_errors else page


def _seen(data: bytes, form: DecideForm) -> taking.Preview | None:
    """The preview; None when the package is not in order any more, which the form then says."""
    try:
        return taking.preview(current_actor(), data)
    except Refused as error:
        if not form.form_errors:
            form.refuse(error)
        return None
