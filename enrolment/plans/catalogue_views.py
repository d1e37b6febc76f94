"""Schools and programmes for everybody, without signing in: search, filters, places for my county."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, render_template, request

from core.access import Organisation, anonymous
from core.errors import NotVisible
from core.web.actor import current_actor
from enrolment.cycles.queries import counties, current_cycle
from enrolment.cycles.words import county_text
from enrolment.plans.catalogue import CatalogueFilter, offer_of, offers_of, reader_county, round_of, shown
from enrolment.plans.words import FORM_WORDS
from registry.schools.models import TrainingForm

blueprint = Blueprint("schools", __name__, url_prefix="/schools")

_LONGEST = 100


@blueprint.get("")
@anonymous("families choose before anybody has an account")
def catalogue() -> str:
    cycle = current_cycle()
    offices = counties()
    wanted = _wanted(offices)
    found = shown(offers_of(cycle), wanted) if cycle else shown((), wanted)
    return render_template(
        "enrolment/plans/catalogue.html",
        cycle=cycle,
        round=round_of(cycle),
        wanted=wanted,
        found=found,
        counties=[(one.division, county_text(one.division)) for one in offices],
        forms=FORM_WORDS,
        kept=_kept(wanted),
    )


@blueprint.get("/programmes/<uuid:programme_id>")
@anonymous("families choose before anybody has an account")
def programme(programme_id: uuid.UUID) -> str:
    offices = counties()
    found = offer_of(current_cycle(), programme_id)
    if found is None:
        raise NotVisible
    wanted = _wanted(offices)
    return render_template(
        "enrolment/plans/programme.html",
        one=found,
        wanted=wanted,
        forms=FORM_WORDS,
        kept=_kept(wanted),
    )


@blueprint.get("/<uuid:school_id>")
@anonymous("families choose before anybody has an account")
def school(school_id: uuid.UUID) -> str:
    cycle = current_cycle()
    offices = counties()
    offers = tuple(one for one in offers_of(cycle) if one.school.id == school_id) if cycle else ()
    if not offers:
        raise NotVisible
    wanted = _wanted(offices)
    return render_template(
        "enrolment/plans/school.html",
        school=offers[0].school,
        offers=offers,
        wanted=wanted,
        forms=FORM_WORDS,
        kept=_kept(wanted),
    )


def _wanted(offices: Sequence[Organisation]) -> CatalogueFilter:
    """The filter of the address; what makes no sense is taken as not asked for."""
    known = {one.division for one in offices}
    mine = request.args.get("mine")
    if mine is None:
        mine = reader_county(current_actor())
    return CatalogueFilter(
        text=request.args.get("q", "").strip()[:_LONGEST],
        county=_one_of(request.args.get("county", ""), known),
        form=_one_of(request.args.get("form", ""), {one.value for one in TrainingForm}),
        boarding=_one_of(request.args.get("boarding", ""), {"yes", "no"}),
        mine=_one_of(mine, known),
    )


def _one_of(value: str, known: set[str]) -> str:
    return value if value in known else ""


def _kept(wanted: CatalogueFilter) -> dict[str, str]:
    """What links keep of the address: the reader's county follows from page to page."""
    return {"mine": wanted.mine} if wanted.mine or "mine" in request.args else {}
