"""The child's side of a run: reads an instance from standard input, tells its stages, verifies, answers.

Each line of standard output is one JSON object: ``{"stage", "done", "gap"}`` while working, and at the
end ``{"status", "message", "outcome", "peak_mib"}``.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from types import ModuleType
from typing import cast

from allocation.faults import BadInstance, Inadmissible
from allocation.formats import read_instance
from allocation.outcome import Outcome
from allocation.solver import EngineName, EnginesDisagree, ModelUnfinished, solve

MODEL_SHARE = 0.6
"""The part of the time limit the model may use: what is left is for reading and verifying."""


def peak_mib() -> float:
    """The largest resident size of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(line: dict[str, object]) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Reporter:
    """Tells a stage at its turns and at most five times a second in between."""

    def __init__(self) -> None:
        self.last = ("", 0.0)

    def __call__(self, stage: str, done: float, gap: float | None) -> None:
        now = time.monotonic()
        if stage == self.last[0] and done < 1 and now - self.last[1] < 0.2:
            return
        self.last = stage, now
        tell({"stage": stage, "done": done, "gap": gap})


def limit(seconds: float, mib: int, workers: int) -> None:
    """Hard limits of the operating system, behind the parent's own watch."""
    cpu = int(seconds * (workers + 1)) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    room = (mib + 4096) * 2**20  # address space: libraries map far more than they touch
    resource.setrlimit(resource.RLIMIT_AS, (room, room))


def without_pandas() -> None:
    """Let OR-Tools load without pandas, which is more than half of the start of a small run.

    CP-SAT's Python layer imports it for calls on whole columns (``pd.Series``), and none is made here: it
    finds two classes of these names that nothing is an instance of.  Only in this process, which is ours.
    """
    module = ModuleType("pandas")
    for name in ("Index", "Series"):
        setattr(module, name, type(name, (), {}))
    sys.modules["pandas"] = module


def watch_parent(parent: int) -> None:
    """End with the parent: an orphan would solve for nobody."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def answer(raw: bytes, engine: EngineName, seconds: float, workers: int) -> tuple[str, str, Outcome | None]:
    """Status, message and outcome of one instance."""
    report = Reporter()
    try:
        report("read", 0.0, None)
        instance = read_instance(raw)
    except BadInstance as bad:
        return "bad_input", "\n".join(str(fault) for fault in bad.faults), None
    try:
        outcome = solve(instance, engine=engine, time_limit_s=seconds * MODEL_SHARE, workers=workers, report=report)
    except BadInstance as bad:
        return "bad_input", "\n".join(str(fault) for fault in bad.faults), None
    except Inadmissible as none:
        from allocation.contradiction import explained

        return "inadmissible", explained(instance, str(none)), None
    except MemoryError:
        return "memory", "", None
    except ModelUnfinished:
        return "timeout", "", None
    except EnginesDisagree as differ:
        return "crashed", f"EnginesDisagree: {differ}", None
    return _verified(raw, outcome, report)


def _verified(raw: bytes, outcome: Outcome, report: Reporter) -> tuple[str, str, Outcome | None]:
    from allocation.verify import verify

    report("verify", 0.0, None)
    certificate = verify(raw, outcome.to_bytes())
    report("verify", 1.0, None)
    if not certificate.sound:
        found = [f"{check.name}: {one}" for check in certificate.checks for one in check.findings]
        return "crashed", "\n".join(["verification failed", *found[:20]]), None
    return "sound" if outcome.proven else "not_proven", "", outcome


def main(arguments: list[str]) -> int:
    """Serve one instance: engine, seconds, MiB, workers and the parent's process id."""
    engine, seconds, mib, workers, parent = arguments
    limit(float(seconds), int(mib), int(workers))
    watch_parent(int(parent))
    raw = sys.stdin.buffer.read()
    status, message, outcome = answer(raw, cast(EngineName, engine), float(seconds), int(workers))
    text = None if outcome is None else outcome.to_bytes().decode()
    tell({"status": status, "message": message, "outcome": text, "peak_mib": peak_mib()})
    return 0


if __name__ == "__main__":
    without_pandas()
    sys.exit(main(sys.argv[1:]))
