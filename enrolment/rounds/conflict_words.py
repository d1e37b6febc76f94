"""Why a trial has no outcome, in words: the limits that contradict each other, the smallest set first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    sheet = load(trial.sheet)
    labels = Labels(sheet)
    fewest = {one.code: one.min_open for one in sheet.programmes}
    return tuple(_limit(labels, name, fewest) for name in trial.conflict)


def _limit(labels: Labels, name: str, fewest: Mapping[str, int]) -> Words:
    kind, _, code = name.partition("/")
    if kind != "min":
        return labels.limit(name)
    said, count = labels.programme(code), fewest.get(code, 0)
    return Words(f"{said} 最低开班 {count} 人", f"{said}: at least {count} to open")


@dataclass(frozen=True, slots=True)
class Gain:
    """What so many places more would change: where they go, and the figures before and after."""

    k: int
    where: tuple[tuple[Words, int], ...]
    placed: tuple[int, int]
    rank_sum: tuple[int, int]
    gained: int
    lost: int
    proven: bool
    failure: str = ""


def said_gain(trial: Trial) -> Gain | None:
    """The solver's answer to "what would k more places change"; None where nobody asked."""
    told = trial.gain
    if told is None or trial.more_places is None:
        return None
    if told.get("failure"):
        return Gain(trial.more_places, (), (0, 0), (0, 0), 0, 0, proven=False, failure=told["failure"])
    labels = Labels(load(trial.sheet))
    return Gain(
        k=told["k"],
        where=tuple((_where(labels, one), one["places"]) for one in told["given"]),
        placed=(told["placed"][0], told["placed"][1]),
        rank_sum=(told["rank_sum"][0], told["rank_sum"][1]),
        gained=len(told["gained"]),
        lost=len(told["lost"]),
        proven=told["proven"],
    )


def _where(labels: Labels, one: Mapping[str, Any]) -> Words:
    named = labels.programme_and_school(one["programme"])
    county = labels.counties.get(one["county"] or "", "")
    return Words(f"{named} {county}".strip(), f"{named} {county}".strip())


def said_failure(trial: Trial) -> Words:
    """What went wrong, in one sentence; the solver's own words where it has any."""
    status, _, rest = trial.failure.partition(": ")
    if status in _FAILURES:
        return _FAILURES[status]
    zh, _, en = rest.partition(" / ")
    return Words(zh, en or zh)
