"""The release switch: one condition decides what pages, letters, messages and the API show."""

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from core import clock
from core.db import db
from enrolment.applications.models import Application
from enrolment.results.models import Placement, Publication, PublicationState


def corrected_away() -> ColumnElement[bool]:
    """Whether a later placement puts this one right."""
    later = aliased(Placement)
    return select(later.id).where(later.corrects_id == Placement.id).correlate(Placement).exists()


def released_placements() -> Select[Placement]:
    """Placements that may be shown now: approved by two persons, their release time come, nothing corrects them."""
    return (
        select(Placement)
        .join(Publication, Publication.run_id == Placement.run_id)
        .where(
            Publication.state == PublicationState.APPROVED,
            Publication.release_at <= clock.now(),
            ~corrected_away(),
        )
    )


def publication_out(round_id: uuid.UUID) -> bool:
    """Whether the round's result may be shown now."""
    publication = publication_of(round_id)
    return (
        publication is not None
        and publication.state is PublicationState.APPROVED
        and publication.release_at <= clock.now()
    )


def rounds_out(round_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of the rounds whose result may be shown now."""
    query = select(Publication.round_id).where(
        Publication.round_id.in_(round_ids),
        Publication.state == PublicationState.APPROVED,
        Publication.release_at <= clock.now(),
    )
    return frozenset(db.session.scalars(query))


def released_placement_of(application_id: uuid.UUID) -> Placement | None:
    """The released placement of one application; None before the release."""
    query = released_placements().where(Placement.application_id == application_id)
    return db.session.scalars(query).one_or_none()


def publication_of(round_id: uuid.UUID) -> Publication | None:
    """The live publication of a round (proposed or approved), whether or not its time has come."""
    query = select(Publication).where(
        Publication.round_id == round_id, Publication.state != PublicationState.CANCELLED
    )
    return db.session.scalars(query).one_or_none()


def is_released(application: Application) -> bool:
    """Whether the round of an application has been released."""
    return released_placement_of(application.id) is not None
