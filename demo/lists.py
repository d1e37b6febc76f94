"""The counties' lists: each a workbook of candidates, written, read back, taken in; then slips with accounts."""

import random
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select

from core.access import Role
from core.db import db
from core.divisions import division
from core.errors import Refused
from core.identity import DocumentKind
from demo.actors import Staff
from demo.content import people
from demo.invented import Invented, scores
from demo.offices import Zone
from demo.planning import CountyExam
from demo.stages import Stage
from enrolment.applications.intake import take_candidates
from enrolment.applications.models import Applicant
from enrolment.applications.sheet import (
    NORMAL,
    Candidate,
    CandidateSheet,
    CountySheet,
    Expected,
    Subject,
    read_candidates,
    write_candidates,
)
from enrolment.applications.slips import MOST_AT_ONCE, issue_slips

_SEX = {"1": "M", "2": "F"}
_BONUS = Decimal(5)


@dataclass(frozen=True, slots=True)
class Listed:
    """A pupil on a county's list: the person, the row, the account, and what the list says of groups and health."""

    person: Invented
    applicant_id: uuid.UUID
    account_id: uuid.UUID
    tags: tuple[str, ...]


class ListMaker:
    """The officers of the counties make the list of one year."""

    def __init__(self, made: Zone, staff: Staff, cycle_id: uuid.UUID, year: int, chance: random.Random) -> None:
        self._made, self._staff, self._cycle_id = made, staff, cycle_id
        self._year, self._chance = year, chance

    def make(
        self, crowd: Sequence[Invented], expected: Expected, exams: Mapping[str, CountyExam], stage: Stage
    ) -> list[Listed]:
        """Everybody on the list and with an account, in the order of ``crowd``."""
        by_county: dict[str, list[Invented]] = defaultdict(list)
        for person in crowd:
            by_county[person.county].append(person)
        for county, persons in by_county.items():
            self._county(county, persons, expected, exams[county], stage)
        rows = {one.document_number: one for one in self._rows()}
        return [_listed(person, rows[person.document_number]) for person in crowd]

    def _rows(self) -> Sequence[Applicant]:
        return db.session.scalars(select(Applicant).where(Applicant.cycle_id == self._cycle_id)).all()

    def _county(
        self, county: str, persons: Sequence[Invented], expected: Expected, exam: CountyExam, stage: Stage
    ) -> None:
        name = division(county).zh
        subjects = tuple(Subject(subject, full) for subject, full in exam.subjects)
        candidates = tuple(self._candidate(one, at, exam) for at, one in enumerate(persons, start=1))
        written = write_candidates(CandidateSheet((CountySheet(county, name, subjects, candidates),)))
        read = read_candidates(written, replace(expected, counties={county: name}))
        officer = self._staff.actor(Role.COUNTY_OFFICER, self._made.bureaus[county])
        take_candidates(officer, cycle_id=self._cycle_id, sheet=read)
        with suppress(Refused):
            for _page in range(len(persons) // MOST_AT_ONCE + 1):
                issue_slips(officer, cycle_id=self._cycle_id)
        stage.step(len(persons))

    def _candidate(self, person: Invented, serial: int, exam: CountyExam) -> Candidate:
        chance, words = self._chance, people()["tags"]
        minority = person.ethnicity != "01"
        shares = ((words["interview"], 0.5), (words["veteran"], 0.03))
        groups = [word for word, share in shares if chance.random() < share]
        health = chance.choices((NORMAL, words["weak"], words["blind"]), (94, 4, 2))[0]
        return Candidate(
            number=f"{self._year}{person.county}{serial:04}",
            name=person.name,
            document_kind=DocumentKind.RESIDENT_ID,
            document_number=person.document_number,
            sex=_SEX[person.sex],
            scores=scores(exam.subjects, chance),
            wishes=(),
            birth_date=person.birth_date,
            school=person.junior_school,
            earlier_leaver=chance.random() < 0.04,
            bonus=_BONUS if minority else Decimal(0),
            bonus_basis=people()["bonus_basis"] if minority else "",
            health=(health,),
            tags=tuple(sorted(groups)),
            boards=chance.choices((None, True, False), (1, 7, 2))[0],
        )


def _listed(person: Invented, applicant: Applicant) -> Listed:
    if applicant.account_id is None:
        raise RuntimeError("everybody on the list got a slip")
    return Listed(person, applicant.id, applicant.account_id, tuple(applicant.tags))
