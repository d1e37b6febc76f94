"""Wishes on a county's list: filed and signed on the county's own platform, recorded here on its behalf.

The county answers for them, so an application made this way has passed the pre-check. What a family has
submitted here itself is never overwritten by a list.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.access import Actor
from core.audit import record
from core.db import db, transaction
from core.errors import NotAllowed
from core.i18n import lazy as _l
from core.policy.entry import EntryFacts
from core.sheets import BadSheets, SheetFault, Words
from enrolment.applications.catalogue import LEAVERS, Catalogue, catalogue_of, pupil_of
from enrolment.applications.clashes import open_clashes
from enrolment.applications.eligibility import Pupil, bar_to_all
from enrolment.applications.intake import INTAKE, ImportReport, take_candidates
from enrolment.applications.models import (
    Applicant,
    Application,
    ApplicationState,
    ApplicationVersion,
)
from enrolment.applications.receipts import COUNTY_LIST, Confirmed, end_receipt, freeze_version
from enrolment.applications.records import draft_of, hold_round, move, rewrite_choices, version_in_force
from enrolment.applications.sheet import Candidate, CandidateSheet, CountySheet
from enrolment.applications.states import Event
from enrolment.cycles.models import Round

NOT_STATED = "—"


@dataclass(frozen=True, slots=True)
class WishReport:
    """How many applications were made, changed, or are as the list says."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One candidate's wishes beside the pupil and the application there may be already."""

    applicant: Applicant | None
    application: Application | None
    programmes: tuple[uuid.UUID, ...]
    adjusts: bool


def compare_wishes(actor: Actor, *, in_round: Round, sheet: CandidateSheet) -> WishReport:
    """What taking the wishes in would do, pupils who are not on record yet included. Raises BadSheets."""
    return _counts(list(_lines(actor, in_round, sheet)))


def take_list(
    actor: Actor, *, cycle_id: uuid.UUID, round_id: uuid.UUID | None, sheet: CandidateSheet, at: dt.datetime
) -> ImportReport:
    """A whole workbook at once: the pupils, and their wishes where a round takes applications."""
    with transaction():
        report = take_candidates(actor, cycle_id=cycle_id, sheet=sheet)
        if round_id is not None and _has_wishes(sheet):
            take_wishes(actor, round_id=round_id, sheet=sheet, at=at)
        return report


def _has_wishes(sheet: CandidateSheet) -> bool:
    return any(candidate.wishes for county in sheet.counties for candidate in county.candidates)


def take_wishes(actor: Actor, *, round_id: uuid.UUID, sheet: CandidateSheet, at: dt.datetime) -> WishReport:
    """Record the wishes of a county's list, after `take_candidates` has recorded the pupils.

    Raises BadSheets naming every row: a list longer than the county allows, an application the family has
    submitted differently itself. Then nothing is written.
    """
    with transaction():
        in_round = hold_round(round_id)
        lines = list(_lines(actor, in_round, sheet))
        report = _counts(lines)
        catalogues = {county.county: catalogue_of(in_round, county.county) for county in sheet.counties}
        for line in lines:
            if line.applicant is not None and not _is_same(line):
                _record(actor, in_round, line.applicant, line, catalogues[line.applicant.county], at)
        record(
            actor,
            "applications.take_wishes",
            in_round,
            counties=sorted(catalogues),
            new=report.new,
            changed=report.changed,
            same=report.same,
        )
        return report


def filed_by_county(version: ApplicationVersion) -> bool:
    """Whether a submitted version came from a county's list."""
    return bool(version.content and version.content["consent"]["way"] == COUNTY_LIST)


def _lines(actor: Actor, in_round: Round, sheet: CandidateSheet) -> Iterator[_Line]:
    own = actor.counties(INTAKE)
    known = _applicants(in_round, [county.county for county in sheet.counties])
    faults: list[SheetFault] = []
    lines: list[_Line] = []
    for county in sheet.counties:
        if county.county not in own:
            raise NotAllowed(_l("只能导入本县区的考生。%(name)s的名册请由该县区导入。", name=county.name))
        catalogue = catalogue_of(in_round, county.county)
        codes = {row.programme.code: row.programme_id for row in catalogue.rows}
        for candidate in county.candidates:
            applicant = known.get((county.county, candidate.number))
            if not candidate.wishes:
                continue
            applications = applicant.applications if applicant else ()
            application = next((one for one in applications if one.round_id == in_round.id), None)
            chosen = tuple(codes[code] for code in candidate.wishes if code in codes)
            line = _Line(applicant, application, chosen, candidate.adjusts)
            faults += _faults(county, candidate, catalogue, line)
            lines.append(line)
    if faults:
        raise BadSheets(faults, sheet.notes)
    yield from lines


