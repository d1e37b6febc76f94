"""How an application is called on every page, and the line of all its stages. Pure.

Before the release of a round every applicant who takes part sees the same word, whatever was computed.
"""

import datetime as dt
import enum
from dataclasses import dataclass

from enrolment.applications.states import ApplicationState, VersionState


class Outcome(enum.StrEnum):
    """What later rooms say of a released application."""

    ADMITTED = "admitted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    REGISTERED = "registered"
    NOT_ADMITTED = "not_admitted"


class PageStatus(enum.StrEnum):
    """The one word for an application, as families and officers see it."""

    NOT_STARTED = "not_started"
    DRAFT = "draft"
    AWAITING_GUARDIAN = "awaiting_guardian"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PASSED = "passed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    IN_ROUND = "in_round"
    NOT_IN_ROUND = "not_in_round"
    ADMITTED = "admitted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    REGISTERED = "registered"
    NOT_ADMITTED = "not_admitted"


TAKES_PART = frozenset({ApplicationState.PASSED})
"""Only an application that passed the pre-check takes part in its round, with its version in force."""


def status_of(
    state: ApplicationState | None,
    edited: VersionState | None,
    *,
    locked: bool = False,
    outcome: Outcome | None = None,
) -> PageStatus:
    """The word for an application: its own state, the version being edited, the round, the outcome."""
    if outcome is not None:
        return PageStatus(outcome.value)
    if state is None:
        return PageStatus.NOT_STARTED
    if locked and state is not ApplicationState.WITHDRAWN:
        return PageStatus.IN_ROUND if state in TAKES_PART else PageStatus.NOT_IN_ROUND
    if state is ApplicationState.DRAFT and edited is VersionState.AWAITING_GUARDIAN:
        return PageStatus.AWAITING_GUARDIAN
    return PageStatus(state.value)


class Stage(enum.StrEnum):
    """The stages every application passes, in order."""

    FILE = "file"
    GUARDIAN = "guardian"
    REVIEW = "review"
    ROUND = "round"
    RESULT = "result"
    CONFIRM = "confirm"
    ARRIVE = "arrive"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: done, now or ahead; since when it is done, or by when it has to be."""

    stage: Stage
    state: str
    at: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Milestones:
    """The dates of an application and of its round, as far as they are known."""

    sent_at: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    locked_at: dt.datetime | None = None
    released_at: dt.datetime | None = None
    file_until: dt.datetime | None = None
    correct_by: dt.datetime | None = None
    confirm_until: dt.datetime | None = None
    arrive_from: dt.datetime | None = None


_NOW_AT: dict[PageStatus, Stage] = {
    PageStatus.NOT_STARTED: Stage.FILE,
    PageStatus.DRAFT: Stage.FILE,
    PageStatus.AWAITING_GUARDIAN: Stage.GUARDIAN,
    PageStatus.SUBMITTED: Stage.REVIEW,
    PageStatus.RETURNED: Stage.REVIEW,
    PageStatus.PASSED: Stage.ROUND,
    PageStatus.IN_ROUND: Stage.RESULT,
    PageStatus.ADMITTED: Stage.CONFIRM,
    PageStatus.CONFIRMED: Stage.ARRIVE,
    PageStatus.ARRIVED: Stage.REGISTER,
}
_ENDED_AFTER: dict[PageStatus, Stage] = {
    PageStatus.REFUSED: Stage.REVIEW,
    PageStatus.NOT_IN_ROUND: Stage.FILE,
    PageStatus.NOT_ADMITTED: Stage.RESULT,
    PageStatus.DECLINED: Stage.CONFIRM,
    PageStatus.NO_SHOW: Stage.ARRIVE,
    PageStatus.REGISTERED: Stage.REGISTER,
}


def line_of(status: PageStatus, dates: Milestones) -> tuple[StageLine, ...]:
    """All stages with what is done, what is now and what still lies ahead.

    Where the way has ended (refused, not admitted, declined) nothing is ahead any more; a withdrawn
    application shows no line at all.
    """
    if status is PageStatus.WITHDRAWN:
        return ()
    stages = tuple(Stage)
    if status in _ENDED_AFTER:
        last = stages.index(_ENDED_AFTER[status])
        return tuple(_line(stage, "done", dates) for stage in stages[: last + 1])
    now = stages.index(_NOW_AT[status])
    return tuple(
        _line(stage, "done" if place < now else "now" if place == now else "ahead", dates)
        for place, stage in enumerate(stages)
    )


def _line(stage: Stage, state: str, dates: Milestones) -> StageLine:
    done = {
        Stage.FILE: dates.sent_at,
        Stage.GUARDIAN: dates.submitted_at,
        Stage.ROUND: dates.locked_at,
        Stage.RESULT: dates.released_at,
    }
    due = {
        Stage.FILE: dates.file_until,
        Stage.GUARDIAN: dates.file_until,
        Stage.REVIEW: dates.correct_by,
        Stage.CONFIRM: dates.confirm_until,
        Stage.ARRIVE: dates.arrive_from,
    }
    return StageLine(
        stage,
        state,
        at=done.get(stage) if state == "done" else None,
        until=None if state == "done" else due.get(stage),
    )
