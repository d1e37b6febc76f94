"""After the release: families accept or decline, letters go out, pupils arrive and their records open."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Role
from core.db import db, transaction
from demo.actors import Staff, actor_of_account
from demo.stages import Stage
from enrolment.applications.models import Applicant, Application
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import ArrivalMethod
from enrolment.confirmations.operations import accept, agree_decline, arrive, ask_decline
from enrolment.results.models import Placement

_ANSWERS = "adswaaaaaaadaaaaaaaa"
"""a accepts, d declines with the guardian, s still waits for the guardian, w has not answered yet."""

_ARRIVALS = 2
"""Every second pupil who accepted has arrived."""

_BATCH = 25


@dataclass(frozen=True, slots=True)
class Answered:
    """How the families of a round answered; placements by what was said."""

    accepted: tuple[uuid.UUID, ...]
    declined: tuple[uuid.UUID, ...]
    asked: tuple[uuid.UUID, ...]
    silent: tuple[uuid.UUID, ...]


def placed(run_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Placement ids of those who hold a place, in the order of the candidates' numbers."""
    query = (
        select(Placement.id)
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Placement.run_id == run_id, Placement.programme_id.is_not(None))
        .order_by(Applicant.candidate_number)
    )
    return db.session.scalars(query).all()


def answer(
    placements: Sequence[uuid.UUID], since: dt.datetime, site: str, chance: random.Random, stage: Stage
) -> Answered:
    """Every family answers as its turn in the pattern says, at moments between the release and now."""
    said: dict[str, list[uuid.UUID]] = {letter: [] for letter in "adsw"}
    for place, placement_id in enumerate(placements):
        said[_ANSWERS[place % len(_ANSWERS)]].append(placement_id)
    turns = [(one, letter) for letter in "ads" for one in said[letter]]
    chance.shuffle(turns)
    span = clock.now() - since
    moments = sorted(since + span * chance.uniform(0.02, 0.6) for _one in turns)
    for start in range(0, len(turns), _BATCH):
        with transaction():
            for (placement_id, letter), at in list(zip(turns, moments, strict=True))[start : start + _BATCH]:
                with clock.frozen(at):
                    _answer(placement_id, letter, site)
                stage.step()
        db.session.expunge_all()
    return Answered(*(tuple(said[letter]) for letter in "adsw"))


def _answer(placement_id: uuid.UUID, letter: str, site: str) -> None:
    placement = db.session.get_one(Placement, placement_id)
    applicant = placement.application.applicant
    pupil = actor_of_account(applicant.account_id)
    if letter == "a":
        accept(pupil, placement=placement, site=site)
    if letter in "ds":
        ask_decline(pupil, placement=placement)
    if letter == "d":
        guardian = applicant.guardians[0]
        agree_decline(actor_of_account(guardian.account_id), placement=placement, guardian=guardian)


def let_in(accepted: Sequence[uuid.UUID], staff: Staff, since: dt.datetime, stage: Stage) -> int:
    """Every second pupil who accepted comes to the school with the letter; returns how many came."""
    coming = accepted[::_ARRIVALS]
    span = clock.now() - since
    for start in range(0, len(coming), _BATCH):
        with transaction():
            for place in range(start, min(start + _BATCH, len(coming))):
                with clock.frozen(since + span * ((place + 1) / (len(coming) + 2))):
                    _let_in(coming[place], staff)
                stage.step()
        db.session.expunge_all()
    return len(coming)


def _let_in(placement_id: uuid.UUID, staff: Staff) -> None:
    letter = letter_of(placement_id)
    if letter is None:
        raise RuntimeError("whoever accepted has a letter")
    desk = staff.actor(Role.SCHOOL_ADMISSIONS, letter.issuer_id)
    arrive(desk, raw=letter.number, method=ArrivalMethod.NUMBER)
