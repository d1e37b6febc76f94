"""Solve one round: two engines, one answer, finished into an outcome."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from allocation.canonical import assignment_digest
from allocation.clock import NoTime
from allocation.engines import finished, modeller, searcher
from allocation.faults import BadInstance, Fault, Inadmissible
from allocation.instance import Instance
from allocation.ledger import Ahead
from allocation.opening import Opening, Placed, decide
from allocation.outcome import Outcome, Writer
from allocation.passing import Walk
from allocation.round import Round, divided, prepare
from allocation.runs import EngineRun

EngineName = Literal["both", "model", "search"]
Report = Callable[[str, float, float | None], None]
"""Told the stage, how much of it is done (0 to 1) and the gap; raises ``Stopped`` to end the run."""


class EnginesDisagree(Exception):  # says what happened
    """The two engines found different answers: nothing may be published."""


class ModelUnfinished(Exception):  # says what happened
    """No engine asked could finish, or not even the reasons could be told, within the limit: it was too short."""


SECOND_PROOF_SECONDS = 20.0
"""The most the model may take for a proof that the search already has."""

FOLLOW_SHARE = 0.3
"""The part of the model's time kept for walking the search's opening set where a proof takes too long."""


def _silent(stage: str, done: float, gap: float | None) -> None:
    """Nobody watches."""


def solve(
    instance: Instance,
    *,
    engine: EngineName = "both",
    time_limit_s: float | None = None,
    workers: int = 1,
    report: Report = _silent,
) -> Outcome:
    """Solve one round.

    ``time_limit_s`` bounds the model; if it does not finish while the search does, the outcome says so, and the
    model has at least walked the search's opening set to the same assignment (status ``followed``).
    Under hard floors it bounds the whole run, up to :data:`allocation.clock.GRACE`.
    Raises :class:`BadInstance`, :class:`Inadmissible`, :class:`EnginesDisagree`, or
    :class:`ModelUnfinished` when the limit was too short for any outcome.
    """
    start = time.monotonic()
    report("check", 0.0, None)
    round_ = prepare(instance)
    report("check", 1.0, None)
    runs: list[EngineRun] = []
    opening: Opening | None = None
    if engine != "model":
        opening, run = _searched(round_, report, time_limit_s)
        runs.append(run)
    if engine != "search":
        limit, kept = _model_time(opening, time_limit_s)
        found, run = _modelled(round_, report, limit, workers, _left(start, time_limit_s))
        if found is None and opening is not None and kept:
            run = _followed(round_, opening, (run, runs[0]), kept, workers)
        runs.append(run)
        opening = _agreed(opening, found, runs)
    if opening is None:
        raise ModelUnfinished
    if opening.shares:
        round_ = divided(round_, opening.shares)
    try:
        walk = finished(round_, opening.shut, _left(start, time_limit_s))
    except NoTime as late:
        raise ModelUnfinished from late
    _refuse_conflicts(round_, walk)
    writer = Writer(round_, walk, opening)
    assignment = writer.assignment()
    found_by = {run.assignment for run in runs if run.status == "proven"}
    if found_by - {assignment_digest(assignment)}:
        raise EnginesDisagree(", ".join(f"{run.name}: {run.assignment}" for run in runs))
    return Outcome(assignment, opening.proven, writer.body(), tuple(runs))


def _left(start: float, time_limit_s: float | None) -> float | None:
    return None if time_limit_s is None else start + time_limit_s - time.monotonic()


def _model_time(opening: Opening | None, time_limit_s: float | None) -> tuple[float | None, float]:
    """Seconds for the model's own proof, and those kept for following an opening set the search has proven."""
    if opening is None or not opening.proven:
        return time_limit_s, 0.0
    whole = SECOND_PROOF_SECONDS if time_limit_s is None else min(time_limit_s, SECOND_PROOF_SECONDS)
    return whole * (1 - FOLLOW_SHARE), whole * FOLLOW_SHARE


