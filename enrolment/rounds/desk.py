"""The desk: two workbooks in, a solved, verified and explained round out; no database, no web framework.

result = run_round(Sources(plan, candidates), Settings(), tell=print_stage)
write_folder(result.files, folder)
checks = check_folder(folder)
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from allocation.child import ChildResult, Progress, solve_in_child
from allocation.verify import Check, verify
from core.sheets import BadSheets, SheetNote, Words
from enrolment.applications.sheet import expected_of, read_candidates
from enrolment.plans.sheet import PlanSheet, read_plan
from enrolment.rounds.desk_certificate import (
    CERTIFICATE,
    EXPLANATIONS,
    FILES,
    INSTANCE,
    OUTCOME,
    RESULT,
    RunFacts,
    Sources,
    recheck,
    write_certificate,
)
from enrolment.rounds.desk_instance import build_instance
from enrolment.rounds.desk_outcome import Told, tell
from enrolment.rounds.desk_pages import write_explanations
from enrolment.rounds.desk_result import write_result
from enrolment.rounds.desk_words import Labels
from enrolment.rounds.rule_lines import rule_lines

__all__ = [
    "FILES",
    "FolderNotEmpty",
    "NotSolved",
    "RoundResult",
    "Settings",
    "Sources",
    "check_folder",
    "run_round",
    "write_folder",
]

Failure = Literal["bad_input", "inadmissible", "limit", "unsound", "crashed"]
Tell = Callable[[Words], None]

_STAGES = {
    "read": Words("读取快照", "reading the snapshot"),
    "check": Words("核对快照", "checking the snapshot"),
    "model": Words("建立模型", "building the model"),
    "solve": Words("求解", "solving"),
    "verify": Words("独立核验", "verifying independently"),
}
_FAILURES: dict[str, Failure] = {
    "bad_input": "bad_input",
    "inadmissible": "inadmissible",
    "timeout": "limit",
    "memory": "limit",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to solve: engine (both, model or search), seconds and MiB at most, worker threads."""

    engine: str = "both"
    time_limit_s: float = 300.0
    memory_limit_mib: int = 2048
    workers: int = 1


@dataclass(frozen=True, slots=True)
class RoundResult:
    """A round solved and found sound: the files of its folder and what happened on the way."""

    files: Mapping[str, bytes]
    checks: tuple[Check, ...]
    notes: tuple[SheetNote, ...]
    candidates: int
    placed: int
    proven: bool
    assignment: str
    seconds: float
    rules: tuple[Words, ...]


class NotSolved(Exception):
    """There is no result: `kind` says why, `reasons` in words, one a line."""

    def __init__(self, kind: Failure, reasons: tuple[Words, ...]) -> None:
        self.kind = kind
        self.reasons = reasons
        super().__init__(kind)


class FolderNotEmpty(Exception):
    """The folder to write into exists and holds something, or is no folder."""


def run_round(sources: Sources, settings: Settings, *, tell_stage: Tell) -> RoundResult:
    """Read, solve, verify and explain a round.

    Raises BadSheets with every fault of the workbooks and NotSolved where the round has no sound result.
    """
    tell_stage(Words("读取计划", "reading the plan"))
    try:
        plan = read_plan(sources.plan)
    except BadSheets:
        tell_stage(Words("计划有问题，考生名册尚未检查", "the plan has faults; the candidates were not checked yet"))
        raise
    tell_stage(Words("读取考生名册", "reading the candidates"))
    people = read_candidates(sources.candidates, expected_of(plan))
    tell_stage(Words("生成求解快照", "making the snapshot"))
    instance = build_instance(plan, people)
    solved = _solve(instance, plan, settings, tell_stage)
    outcome = solved.outcome or b""
    tell_stage(Words("再次独立核验", "verifying once more"))
    report = verify(instance, outcome)
    if not report.sound:
        found = [f"{check.name}: {one}" for check in report.checks for one in check.findings]
        raise NotSolved("unsound", tuple(Words(line, line) for line in found))
    tell_stage(Words("写出结果", "writing the result"))
    told = tell(plan, people, instance, outcome)
    files = _files(plan, told, instance, outcome)
    run = RunFacts(solved.seconds, solved.peak_mib)
    files[CERTIFICATE] = write_certificate(sources, files, report.checks, run)
    return RoundResult(
        files=files,
        checks=report.checks,
        notes=(*plan.notes, *people.notes),
        candidates=len(told.lines),
        placed=told.placed,
        proven=told.proven,
        assignment=str(told.outcome["digests"]["assignment"]),
        seconds=solved.seconds,
        rules=rule_lines(plan.rules),
    )


def _files(plan: PlanSheet, told: Told, instance: bytes, outcome: bytes) -> dict[str, bytes]:
    return {
        INSTANCE: instance,
        OUTCOME: outcome,
        RESULT: write_result(plan, told),
        EXPLANATIONS: write_explanations(plan, told),
    }


def _solve(instance: bytes, plan: PlanSheet, settings: Settings, tell_stage: Tell) -> ChildResult:
    seen: set[str] = set()

    def watch(progress: Progress) -> bool:
        if progress.stage not in seen:
            seen.add(progress.stage)
            tell_stage(_STAGES[progress.stage])
        return True

    solved = solve_in_child(
        instance,
        engine=settings.engine,
        time_limit_s=settings.time_limit_s,
        memory_limit_mib=settings.memory_limit_mib,
        workers=settings.workers,
        on_progress=watch,
    )
    if solved.outcome is None:
        raise NotSolved(_FAILURES.get(solved.status, "crashed"), _reasons(solved, plan, settings))
    return solved


def _reasons(solved: ChildResult, plan: PlanSheet, settings: Settings) -> tuple[Words, ...]:
    """Why the child brought no outcome, in words; limits are named by their label."""
    if solved.status == "timeout":
        zh, en = f"超过时限 {settings.time_limit_s:g} 秒", f"over the time limit of {settings.time_limit_s:g} s"
        return (Words(zh, en),)
    if solved.status == "memory":
        mib = settings.memory_limit_mib
        return (Words(f"超过内存上限 {mib} MiB", f"over the memory limit of {mib} MiB"),)
    labels = Labels(plan)
    return tuple(_reason(line, labels) for line in solved.message.splitlines() or [solved.status])


def _reason(line: str, labels: Labels) -> Words:
    name, mark, rest = line.partition(" = ")
    if not mark or "/" not in name:
        return Words(line, line)
    label = labels.limit(name)
    return Words(f"{label.zh}（{name}） = {rest}", f"{label.en} ({name}) = {rest}")


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a new folder: all of them or none.

    Raises FolderNotEmpty where `folder` holds anything, and OSError where it cannot be written.
    """
    demand_empty(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, data in files.items():
            (made / name).write_bytes(data)
        os.replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def demand_empty(folder: Path) -> None:
    """Raises FolderNotEmpty unless `folder` does not exist or is an empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(str(folder))


def check_folder(folder: Path) -> tuple[Check, ...]:
    """The checks of a result folder, from its files alone; raises NotADirectoryError if there is none."""
    if not folder.is_dir():
        raise NotADirectoryError(str(folder))
    files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    return tuple(recheck(files))
