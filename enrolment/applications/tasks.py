"""The task list 报名任务: what is done, under way, still to do, and what cannot start yet. Pure."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from enrolment.applications.states import PaperKind, PaperState, VersionState


class Task(enum.StrEnum):
    """The five tasks of applying, in order."""

    IDENTITY = "identity"
    GUARDIANS = "guardians"
    PAPERS = "papers"
    CHOICES = "choices"
    SEND = "send"


class TaskState(enum.StrEnum):
    """The words of the task list."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    BLOCKED = "blocked"


class Hindrance(enum.StrEnum):
    """Why a task cannot start yet."""

    GUARDIAN_CONSENT = "guardian_consent"
    OTHER_TASKS = "other_tasks"


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the task list is computed from."""

    identity_checked: bool
    guardians: int
    papers_needed: tuple[PaperKind, ...]
    papers: Mapping[PaperKind, PaperState]
    sensitive_allowed: bool
    choices: int
    choice_faults: int
    edited: VersionState | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of the list; a blocked one says why."""

    task: Task
    state: TaskState
    hindrance: Hindrance | None = None


GOOD_PAPER = frozenset({PaperState.UPLOADED, PaperState.ACCEPTED})


def papers_needed(*, earlier_leaver: bool, bonus: bool) -> tuple[PaperKind, ...]:
    """The papers an applicant must show: a proof only for what is claimed."""
    kinds = [PaperKind.IDENTITY, PaperKind.HOUSEHOLD]
    if earlier_leaver:
        kinds.append(PaperKind.GRADUATION)
    if bonus:
        kinds.append(PaperKind.BONUS)
    return tuple(kinds)


def tasks_of(progress: Progress) -> tuple[TaskLine, ...]:
    """The five lines of the list."""
    first = (
        _done(Task.IDENTITY, done=progress.identity_checked),
        _done(Task.GUARDIANS, done=progress.guardians > 0),
        _papers(progress),
        _choices(progress),
    )
    ready = all(line.state is TaskState.DONE for line in first)
    return (*first, _send(progress, ready=ready))


def ready_to_send(progress: Progress) -> bool:
    """Whether everything before the last task is done."""
    return all(line.state is TaskState.DONE for line in tasks_of(progress)[:-1])


def _done(task: Task, *, done: bool) -> TaskLine:
    return TaskLine(task, TaskState.DONE if done else TaskState.NOT_STARTED)


def _papers(progress: Progress) -> TaskLine:
    if not progress.sensitive_allowed:
        return TaskLine(Task.PAPERS, TaskState.BLOCKED, Hindrance.GUARDIAN_CONSENT)
    good = [kind for kind in progress.papers_needed if progress.papers.get(kind) in GOOD_PAPER]
    if len(good) == len(progress.papers_needed):
        returned = PaperState.RETURNED in progress.papers.values()
        return TaskLine(Task.PAPERS, TaskState.IN_PROGRESS if returned else TaskState.DONE)
    started = bool(progress.papers)
    return TaskLine(Task.PAPERS, TaskState.IN_PROGRESS if started else TaskState.NOT_STARTED)


def _choices(progress: Progress) -> TaskLine:
    if not progress.choices:
        return TaskLine(Task.CHOICES, TaskState.NOT_STARTED)
    faulty = progress.choice_faults > 0
    return TaskLine(Task.CHOICES, TaskState.IN_PROGRESS if faulty else TaskState.DONE)


def _send(progress: Progress, *, ready: bool) -> TaskLine:
    if progress.edited is VersionState.AWAITING_GUARDIAN:
        return TaskLine(Task.SEND, TaskState.IN_PROGRESS)
    if progress.edited is None and progress.in_force:
        return TaskLine(Task.SEND, TaskState.DONE)
    if not ready:
        return TaskLine(Task.SEND, TaskState.BLOCKED, Hindrance.OTHER_TASKS)
    return TaskLine(Task.SEND, TaskState.NOT_STARTED)
