"""Pages of the choices: the ranked list with its buttons, and the programmes to choose from."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from core.access import requires
from core.errors import NotVisible, Refused
from core.i18n import current_language, say
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from core.web.gate import received_at
from enrolment.applications import choosing
from enrolment.applications.catalogue import Catalogue, catalogue_of, counted_at, demand_of, pupil_of
from enrolment.applications.demand import Demand, warning_on
from enrolment.applications.eligibility import Offer, Pupil, advice_on, bar_to, bar_to_adding, skipped_by
from enrolment.applications.forms import AddChoiceForm, AdjustmentForm, ChoiceForm, SearchForm
from enrolment.applications.frame import BACK, CHECK, frame_of, way_back
from enrolment.applications.models import Application, ApplicationVersion
from enrolment.applications.progress import list_faults
from enrolment.applications.records import newest_version
from enrolment.applications.scope import get_own
from enrolment.applications.words import bar_text
from enrolment.cycles.words import county_text
from enrolment.plans.models import PlanProgramme
from enrolment.plans.words import FORM_WORDS
from registry.schools.models import Programme

blueprint = Blueprint("choices", __name__)


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice on its card: what it is, and what is wrong with it or worth knowing."""

    rank: int
    programme: Programme
    major: str
    code: str
    school: str
    county: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One programme on offer: places, first choices so far, costs, and why it cannot be added."""

    programme: Programme
    major: str
    school: str
    county: str
    form: str
    seats: int
    first_choices: int
    over: bool
    bar: object
    advice: object
    chosen: bool


@blueprint.get("/applications/<uuid:application_id>/choices")
@requires("applications.own")
def chosen(application_id: uuid.UUID) -> str:
    return _page(get_own(current_actor(), application_id))


def _page(application: Application, adjustment: AdjustmentForm | None = None) -> str:
    catalogue = catalogue_of(application.round, application.applicant.county)
    version = newest_version(application)
    demand = demand_of(application.round, catalogue, received_at())
    pupil = pupil_of(application.applicant)
    open_ids = [row.programme_id for row in catalogue.open_rows if not _barred(application, row, catalogue)]
    warning = warning_on(
        [choice.programme_id for choice in version.choices],
        demand,
        most=catalogue.rules.most,
        open_to_pupil=open_ids,
    )
    adjustment = adjustment or AdjustmentForm(
        version=version.version, accepts="yes" if version.accepts_adjustment else "no"
    )
    return render_template(
        "enrolment/applications/choices.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        lines=_lines(application, version, catalogue, demand),
        version=version,
        most=catalogue.rules.most,
        pupil=pupil,
        warning=warning,
        suggestions=[
            _card(application, row, catalogue, demand, version)
            for row in catalogue.open_rows
            if warning and row.programme_id in warning.suggestions
        ],
        form=adjustment,
        back=request.args.get(BACK),
        onward=way_back(application),
    )


@blueprint.post("/applications/<uuid:application_id>/choices/move")
@requires("applications.own")
def move(application_id: uuid.UUID) -> Response:
    """上移, 下移 or 删除: one press, one new order, told in words."""
    application = get_own(current_actor(), application_id)
    form = ChoiceForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有看懂这次提交。请返回上一页，刷新后再试一次。"))
    if form.action.data == "remove":
        choosing.remove_choice(
            current_actor(),
            application_id=application.id,
            rank=form.place,
            version=form.version.data,
            at=received_at(),
        )
        flash(_("已删除第 %(rank)s 志愿，后面的志愿依次前移。", rank=form.place), "success")
        return redirect(_list_url(application), 303)
    up = form.action.data == "up"
    choosing.move_choice(
        current_actor(),
        application_id=application.id,
        rank=form.place,
        up=up,
        version=form.version.data,
        at=received_at(),
    )
    place = form.place - 1 if up else form.place + 1
    name = _major_at(application, place)
    flash(_("%(major)s 现在是第 %(rank)s 志愿。", major=name, rank=place), "success")
    return redirect(_list_url(application, place), 303)


@blueprint.post("/applications/<uuid:application_id>/choices/adjustment")
@requires("applications.own")
def adjustment(application_id: uuid.UUID) -> str | Response | tuple[str, int]:
    application = get_own(current_actor(), application_id)
    form = AdjustmentForm()
    if not form.validate() or form.version.data is None:
        return _page(application, form), 422
    choosing.set_adjustment(
        current_actor(),
        application_id=application.id,
        accepts=form.accepts.data == "yes",
        version=form.version.data,
        at=received_at(),
    )
    flash(_("志愿已保存。"), "success")
    return redirect(way_back(application), 303)


@blueprint.get("/applications/<uuid:application_id>/programmes")
@requires("applications.own")
def programmes(application_id: uuid.UUID) -> str:
    """What is on offer for the pupil's county, searched and filtered through the address."""
    application = get_own(current_actor(), application_id)
    catalogue = catalogue_of(application.round, application.applicant.county)
    demand = demand_of(application.round, catalogue, received_at())
    version = newest_version(application)
    counties = sorted({row.programme.school.county for row in catalogue.open_rows})
    form = SearchForm(request.args)
    named = [SelectChoice(code, county_text(code)) for code in counties]
    form.county.choices = [SelectChoice("", _("全部")), *named]
    form.validate()
    rows = [row for row in catalogue.open_rows if _wanted(row, form, demand)]
    return render_template(
        "enrolment/applications/programmes.html",
        frame=frame_of(application, current_actor(), received_at()),
        application=application,
        cards=[_card(application, row, catalogue, demand, version) for row in rows],
        total=len(catalogue.open_rows),
        search=form,
        version=version,
        most=catalogue.rules.most,
        counted=counted_at(received_at()),
        back=request.args.get(BACK),
    )


