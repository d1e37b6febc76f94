"""The facts of cases, read for many at once, and what the automatic checks find in them."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from core.db import db
from enrolment.applications.catalogue import Catalogue, catalogue_of
from enrolment.applications.eligibility import Bar
from enrolment.applications.models import Applicant, Application, ApplicationVersion
from enrolment.applications.progress import current_papers, list_faults, needed_papers
from enrolment.applications.records import version_in_force
from enrolment.cycles.models import Round
from enrolment.reviews.precheck import CaseFacts, Finding, precheck


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
    namesakes = _namesakes(applications)
    found = {}
    for application in applications:
        applicant = application.applicant
        place = (application.round_id, applicant.county)
        if place not in catalogues:
            catalogues[place] = catalogue_of(application.round, applicant.county)
        found[application.id] = precheck(_facts(application, catalogues[place], namesakes))
    return found


def _facts(application: Application, catalogue: Catalogue, namesakes: Mapping[tuple[str, dt.date], int]) -> CaseFacts:
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
        namesakes=namesakes.get((applicant.name, applicant.birth_date), 1) - 1,
        choices=len(in_force.choices) if in_force else 0,
        shut=shut,
        barred=tuple(sorted({rank for rank, refusal in faults if refusal.bar not in other})),
        taken_elsewhere=applicant.taken_elsewhere,
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
