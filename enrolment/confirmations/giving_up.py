"""What every end of a place has in common: the seat goes back, the letter ends, the family is told."""

from core.audit.operations import Signature
from core.documents.operations import revoke
from core.notices.facts import Facts
from core.notices.operations import notify
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.waiting import fill_freed_seat
from enrolment.plans.ledger import give_back
from enrolment.plans.models import SeatKind
from enrolment.results.models import Placement


def undo_place(actor: Signature, placement: Placement, kind: SeatKind, *, reason: str) -> None:
    """Inside a transaction, the placement locked: the seat returns to its cell, a letter that holds is revoked.

    Where the county keeps a waiting list, the first in order takes the seat at once.
    """
    if placement.cell_id is not None:
        give_back(cell_id=placement.cell_id, subject_id=placement.id, kind=kind)
    letter = letter_of(placement.id)
    if letter is not None:
        revoke(actor, document_id=letter.id, reason=reason)
    fill_freed_seat(actor, placement)


def tell_family(placement: Placement, template: str, facts: Facts | None = None) -> None:
    """Inside a transaction: one notice to the pupil and one to each guardian with an account."""
    applicant = placement.application.applicant
    accounts = {applicant.account_id, *(one.account_id for one in applicant.guardians)}
    for account_id in sorted((one for one in accounts if one), key=str):
        notify(account_id, template, facts or {}, link=f"/results/{placement.application_id}")