@blueprint.post("/applications/<uuid:application_id>/choices/add")
@requires("applications.own")
def add(application_id: uuid.UUID) -> Response:
    application = get_own(current_actor(), application_id)
    form = AddChoiceForm()
    if not form.validate() or form.version.data is None:
        raise Refused(_l("没有看懂这次提交。请返回上一页，刷新后再试一次。"))
    try:
        programme_id = uuid.UUID(form.programme_id.data)
    except ValueError as error:
        raise NotVisible from error
    draft = choosing.add_choice(
        current_actor(),
        application_id=application.id,
        programme_id=programme_id,
        version=form.version.data,
        at=received_at(),
    )
    place = len(draft.choices)
    flash(_("已加入：第 %(rank)s 志愿 %(major)s。", rank=place, major=_major_at(application, place)), "success")
    return redirect(_list_url(application, place), 303)


def _list_url(application: Application, place: int = 0) -> str:
    back = CHECK if request.args.get(BACK) == CHECK else None
    anchor = f"choice-{place}" if place else None
    return url_for(".chosen", application_id=application.id, back=back, _anchor=anchor)


def _major_at(application: Application, place: int) -> str:
    choices = newest_version(application).choices
    return choices[place - 1].programme.name(current_language()) if 0 < place <= len(choices) else ""


def _lines(
    application: Application,
    version: ApplicationVersion,
    catalogue: Catalogue,
    demand: Mapping[uuid.UUID, Demand],
) -> list[ChoiceLine]:
    faults = dict(reversed(list_faults(application, version, catalogue)))
    pupil = pupil_of(application.applicant)
    lines = []
    for choice in version.choices:
        programme = choice.programme
        wanted = demand.get(programme.id)
        places = _("本县区名额 %(seats)s", seats=wanted.seats) if wanted else ""
        fault = faults.get(choice.rank)
        offer = catalogue.offers.get(programme.id)
        advice = say(_advice(pupil, offer, catalogue)) if offer else ""
        lines.append(
            ChoiceLine(
                rank=choice.rank,
                programme=programme,
                major=programme.name(current_language()),
                code=programme.code,
                school=programme.school.name(current_language()),
                county=county_text(programme.school.county),
                note=say(bar_text(fault)) if fault else advice or places,
            )
        )
    return lines


def _card(
    application: Application,
    row: PlanProgramme,
    catalogue: Catalogue,
    demand: Mapping[uuid.UUID, Demand],
    version: ApplicationVersion,
) -> Card:
    programme, language = row.programme, current_language()
    pupil, offer = pupil_of(application.applicant), catalogue.offers[row.programme_id]
    listed = [choice.programme_id for choice in version.choices]
    refusal = bar_to_adding(pupil, listed, row.programme_id, offer, catalogue.rules)
    wanted = demand[row.programme_id]
    return Card(
        programme=programme,
        major=programme.name(language),
        school=programme.school.name(language),
        county=county_text(programme.school.county),
        form=str(FORM_WORDS[programme.form.value]),
        seats=wanted.seats,
        first_choices=wanted.first_choices,
        over=wanted.over_subscribed,
        bar=bar_text(refusal) if refusal else "",
        advice=_advice(pupil, offer, catalogue) or row.advice,
        chosen=row.programme_id in listed,
    )


def _advice(pupil: Pupil, offer: Offer, catalogue: Catalogue) -> object:
    """What is worth knowing before choosing: a health conclusion, a list the pupil is not on."""
    health = advice_on(pupil, offer, catalogue.rules)
    if health:
        return _l("您的体检结论是“%(fact)s”，投档后学校可能退档。", fact=health)
    asked = skipped_by(pupil, offer)
    if asked is None:
        return ""
    if asked.passed is None:
        return _l("这个专业以“%(list)s”名单为准，名单还没有载入；不在名单上的，录取时略过这个志愿。", list=asked.name)
    return _l("您不在“%(list)s”名单上，录取时略过这个志愿。", list=asked.name)


def _barred(application: Application, row: PlanProgramme, catalogue: Catalogue) -> bool:
    offer = catalogue.offers[row.programme_id]
    return bar_to(pupil_of(application.applicant), offer, catalogue.rules) is not None


def _wanted(row: PlanProgramme, form: SearchForm, demand: Mapping[uuid.UUID, Demand]) -> bool:
    programme = row.programme
    text = (form.q.data or "").strip().casefold()
    found = not text or any(text in one.casefold() for one in _texts(programme))
    here = not form.county.data or programme.school.county == form.county.data
    sleeps = not form.boarding.data or programme.boarding is (form.boarding.data == "yes")
    free = not form.places.data or not demand[row.programme_id].over_subscribed
    return found and here and sleeps and free


def _texts(programme: Programme) -> list[str]:
    both = [programme.name(language) for language in ("zh", "en")]
    return [
        *both,
        *(programme.school.name(language) for language in ("zh", "en")),
        programme.code,
        programme.major_code,
    ]
