"""The second fact of a family's activation: the last four signs of the pupil's document number."""

import hmac
import uuid

from sqlalchemy import or_, select

from core.db import db
from enrolment.applications.models import Applicant, ApplicantGuardian

SHOWN = 4


def fits_account(account_id: uuid.UUID, typed: str) -> bool | None:
    """Whether ``typed`` ends the document of the pupil, or of one of the guardian's children.

    None for an account that belongs to no pupil and no guardian.
    """
    children = select(ApplicantGuardian.applicant_id).where(ApplicantGuardian.account_id == account_id)
    query = select(Applicant).where(or_(Applicant.account_id == account_id, Applicant.id.in_(children)))
    numbers = [one.document_number[-SHOWN:].upper() for one in db.session.scalars(query)]
    if not numbers:
        return None
    given = typed.strip().upper()
    return any(hmac.compare_digest(number.encode(), given.encode()) for number in numbers)
