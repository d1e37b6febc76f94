"""The waiting list (候补), where a county's sheet lets freed seats be filled within the round.

The lists are fixed with the release, one for each quota cell, in the order of the round. A seat that is freed before
the confirmation deadline goes to the first in order of its own cell, at once; later ones go to the next round.
Placed pupils do not move. Two who share the first place are not told apart: the seat waits for the next round.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db import db
from core.db.transaction import require_transaction
from core.notices.facts import Facts
from core.notices.operations import notify
from core.policy.filing import FreedSeats
from enrolment.applications.models import Applicant, Application, ApplicationVersion, VersionState
from enrolment.confirmations.models import ExitReason, WaitingEntry, WaitingExit
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheet
from enrolment.plans.ledger import free, take
from enrolment.plans.models import PlanProgramme, QuotaCell, SeatKind
from enrolment.results.models import Placement, Publication, PublicationState
from enrolment.results.promises import default_words
from enrolment.results.replacing import replace_placement
from enrolment.results.visibility import released_placement_of
from enrolment.rounds.models import Run

MOVED_UP = "confirmations.moved_up"
_HOPELESS = ("struck/", "closed", "returned", "hard/")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One unplaced pupil and the cells that could still take the pupil."""

    application_id: uuid.UUID
    position: int
    cells: tuple[uuid.UUID, ...]


def open_waiting_lists(actor: Signature, publication: Publication) -> None:
    """Inside the transaction of the approval: the lists of every county whose sheet lets freed seats be filled."""
    session = require_transaction()
    run = publication.run
    cells = _cells(run)
    counties = {county for _programme, county in cells if fills_up(run.round, county)}
    lists: dict[uuid.UUID, list[_Waiting]] = {}
    for one in _unplaced(run, counties, cells):
        for cell_id in one.cells:
            lists.setdefault(cell_id, []).append(one)
    for cell_id, waiting in sorted(lists.items(), key=lambda item: str(item[0])):
        for one in sorted(waiting, key=lambda row: (row.position, str(row.application_id))):
            place = 1 + sum(1 for other in waiting if other.position < one.position)
            session.add(
                WaitingEntry(
                    cell_id=cell_id, application_id=one.application_id, publication_id=publication.id, place=place
                )
            )
    if lists:
        session.flush()
        record(actor, "confirmations.open_waiting_lists", publication, lists=len(lists), counties=sorted(counties))


def fills_up(in_round: Round, county: str) -> bool:
    """Whether the county's sheet lets freed seats be filled within the round (补录补投)."""
    return filing_sheet(in_round, county).rules.freed_seats.value is FreedSeats.FILL_UP


def fill_freed_seat(actor: Signature, freed: Placement) -> Placement | None:
    """Inside a transaction, the seat given back: the first in order of the same cell takes it; None if nobody may.

    Nobody may after the confirmation deadline, without a list, or where two share the first place.
    """
    in_round = freed.application.round
    if freed.cell_id is None or clock.now() >= in_round.confirm_until or free(freed.cell_id) < 1:
        return None
    standing = standing_entries(freed.cell_id)
    if not standing or sum(1 for one in standing if one.place == standing[0].place) > 1:
        return None
    return _move_up(actor, standing[0])


def standing_entries(cell_id: uuid.UUID) -> Sequence[WaitingEntry]:
    """Who still waits for a cell, in order."""
    query = (
        select(WaitingEntry)
        .join(Publication, Publication.id == WaitingEntry.publication_id)
        .where(
            WaitingEntry.cell_id == cell_id,
            WaitingEntry.id.not_in(select(WaitingExit.entry_id)),
            Publication.state == PublicationState.APPROVED,
        )
        .order_by(WaitingEntry.place, WaitingEntry.application_id)
    )
    return db.session.scalars(query).all()


def _move_up(actor: Signature, entry: WaitingEntry) -> Placement | None:
    session = require_transaction()
    old = released_placement_of(entry.application_id)
    if old is None or old.programme_id is not None:
        return None
    programme_id = entry.cell.plan_programme.programme_id
    version = session.scalars(_in_force(entry.application_id)).one()
    wishes = [choice.programme_id for choice in version.choices]
    new = Placement(
        id=uuid.uuid4(),
        run_id=old.run_id,
        application_id=old.application_id,
        programme_id=programme_id,
        cell_id=entry.cell_id,
        rank=wishes.index(programme_id) + 1,
        corrects_id=old.id,
    )
    replace_placement(actor, old, new)
    take(cell_id=entry.cell_id, subject_id=new.id, kind=SeatKind.PLACED)
    own = select(WaitingEntry).where(
        WaitingEntry.application_id == entry.application_id,
        WaitingEntry.id.not_in(select(WaitingExit.entry_id)),
    )
    for one in session.scalars(own).all():
        reason = ExitReason.MOVED_UP if one.id == entry.id else ExitReason.ELSEWHERE
        session.add(WaitingExit(entry_id=one.id, reason=reason, placement_id=new.id, at=clock.now()))
    session.flush()
    record(actor, "confirmations.move_up", new, entry=str(entry.id), place=entry.place)
    _tell(entry.application)
    return new


def _tell(application: Application) -> None:
    applicant, in_round = application.applicant, application.round
    facts: Facts = {"until": in_round.confirm_until, "default": default_words(in_round, applicant.county)}
    accounts = {applicant.account_id, *(one.account_id for one in applicant.guardians)}
    for account_id in sorted((one for one in accounts if one), key=str):
        notify(account_id, MOVED_UP, facts, link=f"/results/{application.id}")


def _cells(run: Run) -> dict[tuple[str, str], uuid.UUID]:
    query = (
        select(QuotaCell)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .where(PlanProgramme.plan_id == run.snapshot.plan_id, QuotaCell.seats > 0)
        .options(joinedload(QuotaCell.plan_programme).joinedload(PlanProgramme.programme))
    )
    return {(cell.plan_programme.programme.code, cell.county): cell.id for cell in db.session.scalars(query)}


def _in_force(application_id: uuid.UUID) -> Select[ApplicationVersion]:
    return select(ApplicationVersion).where(
        ApplicationVersion.application_id == application_id, ApplicationVersion.state == VersionState.SUBMITTED
    )


def _unplaced(run: Run, counties: set[str], cells: dict[tuple[str, str], uuid.UUID]) -> Sequence[_Waiting]:
    """The unplaced pupils of these counties with the cells they asked for and could have got."""
    if not counties:
        return ()
    told = json.loads(run.outcome or "{}")
    query = (
        select(ApplicationVersion)
        .join(Placement, Placement.application_id == ApplicationVersion.application_id)
        .join(Application, Application.id == ApplicationVersion.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Placement.run_id == run.id,
            Placement.programme_id.is_(None),
            ApplicationVersion.state == VersionState.SUBMITTED,
            Applicant.county.in_(counties),
        )
    )
    found = []
    for version in db.session.scalars(query):
        applicant = version.application.applicant
        number = applicant.candidate_number
        barred = {row["choice"] for row in told["reasons"].get(number, ()) if row["reason"].startswith(_HOPELESS)}
        wanted = (
            cells.get((choice.programme.code, applicant.county))
            for choice in version.choices
            if choice.rank not in barred
        )
        found.append(_Waiting(version.application_id, told["positions"][number], tuple(one for one in wanted if one)))
    return found