def _digest(round_: Round, placed: Placed) -> str:
    names = [one.id for one in round_.instance.programmes]
    return assignment_digest(
        {
            applicant.id: None if wish is None or wish.returned else names[wish.programme]
            for applicant, wish in zip(round_.instance.applicants, placed, strict=True)
        }
    )


def _searched(round_: Round, report: Report, time_limit_s: float | None) -> tuple[Opening | None, EngineRun]:
    start = time.monotonic()
    report("solve", 0.0, None)
    engine = searcher(round_, lambda done, gap: report("solve", done, gap), time_limit_s)
    release = f"Python {platform.python_version()}"
    try:
        opening = decide(round_, engine)
    except NoTime:
        return None, EngineRun("search", release, time.monotonic() - start, "unfinished", None)
    run = EngineRun(
        "search",
        release,
        time.monotonic() - start,
        "proven" if opening.proven else "not_proven",
        _digest(round_, engine.opened(opening.shut)),
        opening.tried,
        opening.runner_up,
    )
    return opening, run


def _modelled(
    round_: Round, report: Report, time_limit_s: float | None, workers: int, left: float | None
) -> tuple[Opening | None, EngineRun]:
    import ortools

    from allocation.model import OutOfTime

    start = time.monotonic()
    report("model", 0.0, None)
    engine = modeller(round_, lambda done, gap: report("model", done, gap), time_limit_s, workers, left)
    found: Opening | None
    answer = None
    try:
        found = decide(round_, engine)
    except (OutOfTime, NoTime):
        found = None
    else:
        answer = _digest(round_, engine.opened(found.shut))
    status = "unfinished" if found is None else "proven"
    release = f"OR-Tools {vars(ortools)['__version__']}"
    tried = None if found is None else found.tried
    return found, EngineRun("model", release, time.monotonic() - start, status, answer, tried)


def _followed(
    round_: Round, opening: Opening, runs: tuple[EngineRun, EngineRun], seconds: float, workers: int
) -> EngineRun:
    """The model, out of time for a proof, still walks the opening set the search chose; both must agree on it.

    Raises :class:`EnginesDisagree` if they do not. The run stays as it was where even that takes too long.
    """
    from allocation.model import OutOfTime

    run, search = runs
    start = time.monotonic()
    concrete = divided(round_, opening.shares) if opening.shares else round_
    engine = modeller(concrete, lambda done, gap: None, seconds, workers, seconds)
    try:
        answer = _digest(concrete, engine.opened(opening.shut))
    except (OutOfTime, NoTime):
        return run
    if answer != search.assignment:
        raise EnginesDisagree(f"search: {search.assignment}, model: {answer}")
    return replace(run, seconds=run.seconds + time.monotonic() - start, status="followed", assignment=answer)


def _agreed(first: Opening | None, second: Opening | None, runs: list[EngineRun]) -> Opening | None:
    """The one decision both engines stand behind; a proof by either is a proof."""
    if first is None or second is None:
        return first or second
    if (first.shut, first.shares) != (second.shut, second.shares) and first.proven:
        raise EnginesDisagree(", ".join(f"{run.name}: {run.assignment}" for run in runs))
    return replace(second, proven=True, tried=first.tried, runner_up=first.runner_up)


def _refuse_conflicts(round_: Round, walk: Walk | Ahead) -> None:
    """Full ties that matter: the run stops and names them, it never chooses silently."""
    if not walk.conflicts:
        return
    people = round_.instance.applicants
    told = [(name, "、".join(people[one].id for one in group)) for name, group in walk.conflicts]
    if round_.instance.rules.ties == "stop":
        raise BadInstance(
            tuple(
                Fault(
                    name,
                    group,
                    "同位次考生争用最后的名额 / applicants in full tie want the last places",
                    "由招生部门裁定或改用 ties / the bureau decides, or choose another rules.ties",
                )
                for name, group in told
            )
        )
    raise Inadmissible(
        "; ".join(
            f"同位次 {group} 一并录取将突破 {name},请招生部门裁定 / admitting the full tie {group} together "
            f"would break {name}: the bureau decides"
            for name, group in told
        )
    )
