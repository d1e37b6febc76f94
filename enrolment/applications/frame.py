"""What every page of an application shows around its own content: status, deadline, whose turn it is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for

from core import clock
from core.access import Actor
from enrolment.applications.models import (
    ApplicantGuardian,
    Application,
    ApplicationState,
    ApplicationVersion,
    VersionState,
)
from enrolment.applications.records import edited_version, newest_version, position_of, until_within, version_in_force
from enrolment.applications.scope import children_of, guardian_among
from enrolment.applications.states import Event, possible
from enrolment.applications.status import Milestones, Outcome, PageStatus, StageLine, line_of, status_of
from enrolment.cycles.clock import Phase, phase
from enrolment.cycles.models import CountyWindow
from enrolment.cycles.queries import window_of

BACK = "back"
CHECK = "check"


@dataclass(frozen=True, slots=True)
class Released:
    """What a later room says of an application after the release: the word, since when, where to read it."""

    outcome: Outcome
    at: dt.datetime | None
    link: str


OutcomeReader = Callable[[Application], Released | None]


class _Registered:
    reader: OutcomeReader | None = None


def read_outcomes_with(reader: OutcomeReader) -> None:
    """Register the room that knows results; before its release it answers None for everybody."""
    _Registered.reader = reader


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one application for one reader."""

    application: Application
    status: PageStatus
    edited: ApplicationVersion | None
    in_force: ApplicationVersion | None
    window: CountyWindow | None
    until: dt.datetime | None
    guardian: ApplicantGuardian | None
    released: Released | None
    several: bool
    at: dt.datetime

    @property
    def newest(self) -> ApplicationVersion:
        """The list the family looks at."""
        return newest_version(self.application)

    @property
    def locked(self) -> bool:
        return self.application.round.locked_at is not None

    @property
    def open_now(self) -> bool:
        """Whether the family may change something at this moment."""
        if self.locked:
            return False
        if self.application.state is ApplicationState.RETURNED:
            return self.until is not None and self.at < self.until
        return self.window is not None and phase(self.window, self.at) is Phase.OPEN

    @property
    def unsent(self) -> bool:
        """Nothing has ever reached the guardian and nothing is in force."""
        return self.in_force is None and self.edited is not None and self.edited.state is VersionState.DRAFT

    @property
    def waiting(self) -> bool:
        """The guardian's word is awaited."""
        return self.edited is not None and self.edited.state is VersionState.AWAITING_GUARDIAN

    @property
    def changing(self) -> bool:
        """A submitted list is in force while another is being edited."""
        return self.in_force is not None and self.edited is not None and self.edited.state is VersionState.DRAFT

    def can(self, event: Event) -> bool:
        """Whether the button of an event may be shown now."""
        return self.open_now and possible(position_of(self.application), event)

    @property
    def stages(self) -> tuple[StageLine, ...]:
        """The line of all stages with their dates."""
        in_round = self.application.round
        shown = self.in_force or self.edited
        dates = Milestones(
            sent_at=shown.sent_at if shown else None,
            submitted_at=self.in_force.submitted_at if self.in_force else None,
            locked_at=in_round.locked_at,
            released_at=self.released.at if self.released else None,
            file_until=self.window.closes_at if self.window else None,
            correct_by=self.application.correct_by,
            confirm_until=in_round.confirm_until,
            arrive_from=clock.at_beijing(in_round.arrive_from),
        )
        return line_of(self.status, dates)


def frame_of(application: Application, actor: Actor, at: dt.datetime | None = None) -> Frame:
    """Read the frame of an application that the actor may see."""
    edited, in_force = edited_version(application), version_in_force(application)
    released = _Registered.reader(application) if _Registered.reader else None
    status = status_of(
        application.state,
        edited.state if edited else None,
        locked=application.round.locked_at is not None,
        outcome=released.outcome if released else None,
    )
    guardian = guardian_among(actor, application.applicant)
    window = window_of(application.round, application.applicant.county)
    return Frame(
        application=application,
        status=status,
        edited=edited,
        in_force=in_force,
        window=window,
        until=until_within(application, window),
        guardian=guardian,
        released=released,
        several=guardian is not None and children_of(actor) > 1,
        at=at or clock.now(),
    )


def way_back(application: Application, otherwise: str = "applications.tasks") -> str:
    """Where a task returns to: the check page if the person came from there, else the task list."""
    endpoint = "applications.check" if request.args.get(BACK) == CHECK else otherwise
    return url_for(endpoint, application_id=application.id)
