"""The arrivals desk of a school: three counters and the list of who is still missing."""

from flask import url_for
from sqlalchemy import Select, func, select

from core.access import Actor
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, text
from core.web.home import HomeCard
from enrolment.applications.models import Applicant
from enrolment.confirmations.models import Arrival, Confirmation, ConfirmationState, NoShow
from enrolment.results.models import Placement
from enrolment.results.scope import visible_placements


def expected_placements(actor: Actor) -> Select[Placement]:
    """Accepted placements of the actor's schools."""
    return (
        visible_placements(actor)
        .join(Confirmation, Confirmation.placement_id == Placement.id)
        .where(Confirmation.state == ConfirmationState.ACCEPTED)
    )


def missing_placements(actor: Actor) -> Select[Placement]:
    """Accepted, not yet arrived, and not handed back as a no-show."""
    return expected_placements(actor).where(
        Placement.id.not_in(select(Arrival.placement_id)), Placement.id.not_in(select(NoShow.placement_id))
    )


def arrival_cards(actor: Actor) -> tuple[HomeCard, ...]:
    """应到, 已到, 未到, 已交回, counted in the database."""
    expected = expected_placements(actor)
    counted = (
        expected.outerjoin(Arrival, Arrival.placement_id == Placement.id)
        .outerjoin(NoShow, NoShow.placement_id == Placement.id)
        .with_only_columns(func.count(Placement.id), func.count(Arrival.id), func.count(NoShow.id))
    )
    all_expected, arrived, gone = db.session.execute(counted).one()
    missing = url_for("missing.missing_list")
    link = url_for("confirmations.arrivals")
    return (
        HomeCard(_("应到"), all_expected, link, _("已确认录取的学生")),
        HomeCard(_("已到"), arrived, link, _("已办理报到的学生")),
        HomeCard(_("未到"), all_expected - arrived - gone, missing, _("已确认、还没有报到的学生")),
        HomeCard(_("已交回"), gone, missing, _("没有报到、名额已经交回的学生")),
    )


def _applicant(placement: Placement) -> Applicant:
    return placement.application.applicant


MISSING: ListSpec[Placement] = ListSpec(
    columns=(
        Column("name", _l("姓名"), value=lambda row: _applicant(row).name, sort=Applicant.name),
        Column(
            "candidate",
            _l("考生号"),
            value=lambda row: _applicant(row).candidate_number,
            sort=Applicant.candidate_number,
        ),
        Column(
            "major",
            _l("专业"),
            value=lambda row: row.programme.name(current_language()) if row.programme else "",
            width=28,
        ),
        Column("boards", _l("就读方式"), value=lambda row: _("住校") if _applicant(row).boards else _("走读")),
    ),
    last=(Applicant.county.asc(), Applicant.candidate_number.asc()),
    filters=(text("q", _l("姓名"), lambda value: Applicant.name.contains(value, autoescape=True)),),
)
