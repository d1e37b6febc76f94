"""The sealed roster (录取名册): one for each school and release, once, in the transaction of the approval."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import joinedload

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import canonical_json, db, find_in
from core.db.transaction import require_transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.applications.models import Applicant, Application
from enrolment.cycles.models import Round
from enrolment.results.models import Placement, Publication, PublicationState, RosterLine, SealedRoster
from enrolment.results.visibility import corrected_away
from enrolment.rounds.models import Run
from registry.schools.models import Programme, School

READ = "rosters.read"
Line = Mapping[str, Any]


def seal_rosters(
    actor: Signature, publication: Publication, schools: Sequence[uuid.UUID] | None = None
) -> tuple[SealedRoster, ...]:
    """Inside a transaction: the next edition of the roster of every school with placements (or of these schools).

    All editions are written with the approval or none is. Raises Refused for a publication that nobody approved.
    """
    session = require_transaction()
    if publication.state is not PublicationState.APPROVED or publication.approved_by is None:
        raise Refused(_l("没有经过两人批准，不能封存录取名册。"))
    by_school: dict[uuid.UUID, list[Placement]] = {one: [] for one in schools or ()}
    for placement in placed(publication.run_id):
        if placement.programme is not None and (schools is None or placement.programme.school_id in by_school):
            by_school.setdefault(placement.programme.school_id, []).append(placement)
    made = []
    for school_id in sorted(by_school, key=str):
        school = session.get_one(School, school_id)
        lines = [line_of(one) for one in by_school[school_id]]
        sha256 = roster_digest(publication, school, lines)
        roster = SealedRoster(
            publication_id=publication.id,
            school_id=school_id,
            number=1 + _newest_number(publication.id, school_id),
            lines=lines,
            sha256=sha256,
            signature=hashlib.sha256(f"{publication.signature}\n{sha256}".encode()).hexdigest(),
            first_signer=publication.proposed_by,
            second_signer=publication.approved_by,
            sealed_at=clock.now(),
        )
        session.add(roster)
        session.flush()
        session.add_all(RosterLine(roster_id=roster.id, placement_id=one.id) for one in by_school[school_id])
        session.flush()
        record(actor, "results.seal_roster", roster, school=school.code, number=roster.number, sha256=sha256)
        made.append(roster)
    return tuple(made)


def placed(run_id: uuid.UUID) -> Sequence[Placement]:
    """The placements of a run that hold a place now, in the order of candidate numbers."""
    query = (
        select(Placement)
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Placement.run_id == run_id, Placement.programme_id.is_not(None), ~corrected_away())
        .options(
            joinedload(Placement.application).joinedload(Application.applicant),
            joinedload(Placement.programme).options(joinedload(Programme.major), joinedload(Programme.school)),
        )
        .order_by(Applicant.candidate_number)
    )
    return db.session.scalars(query).all()


def line_of(placement: Placement) -> dict[str, Any]:
    """One line as it is frozen: no document number, no telephone, no address."""
    applicant, programme = placement.application.applicant, placement.programme
    if programme is None:
        raise LookupError("an unplaced pupil stands on no roster")
    return {
        "number": applicant.candidate_number,
        "name": applicant.name,
        "sex": applicant.sex,
        "county": applicant.county,
        "programme": programme.code,
        "major": programme.name("zh"),
        "rank": placement.rank,
        "adjusted": placement.adjusted,
        "boards": bool(applicant.boards),
        "corrected": placement.corrects_id is not None,
    }


def roster_digest(publication: Publication, school: School, lines: Sequence[Line]) -> str:
    """SHA-256 over year, round, school and lines: the same placements always give the same hash."""
    in_round = publication.run.round
    body = {"year": in_round.cycle.year, "round": in_round.number, "school": school.code, "lines": list(lines)}
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def signed_soundly(roster: SealedRoster) -> bool:
    """Whether lines, hash and signature of a stored roster still fit together."""
    publication = roster.publication
    sha256 = roster_digest(publication, roster.school, roster.lines)
    signature = hashlib.sha256(f"{publication.signature}\n{sha256}".encode()).hexdigest()
    return (sha256, signature) == (roster.sha256, roster.signature)


def on_roster(placement_id: uuid.UUID) -> bool:
    """Whether a placement stands on a sealed roster of an approved release."""
    query = (
        select(RosterLine.roster_id)
        .join(SealedRoster, SealedRoster.id == RosterLine.roster_id)
        .join(Publication, Publication.id == SealedRoster.publication_id)
        .where(RosterLine.placement_id == placement_id, Publication.state == PublicationState.APPROVED)
        .limit(1)
    )
    return db.session.scalar(query) is not None


def visible_rosters(actor: Actor) -> Select[SealedRoster]:
    """Rosters of released rounds: a school's own, and those of the schools a bureau hosts."""
    conditions = [
        School.organisation_id.in_(actor.schools(READ)) if actor.schools(READ) else false(),
        School.county.in_(actor.counties(READ)) if actor.counties(READ) else false(),
    ]
    return (
        select(SealedRoster)
        .join(School, School.id == SealedRoster.school_id)
        .join(Publication, Publication.id == SealedRoster.publication_id)
        .where(
            Publication.state == PublicationState.APPROVED, Publication.release_at <= clock.now(), or_(*conditions)
        )
    )


def get_roster(actor: Actor, roster_id: uuid.UUID) -> SealedRoster:
    """The roster with its school and its round, if visible; NotVisible otherwise."""
    query = (
        visible_rosters(actor)
        .where(SealedRoster.id == roster_id)
        .options(
            joinedload(SealedRoster.school).joinedload(School.organisation),
            joinedload(SealedRoster.publication)
            .joinedload(Publication.run)
            .joinedload(Run.round)
            .joinedload(Round.cycle),
        )
    )
    return find_in(query)


def _newest_number(publication_id: uuid.UUID, school_id: uuid.UUID) -> int:
    query = select(func.max(SealedRoster.number)).where(
        SealedRoster.publication_id == publication_id, SealedRoster.school_id == school_id
    )
    return db.session.scalar(query) or 0
