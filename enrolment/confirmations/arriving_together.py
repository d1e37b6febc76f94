"""批量报到: a school records many arrivals at once; what one line lacks keeps no other from being done."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from core.access import Actor
from core.db import db
from core.documents.models import DocumentKind, DocumentState, IssuedDocument
from core.errors import DomainError
from core.i18n import current_language, say
from enrolment.applications.models import Applicant, Application
from enrolment.confirmations.desk import expected_placements
from enrolment.confirmations.models import ArrivalMethod
from enrolment.confirmations.operations import arrive
from enrolment.confirmations.scanned import scanned_code
from enrolment.results.models import Placement

MOST_AT_ONCE = 300
"""Lines taken at once: a school's largest intake, and no more than a minute of work."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list and what became of it; ``note`` says why where it was not done, in ``language``."""

    typed: str
    done: bool
    name: str = ""
    note: str = ""
    language: str = "zh"


def lines_of(pasted: str) -> tuple[str, ...]:
    """The numbers of a pasted list: the first cell of every line that is not empty."""
    return tuple(cells[0] for line in pasted.splitlines() if (cells := line.split()))


def arrive_together(actor: Actor, typed: Sequence[str]) -> tuple[Line, ...]:
    """Record an arrival for every line: letter number, code, scanned address, or candidate number.

    Each line is an operation of its own: those that cannot be done are told with the reason, the others are done.
    """
    letters = _letters(actor, typed)
    return tuple(_arrive(actor, one, letters.get(one, scanned_code(one))) for one in typed)


def dump(lines: Sequence[Line]) -> bytes:
    """The report as it is kept for its maker."""
    return json.dumps([asdict(line) for line in lines], ensure_ascii=False).encode()


def load(report: bytes) -> tuple[Line, ...]:
    """The report as it was kept."""
    return tuple(Line(**line) for line in json.loads(report))


def _arrive(actor: Actor, typed: str, code: str) -> Line:
    try:
        arrival = arrive(actor, raw=code, method=ArrivalMethod.BULK)
    except DomainError as error:
        return Line(typed, done=False, note=say(error.sentence), language=current_language())
    name = db.session.get_one(Placement, arrival.placement_id).application.applicant.name
    return Line(typed, done=True, name=name)


def _letters(actor: Actor, typed: Sequence[str]) -> dict[str, str]:
    """The numbers of the valid letters by candidate number, for those the actor's schools expect."""
    expected = expected_placements(actor).with_only_columns(Placement.id)
    query = (
        select(Applicant.candidate_number, IssuedDocument.number)
        .join(Application, Application.applicant_id == Applicant.id)
        .join(Placement, Placement.application_id == Application.id)
        .join(IssuedDocument, IssuedDocument.subject_id == Placement.id)
        .where(
            Placement.id.in_(expected),
            Applicant.candidate_number.in_(set(typed)),
            IssuedDocument.kind == DocumentKind.ADMISSION_LETTER,
            IssuedDocument.state == DocumentState.VALID,
        )
    )
    return {candidate: number for candidate, number in db.session.execute(query)}
