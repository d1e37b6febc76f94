"""The page of 批量报到: a list is pasted, and the page after it says line by line what became of it."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.access import requires
from core.audit import record_read
from core.errors import Refused
from core.i18n import gettext as _
from core.web.actor import current_actor
from core.web.handing import keep_for_maker, kept_for_maker
from enrolment.confirmations.arriving_together import MOST_AT_ONCE, arrive_together, dump, lines_of, load
from enrolment.confirmations.forms import TogetherForm

blueprint = Blueprint("arriving_together", __name__, url_prefix="/arrivals/together")


@blueprint.get("")
@requires("arrivals.record")
def form() -> str:
    return _page(TogetherForm(), 200)[0]


@blueprint.post("")
@requires("arrivals.record")
def record() -> Response | tuple[str, int]:
    form = TogetherForm()
    if not form.validate():
        return _page(form, 422)
    typed = lines_of(form.lines.data)
    if len(typed) > MOST_AT_ONCE:
        form.refuse(
            Refused(
                _("一次最多 %(most)s 行，现在有 %(count)s 行。请分几次办理。", most=MOST_AT_ONCE, count=len(typed)),
                field="lines",
            )
        )
        return _page(form, 422)
    report = arrive_together(current_actor(), typed)
    key = keep_for_maker(dump(report))
    return redirect(url_for(".report", key=key), 303)


@blueprint.get("/<key>")
@requires("arrivals.record")
def report(key: str) -> str:
    """What became of the list, for whoever pasted it and for a quarter of an hour."""
    lines = load(kept_for_maker(key))
    record_read(
        current_actor(), "confirmations.arrived_together", ("report", key.partition("-")[0]), count=len(lines)
    )
    return render_template("enrolment/confirmations/arrived_together.html", lines=lines)


def _page(form: TogetherForm, status: int) -> tuple[str, int]:
    return render_template("enrolment/confirmations/arriving_together.html", form=form, most=MOST_AT_ONCE), status
