"""The counties' lists: who finished junior school, with scores, and an account that waits for each."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.access import Actor, Role
from core.accounts.operations import NewGrant, open_account
from core.audit import record
from core.db import transaction
from demo.content import people
from demo.invented import Invented, scores
from demo.planning import CountyExam
from enrolment.applications.models import Applicant, SubjectScore


@dataclass(frozen=True, slots=True)
class Listed:
    """A pupil on a county's list: the person, the row, the account."""

    person: Invented
    applicant_id: uuid.UUID
    account_id: uuid.UUID
    tags: tuple[str, ...]


def put_on_list(
    officer: Actor, *, cycle_id: uuid.UUID, number: str, person: Invented, exam: CountyExam, chance: random.Random
) -> Listed:
    """One line of the county's list, with the pupil's account."""
    points = scores(exam.subjects, chance)
    tags = _tags(chance)
    minority = person.ethnicity != "01"
    with transaction() as session:
        opened = open_account(officer, display_name=person.name, grants=[NewGrant(Role.APPLICANT)])
        applicant = Applicant(
            cycle_id=cycle_id,
            account_id=opened.account.id,
            county=person.county,
            candidate_number=number,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            document_type="1",
            document_number=person.document_number,
            ethnicity=person.ethnicity,
            junior_school=person.junior_school,
            junior_class=person.junior_class,
            earlier_leaver=chance.random() < 0.04,
            phone=person.phone if chance.random() < 0.6 else None,
            address=person.address,
            boards=_boards(chance),
            bonus=Decimal(5) if minority else Decimal(0),
            tags=list(tags),
            scores=_score_rows(exam.subjects, points),
        )
        session.add(applicant)
        session.flush()
        record(officer, "applications.take_candidate", applicant, number=number)
        return Listed(person, applicant.id, opened.account.id, tags)


def _score_rows(subjects: Sequence[tuple[str, Decimal]], points: Sequence[Decimal]) -> list[SubjectScore]:
    return [
        SubjectScore(subject=name, position=position, points=value, full=full)
        for position, ((name, full), value) in enumerate(zip(subjects, points, strict=True), start=1)
    ]


def _tags(chance: random.Random) -> tuple[str, ...]:
    words, found = people()["tags"], []
    for word, share in (
        (words["interview"], 0.5),
        (words["veteran"], 0.02),
        (words["weak"], 0.04),
        (words["blind"], 0.02),
    ):
        if chance.random() < share and not (word == words["blind"] and words["weak"] in found):
            found.append(word)
    return tuple(sorted(found))


def _boards(chance: random.Random) -> bool | None:
    """Most of those who leave their county board; a few go home every day, some have not said."""
    drawn = chance.random()
    return None if drawn < 0.1 else drawn < 0.8
