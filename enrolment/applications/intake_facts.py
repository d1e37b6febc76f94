"""What a candidates' sheet says about one pupil, and what it would change. Pure.

A blank cell leaves what is on record as it is; a score that is not given stays as it was. The bonus is the
exception: the county's list states it, so a row without one says that there is none.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from core.identity import mask_document
from core.policy.filing import Residence
from enrolment.applications.sheet_layout import CONCLUSIONS
from enrolment.applications.sheet_model import NORMAL, Candidate, CountySheet

TOTAL = "总分"
_SEX = {"M": "1", "F": "2"}

Value = TypeVar("Value")
Plain = str | int | bool | Decimal | dt.date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Score:
    """Points of one subject and its full mark."""

    points: Decimal
    full: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of a pupil, as far as a sheet can say it."""

    name: str
    sex: str
    document_type: str
    document_number: str
    birth_date: dt.date | None
    junior_school: str
    earlier_leaver: bool | None
    hukou: Residence | None
    junior_roll: Residence | None
    residence_proof: bool | None
    bonus: Decimal
    boards: bool | None
    lottery: int | None
    tags: tuple[str, ...]
    taken_elsewhere: bool
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would change; ``before`` and ``after`` as they may be shown (numbers masked)."""

    field: str
    before: str
    after: str


def stated(candidate: Candidate, county: CountySheet, before: Facts | None, *, taken: bool) -> Facts:
    """What will be on record once the row is taken in."""
    return Facts(
        name=candidate.name,
        sex=_SEX[candidate.sex],
        document_type=candidate.document_kind.value,
        document_number=candidate.document_number,
        birth_date=candidate.birth_date or (before.birth_date if before else None),
        junior_school=candidate.school or (before.junior_school if before else ""),
        earlier_leaver=_or(candidate.earlier_leaver, before.earlier_leaver if before else None),
        hukou=_or(candidate.hukou, before.hukou if before else None),
        junior_roll=_or(candidate.junior_roll, before.junior_roll if before else None),
        residence_proof=_or(candidate.residence_proof, before.residence_proof if before else None),
        bonus=candidate.bonus,
        boards=_or(candidate.boards, before.boards if before else None),
        lottery=_or(candidate.lottery, before.lottery if before else None),
        tags=_tags(candidate, before.tags if before else ()),
        taken_elsewhere=taken or (before is not None and before.taken_elsewhere),
        scores={**(before.scores if before else {}), **scores_of(candidate, county)},
    )


def scores_of(candidate: Candidate, county: CountySheet) -> dict[str, Score]:
    """The scores a row gives: each subject's, or the total alone where the sheet knows no subjects."""
    given = {
        subject.name: Score(points, subject.full)
        for subject, points in zip(county.subjects, candidate.scores, strict=True)
        if points is not None
    }
    if not county.subjects and candidate.total is not None and county.total_full is not None:
        given[TOTAL] = Score(candidate.total, county.total_full)
    return given


def changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    """The fields in which two records differ; subjects are named ``score:语文``."""
    found = [
        Change(name, shown(name, getattr(before, name)), shown(name, getattr(after, name)))
        for name in Facts.__slots__
        if name != "scores" and getattr(before, name) != getattr(after, name)
    ]
    for subject, score in after.scores.items():
        old = before.scores.get(subject)
        if old != score:
            found.append(Change(f"score:{subject}", _score(old), _score(score)))
    return tuple(found)


def shown(name: str, value: Plain) -> str:
    """A value as the check page and the audit may show it."""
    if value is None or value == () or value == "":
        return ""
    if name == "document_number":
        return mask_document(str(value))
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _score(score: Score | None) -> str:
    return f"{score.points:f}/{score.full:f}" if score else ""


def _tags(candidate: Candidate, before: tuple[str, ...]) -> tuple[str, ...]:
    """Health conclusions and groups are stated in two columns; a blank column keeps its own part."""
    health = set(candidate.health) - {NORMAL}
    known = set(CONCLUSIONS) | health
    kept_health = set() if candidate.health else set(before) & known
    kept_groups = set() if candidate.tags else set(before) - known
    return tuple(sorted(health | set(candidate.tags) | kept_health | kept_groups))


def _or(given: Value | None, otherwise: Value | None) -> Value | None:
    return otherwise if given is None else given
