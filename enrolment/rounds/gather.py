"""From rows to the same typed sheets the bureaus' workbooks give: one way to make an instance."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from core.identity import DocumentKind
from enrolment.applications.models import (
    Applicant,
    Application,
    ApplicationVersion,
    Choice,
)
from enrolment.applications.pass_lists import lists_of_round
from enrolment.applications.sheet import Candidate, CandidateSheet, CountySheet, Subject, TakenRow
from enrolment.applications.states import ApplicationState, VersionState
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.models import FileReturn, ReturnState

_SEX = {"1": "M", "2": "F"}


def versions_in_round(round_id: uuid.UUID) -> Sequence[ApplicationVersion]:
    """The submitted version of every application that passed its review, with all a solver needs."""
    query = (
        select(ApplicationVersion)
        .join(Application, Application.id == ApplicationVersion.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Application.round_id == round_id,
            Application.state == ApplicationState.PASSED,
            ApplicationVersion.state == VersionState.SUBMITTED,
        )
        .options(
            joinedload(ApplicationVersion.application)
            .joinedload(Application.applicant)
            .selectinload(Applicant.scores),
            selectinload(ApplicationVersion.choices).joinedload(Choice.programme),
        )
        .order_by(Applicant.county, Applicant.candidate_number)
    )
    return db.session.scalars(query).all()


def inputs_of(round_id: uuid.UUID, plan: PlanSheet) -> tuple[PlanSheet, CandidateSheet]:
    """Plan and candidates with the pass lists and the confirmed returns of the round (退档) as conditions.

    A programme with a pass list requires its tag, which those on the list bear: any other choice is struck with
    that reason. With returns the round's rule ``checks`` decides: before, the choice is struck and the next one
    is looked at; after, the file is sent once and returned, and the seat stays free.
    """
    returned = confirmed_returns(round_id)
    plan, people = with_pass_lists(round_id, plan, candidate_sheet(round_id, plan))
    if not returned:
        return plan, people
    tags: dict[str, set[str]] = defaultdict(set)
    for one in returned:
        tags[one.application.applicant.candidate_number].add(_tag(one.programme.code))
    programmes = {one.programme.code for one in returned}
    marked = tuple(
        replace(one, excludes=(*one.excludes, _tag(one.code))) if one.code in programmes else one
        for one in plan.programmes
    )
    return replace(plan, programmes=marked), _tagged(people, tags)


def with_pass_lists(round_id: uuid.UUID, plan: PlanSheet, people: CandidateSheet) -> tuple[PlanSheet, CandidateSheet]:
    """Plan and candidates with every pass list of the round as a required tag of its programme."""
    required: dict[str, list[str]] = defaultdict(list)
    tags: dict[str, set[str]] = defaultdict(set)
    for one in lists_of_round(round_id):
        tag = f"{one.name}：{one.programme.code}"
        required[one.programme.code].append(tag)
        for number in one.newest.candidates if one.newest else ():
            tags[number].add(tag)
    if not required:
        return plan, people
    marked = tuple(
        replace(one, requires=(*one.requires, *required[one.code])) if one.code in required else one
        for one in plan.programmes
    )
    return replace(plan, programmes=marked), _tagged(people, tags)


def _tagged(people: CandidateSheet, tags: Mapping[str, set[str]]) -> CandidateSheet:
    """The candidates with more tags, by candidate number."""
    counties = tuple(
        replace(
            county,
            candidates=tuple(
                replace(one, tags=(*one.tags, *sorted(tags[one.number]))) if one.number in tags else one
                for one in county.candidates
            ),
        )
        for county in people.counties
    )
    return replace(people, counties=counties)


def confirmed_returns(round_id: uuid.UUID) -> Sequence[FileReturn]:
    """The returns of a round that the bureaus confirmed, in the order of their ids."""
    query = (
        select(FileReturn)
        .where(FileReturn.round_id == round_id, FileReturn.state == ReturnState.CONFIRMED)
        .options(
            joinedload(FileReturn.application).joinedload(Application.applicant), joinedload(FileReturn.programme)
        )
        .order_by(FileReturn.id)
    )
    return db.session.scalars(query).all()


def _tag(code: str) -> str:
    return f"退档：{code}"


def candidate_sheet(round_id: uuid.UUID, plan: PlanSheet) -> CandidateSheet:
    """The candidates of a round, a sheet a county of the plan, in the order of their numbers."""
    by_county: dict[str, list[ApplicationVersion]] = defaultdict(list)
    for version in versions_in_round(round_id):
        by_county[version.application.applicant.county].append(version)
    people = [version.application.applicant for rows in by_county.values() for version in rows]
    return CandidateSheet(
        counties=tuple(_county(one.code, one.name, by_county.get(one.code, [])) for one in plan.counties),
        taken=tuple(TakenRow(number=one.candidate_number) for one in people if one.taken_elsewhere),
    )


def _county(code: str, name: str, versions: Sequence[ApplicationVersion]) -> CountySheet:
    full = {
        score.subject: (score.position, score.full)
        for version in versions
        for score in version.application.applicant.scores
    }
    subjects = tuple(Subject(name, full[name][1]) for name in sorted(full, key=lambda one: (full[one][0], one)))
    return CountySheet(
        county=code,
        name=name,
        subjects=subjects,
        candidates=tuple(_candidate(version, subjects) for version in versions),
    )


def _candidate(version: ApplicationVersion, subjects: tuple[Subject, ...]) -> Candidate:
    applicant = version.application.applicant
    points = {score.subject: score.points for score in applicant.scores}
    return Candidate(
        number=applicant.candidate_number,
        name=applicant.name,
        document_kind=DocumentKind(applicant.document_type),
        document_number="",
        sex=_SEX[applicant.sex],
        scores=tuple(points.get(subject.name) for subject in subjects),
        wishes=tuple(choice.programme.code for choice in version.choices),
        bonus=applicant.bonus,
        tags=tuple(applicant.tags),
        adjusts=version.accepts_adjustment,
        boards=applicant.boards,
        lottery=applicant.lottery,
    )