def _applicants(in_round: Round, counties: list[str]) -> dict[tuple[str, str], Applicant]:
    query = (
        select(Applicant)
        .where(Applicant.cycle_id == in_round.cycle_id, Applicant.county.in_(counties))
        .options(
            selectinload(Applicant.applications)
            .selectinload(Application.versions)
            .selectinload(ApplicationVersion.choices)
        )
    )
    return {(row.county, row.candidate_number): row for row in db.session.scalars(query)}


def _faults(county: CountySheet, candidate: Candidate, catalogue: Catalogue, line: _Line) -> Iterator[SheetFault]:
    if len(candidate.wishes) > catalogue.rules.most:
        yield _fault(
            county,
            candidate,
            Words(
                f"本县区最多填 {catalogue.rules.most} 个志愿，这里有 {len(candidate.wishes)} 个",
                f"the county allows {catalogue.rules.most} wishes, here are {len(candidate.wishes)}",
            ),
            Words("请与考生核实后删去", "ask the candidate which to drop"),
        )
    told = bar_to_all(_pupil(county, candidate, line.applicant), catalogue.rules)
    if told is not None and isinstance(told.fact, Words):
        mend = Words("请核对登记的信息，或清空这一行的志愿", "check what is on record, or clear these wishes")
        yield _fault(county, candidate, told.fact, mend)
    if line.application is not None and not _is_same(line) and not _is_the_countys(line.application):
        yield _fault(
            county,
            candidate,
            Words("考生已在网上报名，志愿与名册不同", "the family has filed online, with other wishes"),
            Words("以考生提交的为准：请清空这一行的志愿", "the family's own filing counts: clear these wishes"),
        )


def _pupil(county: CountySheet, candidate: Candidate, known: Applicant | None) -> Pupil:
    """The pupil as the row and the record together say; a blank cell leaves what is on record."""
    before = pupil_of(known) if known else None
    entry = before.entry if before else EntryFacts()
    leaver = LEAVERS[candidate.earlier_leaver]
    return Pupil(
        county=county.county,
        sex=candidate.sex,
        tags=frozenset(candidate.tags) or (before.tags if before else frozenset()),
        entry=EntryFacts(
            hukou=candidate.hukou or entry.hukou,
            junior_roll=candidate.junior_roll or entry.junior_roll,
            graduate=leaver or entry.graduate,
            residence_proof=entry.residence_proof if candidate.residence_proof is None else candidate.residence_proof,
        ),
        number=candidate.number,
    )


def _fault(county: CountySheet, candidate: Candidate, rule: Words, mend: Words) -> SheetFault:
    return SheetFault(county.sheet, candidate.row, "", "志愿", "、".join(candidate.wishes), rule, mend)


def _is_the_countys(application: Application) -> bool:
    in_force = version_in_force(application)
    return in_force is not None and filed_by_county(in_force) and len(application.versions) == in_force.number


def _is_same(line: _Line) -> bool:
    in_force = version_in_force(line.application) if line.application else None
    return (
        in_force is not None
        and tuple(choice.programme_id for choice in in_force.choices) == line.programmes
        and in_force.accepts_adjustment is line.adjusts
    )


def _counts(lines: list[_Line]) -> WishReport:
    new = sum(line.application is None for line in lines)
    same = sum(_is_same(line) for line in lines)
    return WishReport(new=new, changed=len(lines) - new - same, same=same)


def _record(
    actor: Actor, in_round: Round, applicant: Applicant, line: _Line, catalogue: Catalogue, at: dt.datetime
) -> None:
    """Draft, sent, confirmed and passed in one go: the county attests every step."""
    application = line.application or _open(in_round, applicant, at)
    before = version_in_force(application)
    if before is not None:
        move(application, Event.EDIT)
    draft = draft_of(application)
    rewrite_choices(draft, line.programmes)
    draft.accepts_adjustment = line.adjusts
    move(application, Event.SEND)
    draft.sent_at = at
    document = freeze_version(
        actor,
        draft,
        confirmed=Confirmed(NOT_STATED, NOT_STATED, COUNTY_LIST, NOT_STATED),
        changes_until=None,
        at=at,
        policy={"version": catalogue.sheet_version, "sha256": catalogue.sheet_digest},
    )
    move(application, Event.GUARDIAN_CONFIRM)
    if before is not None:
        end_receipt(actor, before, replaced_by=document)
    move(application, Event.APPROVE)
    application.signed_copy_at = at
    open_clashes(actor, application)
    codes = [choice.programme.code for choice in draft.choices]
    record(actor, "applications.record_wishes", application, number=document.number, choices=codes)


def _open(in_round: Round, applicant: Applicant, at: dt.datetime) -> Application:
    application = Application(
        applicant_id=applicant.id,
        round_id=in_round.id,
        state=ApplicationState.DRAFT,
        opened_at=at,
    )
    session = db.session()
    session.add(application)
    session.flush()
    draft_of(application)
    return application
