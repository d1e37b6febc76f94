"""Taking in a county's list of candidates: compared first, then all or nothing, the same file twice for nothing."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.access import Actor
from core.audit import record
from core.crypto import blind_index
from core.db import db, lock_row, transaction
from core.errors import NotAllowed
from core.i18n import lazy as _l
from core.identity import document_tail
from core.sheets import BadSheets, SheetFault, SheetNote, Words
from enrolment.applications.clashes import LIVE, open_clashes
from enrolment.applications.intake_facts import Change, Facts, Score, changes, shown, stated
from enrolment.applications.models import Applicant, SubjectScore
from enrolment.applications.sheet import Candidate, CandidateSheet, CountySheet
from enrolment.cycles.models import Cycle

INTAKE = "applications.intake"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One pupil who is on the list already and would change."""

    number: str
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import does or did: how many are new, changed, the same; what was repaired while reading."""

    new: int
    changed: tuple[RowChange, ...]
    same: int
    taken: int
    notes: tuple[SheetNote, ...] = ()

    @property
    def total(self) -> int:
        """How many candidates the sheet holds."""
        return self.new + len(self.changed) + self.same


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the sheet beside the record it belongs to."""

    county: CountySheet
    candidate: Candidate
    applicant: Applicant | None
    after: Facts
    changes: tuple[Change, ...]


def compare_candidates(actor: Actor, *, cycle_id: uuid.UUID, sheet: CandidateSheet) -> ImportReport:
    """What taking the sheet in would do; nothing is written. Raises like `take_candidates`."""
    noted: list[SheetNote] = []
    return _report(list(_lines(actor, cycle_id, sheet, noted)), sheet, noted)


def take_candidates(actor: Actor, *, cycle_id: uuid.UUID, sheet: CandidateSheet) -> ImportReport:
    """Put the county's pupils on record and bring known ones up to date by candidate number.

    Nobody is removed by being absent. Raises BadSheets with every row that contradicts the records, and
    NotAllowed for a county that is not the actor's own; then nothing is written.
    """
    with transaction() as session:
        cycle = lock_row(Cycle, cycle_id)
        noted: list[SheetNote] = []
        lines = list(_lines(actor, cycle_id, sheet, noted))
        for line in lines:
            if line.applicant is None:
                session.add(_new(cycle, line))
            elif line.changes:
                _write(line.applicant, line.after)
                fields = [[one.field, one.before, one.after] for one in line.changes if one.field != "name"]
                record(actor, "applications.change_candidate", line.applicant, fields=fields)
        session.flush()
        _open_clashes(actor, lines)
        report = _report(lines, sheet, noted)
        record(
            actor,
            "applications.take_candidates",
            cycle,
            counties=sorted(one.county for one in sheet.counties),
            new=report.new,
            changed=len(report.changed),
            same=report.same,
        )
        return report


def facts_of(applicant: Applicant) -> Facts:
    """What is on record of a pupil."""
    return Facts(
        name=applicant.name,
        sex=applicant.sex,
        document_type=applicant.document_type,
        document_number=applicant.document_number,
        birth_date=applicant.birth_date,
        junior_school=applicant.junior_school,
        earlier_leaver=applicant.earlier_leaver,
        hukou=applicant.hukou,
        junior_roll=applicant.junior_roll,
        residence_proof=applicant.residence_proof,
        bonus=applicant.bonus,
        boards=applicant.boards,
        lottery=applicant.lottery,
        tags=tuple(sorted(applicant.tags)),
        taken_elsewhere=applicant.taken_elsewhere,
        scores={row.subject: Score(row.points, row.full) for row in applicant.scores},
    )


def _lines(actor: Actor, cycle_id: uuid.UUID, sheet: CandidateSheet, noted: list[SheetNote]) -> Iterator[_Line]:
    own = actor.counties(INTAKE)
    for county in sheet.counties:
        if county.county not in own:
            raise NotAllowed(_l("只能导入本县区的考生。%(name)s的名册请由该县区导入。", name=county.name))
    known = _known(cycle_id)
    faults = [fault for county in sheet.counties for fault in _faults(county, known)]
    if faults:
        raise BadSheets(faults, sheet.notes)
    taken = {row.number for row in sheet.taken}
    for county in sheet.counties:
        noted.extend(_notes(county, known))
        for candidate in county.candidates:
            applicant = known.by_number.get((county.county, candidate.number))
            before = facts_of(applicant) if applicant else None
            after = stated(candidate, county, before, taken=candidate.number in taken)
            yield _Line(county, candidate, applicant, after, changes(before, after) if before else ())


@dataclass(frozen=True, slots=True)
class _Known:
    """The year's pupils, by county and number, by number alone, and by county and document."""

    by_number: Mapping[tuple[str, str], Applicant]
    county_of: Mapping[str, str]
    by_document: Mapping[tuple[str, str, str], Applicant]
    elsewhere: Mapping[tuple[str, str], frozenset[str]]


