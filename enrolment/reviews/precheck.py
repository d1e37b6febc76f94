"""What a machine can check of a case before an officer looks at it. Pure.

A finding refuses nobody: it tells the officer where to look. A case without findings may be passed together
with others on the check page.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from core.identity import BadDocument, Document, DocumentKind, Sex, age_on, read_document, sex_conflict
from enrolment.applications.states import PaperKind, PaperState

USUAL_AGES = range(14, 19)
"""Ages on 1 September at the end of nine years of compulsory school, one year early to three years late."""


class Check(enum.StrEnum):
    """What the machine noticed; `words` says each in a sentence."""

    HELD = "held"
    IDENTITY_UNREADABLE = "identity_unreadable"
    SEX_DIFFERS = "sex_differs"
    BIRTH_DIFFERS = "birth_differs"
    AGE_UNUSUAL = "age_unusual"
    NAMESAKE = "namesake"
    ALREADY_ENROLLED = "already_enrolled"
    PAPER_MISSING = "paper_missing"
    PAPER_SHARED = "paper_shared"
    CHOICE_SHUT = "choice_shut"
    CHOICE_BARRED = "choice_barred"
    NO_CHOICE = "no_choice"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    NO_GUARDIAN = "no_guardian"
    SHARED_PHONE = "shared_phone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, with its fact: the paper, the rank, the age."""

    check: Check
    fact: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything the checks look at. ``on`` is 1 September of the year; ``namesakes`` are other pupils of the
    year with the same name and birthday; ``enrolled`` says that the register has an open stay under the same
    document; ``shared_papers`` are files that another pupil has sent as well; ``shut`` ranks without seats for the
    county, ``barred`` ranks that another rule strikes; ``held`` says that the pupil has submitted in another county
    as well and both bureaus have not agreed yet.
    """

    document_type: str
    document_number: str
    sex: str
    birth_date: dt.date
    on: dt.date
    papers_needed: tuple[PaperKind, ...] = ()
    papers: Mapping[PaperKind, PaperState] | None = None
    namesakes: int = 0
    choices: int = 1
    shut: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()
    taken_elsewhere: bool = False
    enrolled: bool = False
    shared_papers: tuple[PaperKind, ...] = ()
    held: bool = False
    guardians: int = 1
    shared_phone: bool = False


def precheck(facts: CaseFacts) -> tuple[Finding, ...]:
    """Every finding, in the order an officer would look; empty: all green."""
    held = (Finding(Check.HELD),) if facts.held else ()
    return (*held, *_identity(facts), *_person(facts), *_papers(facts), *_choices(facts))


def _identity(facts: CaseFacts) -> tuple[Finding, ...]:
    try:
        document = read_document(DocumentKind(facts.document_type), facts.document_number)
    except (BadDocument, ValueError):
        return (Finding(Check.IDENTITY_UNREADABLE),)
    return _differences(document, facts)


def _differences(document: Document, facts: CaseFacts) -> tuple[Finding, ...]:
    found = []
    if sex_conflict(document, Sex(facts.sex)):
        found.append(Finding(Check.SEX_DIFFERS))
    if document.birth_date is not None and document.birth_date != facts.birth_date:
        found.append(Finding(Check.BIRTH_DIFFERS, document.birth_date.isoformat()))
    return tuple(found)


def _person(facts: CaseFacts) -> tuple[Finding, ...]:
    age = age_on(facts.birth_date, facts.on)
    found = []
    if age not in USUAL_AGES:
        found.append(Finding(Check.AGE_UNUSUAL, str(age)))
    if facts.namesakes:
        found.append(Finding(Check.NAMESAKE, str(facts.namesakes)))
    if facts.taken_elsewhere:
        found.append(Finding(Check.TAKEN_ELSEWHERE))
    if facts.enrolled:
        found.append(Finding(Check.ALREADY_ENROLLED))
    if not facts.guardians:
        found.append(Finding(Check.NO_GUARDIAN))
    if facts.shared_phone:
        found.append(Finding(Check.SHARED_PHONE))
    return tuple(found)


def _papers(facts: CaseFacts) -> tuple[Finding, ...]:
    good = {PaperState.UPLOADED, PaperState.ACCEPTED}
    papers = facts.papers or {}
    missing = [kind for kind in facts.papers_needed if papers.get(kind) not in good]
    return (
        *(Finding(Check.PAPER_MISSING, kind.value) for kind in missing),
        *(Finding(Check.PAPER_SHARED, kind.value) for kind in facts.shared_papers),
    )


def _choices(facts: CaseFacts) -> tuple[Finding, ...]:
    if not facts.choices:
        return (Finding(Check.NO_CHOICE),)
    shut = tuple(Finding(Check.CHOICE_SHUT, str(rank)) for rank in facts.shut)
    return (*shut, *(Finding(Check.CHOICE_BARRED, str(rank)) for rank in facts.barred))
