"""What the family's status page says of an application from the release on."""

from flask import url_for

from enrolment.applications.frame import Released
from enrolment.applications.models import Application
from enrolment.applications.status import Outcome
from enrolment.confirmations.models import ConfirmationState
from enrolment.confirmations.operations import arrival_of, confirmation_of, no_show_of
from enrolment.results.models import Placement
from enrolment.results.visibility import publication_of, released_placement_of


def outcome_of(application: Application) -> Released | None:
    """The outcome, since when, and the address of the result page; None before the release."""
    locked = application.round.locked_at is not None
    placement = released_placement_of(application.id) if locked else None
    if placement is None:
        return None
    publication = publication_of(application.round_id)
    released_at = publication.release_at if publication else None
    return Released(
        outcome=_outcome(placement), at=released_at, link=url_for("results.result", application_id=application.id)
    )


def _outcome(placement: Placement) -> Outcome:
    if placement.programme_id is None:
        return Outcome.NOT_ADMITTED
    if arrival_of(placement.id) is not None:
        return Outcome.ARRIVED
    if no_show_of(placement.id) is not None:
        return Outcome.NO_SHOW
    given = confirmation_of(placement.id)
    if given is None or given.state is ConfirmationState.DECLINE_ASKED:
        return Outcome.ADMITTED
    return Outcome.DECLINED if given.state is ConfirmationState.DECLINED else Outcome.CONFIRMED
