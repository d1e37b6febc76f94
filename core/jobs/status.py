"""A job as people see it: words instead of codes, elapsed seconds instead of instants."""

import datetime as dt
import uuid
from dataclasses import dataclass

from core import clock
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.jobs.models import LIVE, Job, JobState
from core.jobs.registry import Kind, known_kind

STATE_WORDS = {
    JobState.QUEUED: (_l("排队中"), "neutral"),
    JobState.RUNNING: (_l("进行中"), "info"),
    JobState.SUCCEEDED: (_l("已完成"), "success"),
    JobState.FAILED: (_l("未完成"), "danger"),
    JobState.CANCELLED: (_l("已取消"), "warning"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the work: its words, and whether it is done, now, or ahead."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What the status page and its JSON say. ``percent`` is of the whole work; ``gap`` in percent."""

    id: uuid.UUID
    title: str
    state: JobState
    word: str
    tone: str
    live: bool
    stages: tuple[Stage, ...]
    stage: str
    percent: int
    gap: float | None
    elapsed_seconds: int
    attempt: int
    message: str
    cancelling: bool
    link: str

    @property
    def elapsed(self) -> str:
        """The elapsed time in words."""
        minutes, seconds = divmod(self.elapsed_seconds, 60)
        if not minutes:
            return str(_("%(seconds)s 秒", seconds=seconds))
        return str(_("%(minutes)s 分 %(seconds)s 秒", minutes=minutes, seconds=seconds))


def status_of(job: Job) -> JobStatus:
    """The status of one job now."""
    kind = known_kind(job.kind)
    word, tone = STATE_WORDS[job.state]
    words = kind.stages if kind else {}
    return JobStatus(
        id=job.id,
        title=str(kind.label if kind and kind.label else _("后台任务")),
        state=job.state,
        word=str(word),
        tone=tone,
        live=job.state in LIVE,
        stages=_stages(job, kind),
        stage=str(words.get(job.stage, job.stage)),
        percent=round(job.done * 100),
        gap=None if job.gap is None else round(job.gap * 100, 2),
        elapsed_seconds=_elapsed(job),
        attempt=job.attempt,
        message=job.message,
        cancelling=job.cancel_requested_at is not None and job.state in LIVE,
        link=kind.link(job.arguments) if kind and kind.link and job.state is JobState.SUCCEEDED else "",
    )


def _stages(job: Job, kind: Kind | None) -> tuple[Stage, ...]:
    if kind is None or not kind.stages:
        return ()
    codes = list(kind.stages)
    at = codes.index(job.stage) if job.stage in codes else -1
    if job.state is JobState.SUCCEEDED:
        at = len(codes)
    return tuple(
        Stage(str(words), "done" if place < at else "now" if place == at else "ahead")
        for place, words in enumerate(kind.stages.values())
    )


def _elapsed(job: Job) -> int:
    """Seconds since the present attempt began (since the request while it waits)."""
    begun = job.started_at or job.created_at
    ended = job.finished_at or clock.now()
    return max(0, int((ended - begun) / dt.timedelta(seconds=1)))
