"""The facts of cases, read for many at once, and what the automatic checks find in them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from core.db import db
from core.files.models import StoredFile
from enrolment.applications.catalogue import Catalogue, catalogue_of
from enrolment.applications.clashes import held_among
from enrolment.applications.eligibility import Bar
from enrolment.applications.models import Applicant, Application, ApplicationVersion, Paper, PaperKind, PaperState
from enrolment.applications.progress import current_papers, list_faults, needed_papers
from enrolment.applications.records import version_in_force
from enrolment.cycles.models import Round
from enrolment.reviews.precheck import CaseFacts, Finding, precheck
from registry.front import enrolled_documents


def with_facts() -> tuple[ORMOption, ...]:
    """Load options of everything the checks look at."""
    return (
        joinedload(Application.applicant).options(
            selectinload(Applicant.papers), selectinload(Applicant.guardians), joinedload(Applicant.cycle)
        ),
        joinedload(Application.round).joinedload(Round.cycle),
        selectinload(Application.versions).selectinload(ApplicationVersion.choices),
    )


def findings_of(applications: Sequence[Application]) -> Mapping[uuid.UUID, tuple[Finding, ...]]:
    """The findings of each case, in a number of queries that does not depend on how many cases there are."""
    catalogues: dict[tuple[uuid.UUID, str], Catalogue] = {}
    others = _others(applications)
    found = {}
    for application in applications:
        applicant = application.applicant
        place = (application.round_id, applicant.county)
        if place not in catalogues:
            catalogues[place] = catalogue_of(application.round, applicant.county)
        found[application.id] = precheck(_facts(application, catalogues[place], others))
    return found


@dataclass(frozen=True, slots=True)
class _Others:
    """What other records say about the pupils of several cases."""

    namesakes: Mapping[tuple[str, dt.date], int]
    enrolled: Collection[tuple[str, str]]
    shared: Mapping[uuid.UUID, Collection[PaperKind]]
    held: Collection[uuid.UUID]


def _others(applications: Sequence[Application]) -> _Others:
    documents = {(one.applicant.document_type, one.applicant.document_index) for one in applications}
    return _Others(
        _namesakes(applications),
        enrolled_documents(documents),
        _shared_papers(applications),
        held_among([one.id for one in applications]),
    )


def _facts(application: Application, catalogue: Catalogue, others: _Others) -> CaseFacts:
    applicant, in_force = application.applicant, version_in_force(application)
    faults = list_faults(application, in_force, catalogue) if in_force else ()
    shut = tuple(rank for rank, refusal in faults if rank and refusal.bar in (Bar.NO_SEATS, Bar.NOT_OFFERED))
    other = (Bar.TAKEN, Bar.NO_SEATS, Bar.NOT_OFFERED, Bar.EMPTY)
    return CaseFacts(
        document_type=applicant.document_type,
        document_number=applicant.document_number,
        sex=applicant.sex,
        birth_date=applicant.birth_date,
        on=dt.date(applicant.cycle.year, 9, 1),
        papers_needed=needed_papers(applicant),
        papers={kind: paper.state for kind, paper in current_papers(applicant).items()},
        namesakes=others.namesakes.get((applicant.name, applicant.birth_date), 1) - 1,
        choices=len(in_force.choices) if in_force else 0,
        shut=shut,
        barred=tuple(sorted({rank for rank, refusal in faults if refusal.bar not in other})),
        taken_elsewhere=applicant.taken_elsewhere,
        enrolled=(applicant.document_type, applicant.document_index) in others.enrolled,
        shared_papers=tuple(kind for kind in PaperKind if kind in others.shared.get(applicant.id, ())),
        held=application.id in others.held,
        guardians=len(applicant.guardians),
        shared_phone=any(applicant.phone and one.phone == applicant.phone for one in applicant.guardians),
    )


def _namesakes(applications: Sequence[Application]) -> Mapping[tuple[str, dt.date], int]:
    """How many pupils of the year, in any county, bear a name and birthday."""
    if not applications:
        return {}
    wanted = {(one.applicant.name, one.applicant.birth_date) for one in applications}
    query = (
        select(Applicant.name, Applicant.birth_date, func.count())
        .where(
            Applicant.cycle_id.in_({one.applicant.cycle_id for one in applications}),
            tuple_(Applicant.name, Applicant.birth_date).in_(sorted(wanted)),
        )
        .group_by(Applicant.name, Applicant.birth_date)
    )
    return {(name, born): count for name, born, count in db.session.execute(query)}


def _shared_papers(applications: Sequence[Application]) -> Mapping[uuid.UUID, Collection[PaperKind]]:
    """The current papers of each pupil whose very file another pupil of any county has sent as well."""
    own, others = aliased(Paper), aliased(Paper)
    own_file, other_file = aliased(StoredFile), aliased(StoredFile)
    query = (
        select(own.applicant_id, own.kind)
        .join(own_file, own_file.id == own.file_id)
        .join(other_file, other_file.sha256 == own_file.sha256)
        .join(others, and_(others.file_id == other_file.id, others.applicant_id != own.applicant_id))
        .where(own.applicant_id.in_({one.applicant_id for one in applications}), own.state != PaperState.REPLACED)
        .distinct()
    )
    found: defaultdict[uuid.UUID, set[PaperKind]] = defaultdict(set)
    for applicant_id, kind in db.session.execute(query) if applications else ():
        found[applicant_id].add(kind)
    return found
