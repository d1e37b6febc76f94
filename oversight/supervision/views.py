"""The overview page."""

import uuid

from flask import Blueprint, render_template, request

from core import clock
from core.access import requires
from core.charts.figure import ChartFigure
from core.i18n import current_language
from core.i18n import gettext as _
from core.words import Words
from enrolment.rounds.queries import all_rounds
from oversight.supervision.figures import CountyChain, chains_of, totals

blueprint = Blueprint("supervision", __name__)


@blueprint.get("/overview")
@requires("supervision.figures")
def overview() -> str:
    rounds = all_rounds()
    asked = request.args.get("round", "")
    chosen = next((one for one in rounds if str(one.id) == asked), rounds[0] if rounds else None)
    chains = chains_of(uuid.UUID(str(chosen.id))) if chosen else ()
    total = totals(chains)
    return render_template(
        "oversight/supervision/overview.html",
        rounds=rounds,
        chosen=chosen,
        chains=chains,
        total=total,
        figure=_funnel(total) if total.applied else None,
        counted_at=clock.now(),
    )


def _funnel(total: CountyChain) -> ChartFigure:
    """The chain of the whole zone; drawn on the server when the page is asked for."""
    from core.charts.bars import Bar, funnel

    steps = (
        (_("报名"), total.applied),
        (_("预审通过"), total.passed),
        (_("录取"), total.admitted),
        (_("确认"), total.accepted),
        (_("报到"), total.arrived),
        (_("注册"), total.registered),
    )
    return funnel(
        _("从报名到注册"),
        [Bar(label, value) for label, value in steps],
        head=(_("环节"), _("人数"), _("占上一环节"), _("占报名")),
        unit=Words("人", "pupils"),
        language=current_language(),
    )
