"""Who may file in a supplementary round: whoever holds no place; who gave one up only where the county says so."""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import db
from core.i18n import lazy as _l
from enrolment.applications.models import Applicant, Application
from enrolment.confirmations.models import Confirmation, ConfirmationState, NoShow
from enrolment.cycles.models import Round, RoundKind
from enrolment.results.models import Placement
from enrolment.results.promises import may_join_later
from enrolment.results.visibility import released_placements


class Standing(enum.StrEnum):
    """How a pupil stands after a round: without a place, holding one, not answered yet, given up, not come."""

    UNPLACED = "unplaced"
    HOLDS = "holds"
    OPEN = "open"
    GAVE_UP = "gave_up"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class Stood:
    """One released placement of a pupil and how it stands."""

    placement: Placement
    standing: Standing


def standings(round_ids: Sequence[uuid.UUID], applicant_id: uuid.UUID | None = None) -> tuple[Stood, ...]:
    """Every released placement of these rounds (of one pupil), each with its standing."""
    query = (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .outerjoin(NoShow, NoShow.placement_id == Placement.id)
        .where(Application.round_id.in_(round_ids))
        .add_columns(Confirmation.state, NoShow.id)
        .options(
            joinedload(Placement.application).options(
                joinedload(Application.applicant), joinedload(Application.round)
            )
        )
        .order_by(Placement.id)
    )
    if applicant_id is not None:
        query = query.where(Application.applicant_id == applicant_id)
    return tuple(Stood(row, _standing(row, state, gone)) for row, state, gone in db.session.execute(query))


def _standing(placement: Placement, state: ConfirmationState | None, gone: uuid.UUID | None) -> Standing:
    if placement.programme_id is None:
        return Standing.UNPLACED
    if gone is not None:
        return Standing.NO_SHOW
    if state is ConfirmationState.DECLINED:
        return Standing.GAVE_UP
    return Standing.HOLDS if state is ConfirmationState.ACCEPTED else Standing.OPEN


def earlier_rounds(in_round: Round) -> list[uuid.UUID]:
    """The rounds of the same year before this one."""
    query = select(Round.id).where(Round.cycle_id == in_round.cycle_id, Round.number < in_round.number)
    return list(db.session.scalars(query))


def bar_to_supplementary(applicant: Applicant, in_round: Round) -> object:
    """The sentence why a pupil may not file in a supplementary round, or None."""
    if in_round.kind is not RoundKind.SUPPLEMENTARY:
        return None
    found = standings(earlier_rounds(in_round), applicant.id)
    if any(one.standing is Standing.HOLDS for one in found):
        return _l("您已确认录取，不能再参加征求志愿。")
    if any(one.standing is Standing.OPEN for one in found):
        return _l("您的录取还没有答复。请先在录取结果页面确认或放弃。")
    if any(not _may_join(one) for one in found):
        return _l("您已放弃录取或没有报到。按本县区规定，本年度不能再参加征求志愿。")
    return None


def _may_join(one: Stood) -> bool:
    if one.standing is Standing.UNPLACED:
        return True
    application = one.placement.application
    return may_join_later(application.applicant, application.round)


def eligible(round_ids: Sequence[uuid.UUID]) -> tuple[tuple[Applicant, ...], dict[Standing, int]]:
    """The pupils to invite after these rounds, and how many stand how (each pupil by the newest round)."""
    newest: dict[uuid.UUID, Stood] = {}
    for one in sorted(standings(round_ids), key=lambda stood: stood.placement.application.round.number):
        newest[one.placement.application.applicant_id] = one
    counts = dict.fromkeys(Standing, 0)
    invited = []
    for one in newest.values():
        counts[one.standing] += 1
        free = one.standing not in (Standing.HOLDS, Standing.OPEN)
        if free and not one.placement.application.applicant.taken_elsewhere and _may_join(one):
            invited.append(one.placement.application.applicant)
    return tuple(invited), counts
