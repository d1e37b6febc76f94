"""Solve and verify in a child process that is killed at its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["read", "check", "model", "solve", "verify"]
Status = Literal[
    "sound", "not_proven", "bad_input", "inadmissible", "timeout", "memory", "cancelled", "crashed"
]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``done`` from 0 to 1 within the stage, ``gap`` to the bound where known."""

    stage: Stage
    done: float
    gap: float | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a run ended; ``outcome`` holds the bytes only if the verifier found nothing."""

    status: Status
    outcome: bytes | None
    message: str
    seconds: float
    peak_mib: float


def solve_in_child(
    instance: bytes,
    *,
    engine: str = "both",
    time_limit_s: float,
    memory_limit_mib: int,
    workers: int = 1,
    on_progress: Callable[[Progress], bool] | None = None,
) -> ChildResult:
    """Solve ``instance`` in a child process and verify the outcome there.

    ``on_progress`` is called at least once a second; when it returns False the child is killed.
    """
    raise NotImplementedError
