"""The public list and the look-up by two facts: answers prepared with the approval, shown from the release on."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.crypto import blind_index
from core.db import db
from core.db.transaction import require_transaction
from core.db.types import UTCDateTime
from core.identity import mask_name_public
from enrolment.applications.models import Application, ApplicationVersion, VersionState
from enrolment.cycles.models import Cycle, Round
from enrolment.results.models import Placement, PublicAnswer, Publication, PublicationState
from enrolment.rounds.models import Run
from registry.schools.models import Programme, School

FACT_LENGTH = 6
_TAIL = 4


def prepare_answers(publication: Publication) -> int:
    """Inside a transaction: one answer for each placement of the release; returns how many."""
    session = require_transaction()
    query = (
        select(Placement, ApplicationVersion.receipt_number)
        .join(Application, Application.id == Placement.application_id)
        .join(ApplicationVersion, ApplicationVersion.application_id == Application.id)
        .where(Placement.run_id == publication.run_id, ApplicationVersion.state == VersionState.SUBMITTED)
        .options(joinedload(Placement.application).joinedload(Application.applicant))
    )
    rows = session.execute(query).all()
    year = publication.run.round.cycle.year
    session.add_all(answer_for(publication, placement, receipt or "", year) for placement, receipt in rows)
    return len(rows)


def answer_for(publication: Publication, placement: Placement, receipt: str, year: int) -> PublicAnswer:
    """The answer of one placement, not yet stored."""
    applicant = placement.application.applicant
    return PublicAnswer(
        publication_id=publication.id,
        placement_id=placement.id,
        programme_id=placement.programme_id,
        county=applicant.county,
        masked_name=mask_name_public(applicant.name),
        receipt_tail=receipt[-_TAIL:],
        facts=facts_of(year, applicant.candidate_number, applicant.document_number),
        corrected=placement.corrects_id is not None,
    )


def facts_of(year: int, candidate_number: str, document: str) -> str:
    """The two facts of a look-up as one text; of the document only the last six signs count."""
    return f"{year}\n{candidate_number.strip().upper()}\n{document.strip().upper()[-FACT_LENGTH:]}"


def look_up(year: int, candidate_number: str, document_tail: str) -> PublicAnswer | None:
    """The released answer to two facts in one query by index; None for wrong facts and before the release alike."""
    index = blind_index("public_answer", facts_of(year, candidate_number, document_tail))
    return db.session.scalars(_look_up(), {"index": index, "now": clock.now()}).unique().one_or_none()


def released_year() -> int | None:
    """The newest year with a result that is out; None before any release."""
    return db.session.scalar(_released_year(), {"now": clock.now()})


def released_rounds() -> Sequence[Round]:
    """The rounds whose result is out, the newest first."""
    query = (
        select(Round)
        .join(Publication, Publication.round_id == Round.id)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .where(*_out())
        .options(joinedload(Round.cycle))
        .order_by(Cycle.year.desc(), Round.number.desc())
    )
    return db.session.scalars(query).all()


def public_list(in_round: Round) -> Select[PublicAnswer]:
    """The admitted of a released round as everybody may read them."""
    return (
        select(PublicAnswer)
        .join(Publication, Publication.id == PublicAnswer.publication_id)
        .join(Programme, Programme.id == PublicAnswer.programme_id)
        .join(School, School.id == Programme.school_id)
        .where(PublicAnswer.ended_at.is_(None), Publication.round_id == in_round.id, *_out())
        .options(_programme(selectinload(School.names)))
    )


@cache
def _look_up() -> Select[PublicAnswer]:
    """The statement of the look-up, put together once: in the minute of the release it is asked hundreds of times."""
    return (
        select(PublicAnswer)
        .join(Publication, Publication.id == PublicAnswer.publication_id)
        .where(
            PublicAnswer.facts_index == bindparam("index"),
            PublicAnswer.ended_at.is_(None),
            Publication.state == PublicationState.APPROVED,
            Publication.release_at <= bindparam("now", type_=UTCDateTime()),
        )
        .options(
            _programme(joinedload(School.names)),
            joinedload(PublicAnswer.publication).joinedload(Publication.run).joinedload(Run.round),
        )
        .order_by(Publication.release_at.desc())
        .limit(1)
    )


@cache
def _released_year() -> Select[int]:
    return (
        select(func.max(Cycle.year))
        .join(Round, Round.cycle_id == Cycle.id)
        .join(Publication, Publication.round_id == Round.id)
        .where(
            Publication.state == PublicationState.APPROVED,
            Publication.release_at <= bindparam("now", type_=UTCDateTime()),
        )
    )


def _programme(names: Any) -> Any:
    """The programme with everything its names are made of; ``names`` says how the school's earlier names come."""
    return joinedload(PublicAnswer.programme).options(
        joinedload(Programme.major),
        joinedload(Programme.college_major),
        joinedload(Programme.school).options(joinedload(School.organisation), names),
    )


def _out() -> tuple[Any, ...]:
    return (Publication.state == PublicationState.APPROVED, Publication.release_at <= clock.now())
