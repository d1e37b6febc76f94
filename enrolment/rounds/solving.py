"""Solving one run in a child process, with progress, cancellation and the run's own limits."""

import json
import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from allocation.child import ChildResult, Progress, solve_in_child
from allocation.verify import verify
from core.audit.operations import House
from core.db import db, housekeeping
from core.i18n import lazy as _l
from core.jobs.context import JobContext
from enrolment.rounds.models import Run
from enrolment.rounds.operations import begin

SOLVER: Final = House("solver")
"""Who acts where a job of the solver writes."""

STAGES: Final[Mapping[str, object]] = {
    "read": _l("读取数据"),
    "check": _l("校验"),
    "model": _l("建模"),
    "solve": _l("求解"),
    "verify": _l("核验"),
    "store": _l("写入"),
}
"""The stages of every job of the solver, in their order, with what people read."""

ENGINES: Final[Mapping[str, object]] = {"search": _l("逐个比较"), "model": _l("建模")}
"""The solver's engines by their name in the outcome."""

ENGINE_ENDS: Final[Mapping[str, object]] = {
    "proven": _l("已证明"),
    "not_proven": _l("时限内没有证明"),
    "unfinished": _l("时限内没有算完"),
    "followed": _l("按对方的开班结果复算一致"),
}
"""How an engine ended, by its status in the outcome (docs/allocation.md)."""

_PARTS = ("ortools", "numpy")


@dataclass(frozen=True, slots=True)
class Sound:
    """A verified outcome with its certificate: engines, versions, times, checks."""

    outcome: bytes
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unsolved:
    """Why there is no outcome: the child's status (or "unsound") and its words."""

    status: str
    message: str

    @property
    def why(self) -> str:
        return f"{self.status}: {self.message}".strip(": ")


def solve_run(context: JobContext, run_id: uuid.UUID) -> Sound | Unsolved:
    """Solve a requested run and verify the outcome once more, here.

    Raises Cancelled, LeaseLost or Stopped of ``core.jobs`` from the progress calls.
    """
    with housekeeping():
        begin(run_id)
    run = db.session.get_one(Run, run_id)
    instance = run.snapshot.instance.encode()
    settings = dict(run.settings)
    db.session.rollback()
    return solve_instance(context, instance, settings)


def solve_instance(context: JobContext, instance: bytes, settings: dict[str, Any]) -> Sound | Unsolved:
    """Solve an instance in a child and verify the outcome once more, here; outside any transaction.

    Raises Cancelled, LeaseLost or Stopped of ``core.jobs`` from the progress calls.
    """
    context.progress("read", 0.0)
    result, interruption = _solve(context, instance, settings)
    if interruption is not None:
        raise interruption
    if result.outcome is None:
        return Unsolved(result.status, result.message)
    context.progress("verify", 0.9)
    report = verify(instance, result.outcome)
    if not report.sound:
        findings = "; ".join(line for check in report.checks for line in check.findings)
        return Unsolved("unsound", findings[:4000])
    context.progress("store", 0.95)
    return Sound(result.outcome, _certificate(result, report.checks))


def _solve(
    context: JobContext, instance: bytes, settings: dict[str, Any]
) -> tuple[ChildResult, BaseException | None]:
    """The child's result, and what a progress call raised (the child is killed before it is raised again)."""
    interruption: BaseException | None = None

    def tell(progress: Progress) -> bool:
        nonlocal interruption
        try:
            context.progress(progress.stage, _share(progress), progress.gap)
        except Exception as raised:  # whatever it is, the child dies first and it is raised again
            interruption = raised
            return False
        return True

    result = solve_in_child(
        instance,
        engine=str(settings.get("engine", "both")),
        time_limit_s=float(settings["time_limit_s"]),
        memory_limit_mib=int(settings["memory_limit_mib"]),
        workers=int(settings.get("workers", 1)),
        on_progress=tell,
    )
    return result, interruption


def _share(progress: Progress) -> float:
    """How far the whole run is, from the stage and the share of it that is done."""
    place = list(STAGES).index(progress.stage)
    return min(0.99, (place + progress.done) / len(STAGES))


def _certificate(result: ChildResult, checks: tuple[Any, ...]) -> dict[str, Any]:
    told = json.loads(result.outcome or b"{}")
    return {
        "digests": {**told["digests"], "outcome": told["digest"]},
        "proven": told["proven"],
        "engines": told["engines"],
        "checks": [{"name": one.name, "counted": one.counted, "findings": [*one.findings]} for one in checks],
        "run": {"seconds": round(result.seconds, 3), "peak_mib": round(result.peak_mib)},
        "versions": {"python": platform.python_version(), **{part: version(part) for part in _PARTS}},
    }
