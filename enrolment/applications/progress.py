"""How far an application has come, read from its rows."""

import datetime as dt

from sqlalchemy import select

from core import clock
from core.db import db
from enrolment.applications.catalogue import Catalogue, pupil_of
from enrolment.applications.consents import Given, may_take_sensitive, still_needed
from enrolment.applications.eligibility import Refusal, faults_of_list
from enrolment.applications.models import (
    Applicant,
    Application,
    ApplicationVersion,
    Consent,
    ConsentPurpose,
    Paper,
    PaperKind,
    PaperState,
)
from enrolment.applications.records import edited_version, newest_version, version_in_force
from enrolment.applications.tasks import Progress, papers_needed


def consents_of(applicant: Applicant) -> tuple[Given, ...]:
    """The consents on record that nobody has withdrawn."""
    query = select(Consent).where(Consent.applicant_id == applicant.id, Consent.withdrawn_at.is_(None))
    return tuple(Given(one.purpose, one.notice_version) for one in db.session.scalars(query))


def current_papers(applicant: Applicant) -> dict[PaperKind, Paper]:
    """The newest paper of each kind."""
    return {paper.kind: paper for paper in applicant.papers if paper.state is not PaperState.REPLACED}


def needed_papers(applicant: Applicant) -> tuple[PaperKind, ...]:
    """The papers this pupil must show."""
    return papers_needed(earlier_leaver=bool(applicant.earlier_leaver), bonus=applicant.bonus > 0)


def offered_papers(applicant: Applicant, version: ApplicationVersion, catalogue: Catalogue) -> tuple[PaperKind, ...]:
    """The papers to show or to offer: a health conclusion only where a choice has a health condition."""
    kinds = list(needed_papers(applicant))
    bound = {row.programme_id for row in catalogue.rows if row.excludes}
    if any(choice.programme_id in bound for choice in version.choices):
        kinds.append(PaperKind.HEALTH)
    kinds += [kind for kind in current_papers(applicant) if kind not in kinds]
    return tuple(kinds)


def list_faults(
    application: Application, version: ApplicationVersion, catalogue: Catalogue
) -> tuple[tuple[int, Refusal], ...]:
    """Every fault of a version's list of choices, as (rank, refusal)."""
    chosen = [choice.programme_id for choice in version.choices]
    return faults_of_list(pupil_of(application.applicant), chosen, catalogue.offers, catalogue.rules)


def progress_of(application: Application, catalogue: Catalogue, day: dt.date | None = None) -> Progress:
    """Everything the task list needs to know."""
    applicant, version = application.applicant, newest_version(application)
    edited = edited_version(application)
    return Progress(
        identity_checked=application.identity_checked_at is not None,
        guardians=len(applicant.guardians),
        papers_needed=needed_papers(applicant),
        papers={kind: paper.state for kind, paper in current_papers(applicant).items()},
        sensitive_allowed=may_take_sensitive(consents_of(applicant), applicant.birth_date, day or clock.today()),
        choices=len(version.choices),
        choice_faults=len(list_faults(application, version, catalogue)),
        edited=edited.state if edited else None,
        in_force=version_in_force(application) is not None,
    )


def consents_to_ask(applicant: Applicant, day: dt.date) -> tuple[ConsentPurpose, ...]:
    """What a guardian has to tick to confirm this pupil's application on ``day``."""
    return still_needed(
        consents_of(applicant),
        applicant.birth_date,
        day,
        sensitive_data=bool(current_papers(applicant) or applicant.tags),
    )
