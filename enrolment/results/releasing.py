"""What later rooms prepare in the transaction of an approval, so that it shows from the release on."""

from collections.abc import Callable

from core.audit.operations import Signature
from enrolment.results.models import Publication

ReleaseStep = Callable[[Signature, Publication], None]
_STEPS: list[ReleaseStep] = []


def add_release_step(step: ReleaseStep) -> None:
    """Register a step of a later room (idempotent)."""
    if step not in _STEPS:
        _STEPS.append(step)


def prepare_release(actor: Signature, publication: Publication) -> None:
    """Inside the transaction of the approval: every registered step."""
    for step in _STEPS:
        step(actor, publication)