def _known(cycle_id: uuid.UUID) -> _Known:
    query = select(Applicant).where(Applicant.cycle_id == cycle_id).options(selectinload(Applicant.scores))
    rows = db.session.scalars(query).all()
    return _Known(
        by_number={(row.county, row.candidate_number): row for row in rows},
        county_of={row.candidate_number: row.county for row in rows},
        by_document={(row.county, row.document_type, row.document_index): row for row in rows},
        elsewhere=_counties_of(rows),
    )


def _counties_of(rows: Iterable[Applicant]) -> Mapping[tuple[str, str], frozenset[str]]:
    """The counties that list each document."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for row in rows:
        key = (row.document_type, row.document_index)
        found[key] = found.get(key, frozenset()) | {row.county}
    return found


def _document(candidate: Candidate) -> tuple[str, str]:
    """A candidate's document as records are found by it."""
    return candidate.document_kind.value, blind_index("document", candidate.document_number)


def _notes(county: CountySheet, known: _Known) -> Iterator[SheetNote]:
    """Pupils whose document stands on another county's list too; that county's list is not told."""
    for candidate in county.candidates:
        if known.elsewhere.get(_document(candidate), frozenset()) - {county.county}:
            what = Words(
                "这个证件也在另一个县区的名册上；考生在两边都提交报名时，两边都暂停办理，由两个县区商定",
                "this document is on another county's roster too; if the applicant submits in both, both are held "
                "until the two counties agree",
            )
            shown_as = document_tail(candidate.document_number)
            yield SheetNote(county.sheet, candidate.row, "", "证件号码", shown_as, "", what)


def _faults(county: CountySheet, known: _Known) -> Iterator[SheetFault]:
    for candidate in county.candidates:
        elsewhere = known.county_of.get(candidate.number)
        if elsewhere is not None and elsewhere != county.county:
            yield _fault(
                county,
                candidate,
                "考生号",
                candidate.number,
                Words("这个考生号已属于另一个县区", "this candidate number belongs to another county"),
                Words("请核对考生号", "check the candidate number"),
            )
        same = known.by_document.get((county.county, *_document(candidate)))
        if same is not None and same.candidate_number != candidate.number:
            yield _fault(
                county,
                candidate,
                "证件号码",
                document_tail(candidate.document_number),
                Words(
                    f"这个证件已登记在考生号 {same.candidate_number} 名下",
                    f"this document is on record under candidate number {same.candidate_number}",
                ),
                Words("同一人只能有一个考生号，请核对", "one person has one candidate number; please check"),
            )
        applicant = known.by_number.get((county.county, candidate.number))
        if candidate.birth_date is None and applicant is None:
            yield _fault(
                county,
                candidate,
                "出生日期",
                "",
                Words("证件号码中没有出生日期，这一列也没有填写", "neither the document nor this column tells it"),
                Words("请填写出生日期", "fill in the birth date"),
            )


def _fault(
    county: CountySheet, candidate: Candidate, heading: str, value: str, rule: Words, mend: Words
) -> SheetFault:
    return SheetFault(county.sheet, candidate.row, "", heading, value, rule, mend)


def _new(cycle: Cycle, line: _Line) -> Applicant:
    applicant = Applicant(
        cycle_id=cycle.id, county=line.county.county, candidate_number=line.candidate.number, scores=[]
    )
    _write(applicant, line.after)
    return applicant


def _write(applicant: Applicant, after: Facts) -> None:
    for name in Facts.__slots__:
        if name not in ("scores", "tags"):
            value = getattr(after, name)
            if getattr(applicant, name) != value:
                setattr(applicant, name, value)
    if sorted(applicant.tags or []) != list(after.tags):
        applicant.tags = list(after.tags)
    by_subject = {row.subject: row for row in applicant.scores}
    for position, (subject, score) in enumerate(after.scores.items(), start=1):
        row = by_subject.get(subject)
        if row is None:
            applicant.scores.append(
                SubjectScore(subject=subject, position=position, points=score.points, full=score.full)
            )
        elif (row.points, row.full) != (score.points, score.full):
            row.points, row.full = score.points, score.full


def _open_clashes(actor: Actor, lines: Iterable[_Line]) -> None:
    """A corrected document may show that a pupil has submitted in another county as well."""
    for line in lines:
        if line.applicant is not None and any(one.field == "document_number" for one in line.changes):
            for application in line.applicant.applications:
                if application.state in LIVE and application.round.locked_at is None:
                    open_clashes(actor, application)


def _report(lines: list[_Line], sheet: CandidateSheet, noted: Iterable[SheetNote]) -> ImportReport:
    changed = tuple(
        RowChange(line.candidate.number, shown("name", line.candidate.name), line.changes)
        for line in lines
        if line.changes
    )
    new = sum(line.applicant is None for line in lines)
    return ImportReport(
        new=new,
        changed=changed,
        same=len(lines) - new - len(changed),
        taken=len(sheet.taken),
        notes=(*sheet.notes, *noted),
    )
