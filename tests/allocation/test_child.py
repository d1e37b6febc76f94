"""The child process: its answers, its limits, its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from allocation import child
from allocation.child import ChildResult, Progress, solve_in_child
from allocation.generate import zone
from allocation.verify import verify
from tests.allocation.rounds import applicant, programme, raw, table

SMALL = raw(table([programme("A", 1)], [applicant("a", 2, "A"), applicant("b", 1, "A")]))


def run(instance: bytes, **more: Any) -> ChildResult:
    """A child with room enough unless the test says otherwise."""
    return solve_in_child(instance, **{"time_limit_s": 60, "memory_limit_mib": 2048, **more})


def test_answers_with_a_certified_outcome_and_tells_its_stages() -> None:
    seen: list[Progress] = []
    result = run(SMALL, on_progress=lambda one: not seen.append(one))
    assert result.status == "sound"
    assert result.outcome is not None
    assert verify(SMALL, result.outcome).sound
    assert result.peak_mib > 10
    assert [stage for stage in dict.fromkeys(one.stage for one in seen)] == [
        "read",
        "check",
        "solve",
        "model",
        "verify",
    ]
    assert all(0 <= one.done <= 1 and one.elapsed_s >= 0 for one in seen)


STARTED = """
import sys
from allocation import worker
def needed():
    return sorted({"numpy", "ortools", "pandas"} & sys.modules.keys())
raw = sys.stdin.buffer.read()
worker.tell = lambda line: None
print(worker.answer(raw, "search", 60, 1)[0], needed())
worker.without_pandas()
print(worker.answer(raw, "both", 60, 1)[0], needed(), hasattr(sys.modules["pandas"], "DataFrame"))
"""


def test_starts_with_no_more_than_it_needs() -> None:
    """Loading the libraries is most of the time of a small run."""
    ran = subprocess.run([sys.executable, "-c", STARTED], input=SMALL, capture_output=True, check=True)
    assert ran.stdout.decode().splitlines() == ["sound []", "sound ['numpy', 'ortools', 'pandas'] False"]


def test_bad_input_and_contradictions_come_back_in_words() -> None:
    bad = run(b'{"format": "allocation-instance/1", "x": 1}')
    assert (bad.status, bad.outcome) == ("bad_input", None)
    assert bad.message.startswith("x = 1")
    people = [applicant(who, 1, "A", sex="F") for who in "ab"]
    tie = table(
        [programme("A", 1, school="S")],
        people,
        {"ties": "admit_all"},
        schools=[{"id": "S", "county": "JS", "dorm": {"F": 1}}],
    )
    none = run(raw(tie), engine="search")
    assert (none.status, none.outcome) == ("inadmissible", None)
    assert "dorm/S/F" in none.message


def test_is_killed_at_its_time_limit() -> None:
    start = time.monotonic()
    result = run(zone(applicants=2000, programmes=80, minima=0), engine="model", time_limit_s=1)
    assert result.status == "timeout"
    assert time.monotonic() - start < 3


def test_is_killed_at_its_memory_limit() -> None:
    result = run(SMALL, memory_limit_mib=5)
    assert (result.status, result.outcome) == ("memory", None)


def test_is_killed_when_cancelled() -> None:
    start = time.monotonic()
    result = run(zone(), on_progress=lambda one: one.stage != "model")
    assert result.status == "cancelled"
    assert time.monotonic() - start < 10


def test_a_watcher_that_fails_leaves_no_child_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    spawn = child._spawn

    def remembered(*arguments: Any) -> Any:
        started.append(spawn(*arguments))
        return started[0]

    monkeypatch.setattr(child, "_spawn", remembered)

    def fail(one: Progress) -> bool:
        raise RuntimeError(one.stage)

    with pytest.raises(RuntimeError):
        run(SMALL, on_progress=fail)
    assert started[0].returncode == -signal.SIGKILL


def test_a_child_that_dies_is_told_as_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    spawn = child._spawn

    def doomed(*arguments: Any) -> Any:
        process = spawn(*arguments)
        os.killpg(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(child, "_spawn", doomed)
    result = run(SMALL)
    assert (result.status, result.message) == ("crashed", "exit code -9")


def test_an_unknown_process_has_no_memory_to_tell() -> None:
    assert child._resident_mib(0) == 0
