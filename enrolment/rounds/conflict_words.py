"""Why a trial has no outcome, in words: the limits that contradict each other, the smallest set first."""

from collections.abc import Sequence

from core.words import Words
from enrolment.rounds.desk_words import Labels
from enrolment.rounds.scenario_models import Trial
from enrolment.rounds.scenario_sheet import load

_FAILURES = {
    "timeout": Words("超过了时间上限，没有得到结果。", "Over the time limit; there is no outcome."),
    "memory": Words("超过了内存上限，没有得到结果。", "Over the memory limit; there is no outcome."),
    "crashed": Words("求解程序异常结束，没有得到结果。", "The solver ended abnormally; there is no outcome."),
    "unsound": Words("独立核验发现差错，没有保存结果。", "The verifier found faults; nothing was stored."),
    "job ended": Words("后台任务没有完成。", "The background job did not finish."),
}


def said_conflict(trial: Trial) -> Sequence[Words]:
    """The named limits of the smallest contradiction; empty where none was found."""
    labels = Labels(load(trial.sheet))
    return tuple(labels.limit(name) for name in trial.conflict)


def said_failure(trial: Trial) -> Words:
    """What went wrong, in one sentence; the solver's own words where it has any."""
    status, _, rest = trial.failure.partition(": ")
    if status in _FAILURES:
        return _FAILURES[status]
    zh, _, en = rest.partition(" / ")
    return Words(zh, en or zh)
