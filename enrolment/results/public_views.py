"""The public result: the masked list, and the look-up by two facts. No sign-in."""

import datetime as dt
from collections.abc import Sequence

from flask import Blueprint, render_template, request
from sqlalchemy import Select

from core.access import anonymous
from core.accounts import throttle
from core.accounts.backoff import Limit
from core.db import db
from core.i18n import current_language
from core.i18n import lazy as _l
from core.tables import Column, ListQuery, ListSpec, text
from enrolment.cycles.models import Round
from enrolment.cycles.words import county_text
from enrolment.results.forms import LookUpForm
from enrolment.results.models import PublicAnswer
from enrolment.results.public_answers import look_up, public_list, released_rounds, released_year
from registry.schools.models import Programme, School

blueprint = Blueprint("public_results", __name__, url_prefix="/public-results")

_AN_HOUR = dt.timedelta(hours=1)
_GUESSES_A_NUMBER = Limit(free=5, longest=_AN_HOUR)
_GUESSES_A_SOURCE = Limit(free=20, longest=_AN_HOUR)


def _programme(row: PublicAnswer) -> Programme:
    if row.programme is None:
        raise LookupError("the public list holds only the admitted")
    return row.programme


PUBLIC: ListSpec[PublicAnswer] = ListSpec(
    columns=(
        Column("name", _l("姓名"), value=lambda row: row.masked_name),
        Column("receipt", _l("回执号后四位"), value=lambda row: row.receipt_tail, sort=PublicAnswer.receipt_tail),
        Column("county", _l("生源县区"), value=lambda row: county_text(row.county), sort=PublicAnswer.county),
        Column("school", _l("学校"), value=lambda row: _programme(row).school.name(current_language()), width=28),
        Column("major", _l("专业"), value=lambda row: _programme(row).name(current_language()), width=28),
        Column("mark", _l("备注"), value=lambda row: _l("更正") if row.corrected else None),
    ),
    last=(
        School.code.asc(),
        Programme.code.asc(),
        PublicAnswer.county.asc(),
        PublicAnswer.receipt_tail.asc(),
        PublicAnswer.id.asc(),
    ),
    filters=(
        text("q", _l("回执号后四位"), lambda value: PublicAnswer.receipt_tail == value),
        text("school", _l("学校代码"), lambda value: School.code == value),
    ),
    size=200,
    sizes=(50, 200, 1000),
)


@blueprint.get("")
@anonymous("the admitted are announced in public, masked")
def admitted() -> str:
    rounds = released_rounds()
    shown = _asked_for(rounds)
    if shown is None:
        return render_template("enrolment/results/public_none.html")
    query = ListQuery.from_request(PUBLIC, request)
    rows: Select[PublicAnswer] = public_list(shown)
    return render_template(
        "enrolment/results/public_list.html",
        round=shown,
        rounds=rounds,
        query=query,
        page=query.page(db.session(), rows),
    )


@blueprint.get("/look-up")
@anonymous("a family reads its own result by two facts")
def ask() -> str:
    return render_template("enrolment/results/look_up.html", form=LookUpForm(), answer=None, asked=False)


@blueprint.post("/look-up")
@anonymous("a family reads its own result by two facts")
def answer() -> tuple[str, int]:
    """At most three queries; wrong facts and a result not yet out get the very same answer and count alike."""
    form = LookUpForm()
    if not form.validate():
        page = render_template("enrolment/results/look_up.html", form=form, answer=None, asked=False)
        return page, 422
    number = form.candidate_number.data.strip().upper()
    tries = (
        throttle.bucket("public-result-number", number, limit=_GUESSES_A_NUMBER),
        throttle.bucket(
            "public-result-source", throttle.source_of(request.remote_addr or ""), limit=_GUESSES_A_SOURCE
        ),
    )
    throttle.check(*tries)
    year = released_year()
    found = look_up(year, number, form.document_tail.data) if year else None
    if found is None and year:
        throttle.failed(*tries)
    return render_template("enrolment/results/look_up.html", form=form, answer=found, asked=True), 200


def _asked_for(rounds: Sequence[Round]) -> Round | None:
    """The round named in the address among those released, else the newest; None before any release."""
    year, number = request.args.get("year", type=int), request.args.get("round", type=int)
    named = (one for one in rounds if (one.cycle.year, one.number) == (year, number))
    return next(named, rounds[0] if rounds else None)
