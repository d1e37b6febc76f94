"""Solve and verify in a child process that is killed at its limits."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

Stage = Literal["read", "check", "model", "solve", "verify"]
Status = Literal["sound", "not_proven", "bad_input", "inadmissible", "timeout", "memory", "cancelled", "crashed"]


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

    ``on_progress`` is called at every turn of the run and at least twice a second; when it returns
    False the child is killed.  So it is at its time limit and when its resident memory passes
    ``memory_limit_mib``; the call returns within two seconds of either.
    """
    with tempfile.TemporaryFile() as given:
        given.write(instance)
        given.seek(0)
        arguments = [engine, str(time_limit_s), str(memory_limit_mib), str(workers), str(os.getpid())]
        child = _spawn(arguments, given)
        run = _Run(child, time_limit_s, memory_limit_mib, on_progress)
        try:
            return run.result()
        finally:
            run.end()


def _spawn(arguments: list[str], given: IO[bytes]) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603 - our own interpreter with our own arguments
        [sys.executable, "-m", "allocation.worker", *arguments],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


def _resident_mib(pid: int) -> float:
    """The child's resident memory in MiB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Run:
    """One watched child."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        time_limit_s: float,
        memory_limit_mib: int,
        on_progress: Callable[[Progress], bool] | None,
    ) -> None:
        self.child = child
        self.time_limit_s = time_limit_s
        self.memory_limit_mib = memory_limit_mib
        self.on_progress = on_progress
        self.start = time.monotonic()
        self.peak = 0.0
        self.latest: dict[str, Any] = {"stage": "read", "done": 0.0, "gap": None}
        self.lines: queue.Queue[bytes] = queue.Queue()
        self.pipe = cast(IO[bytes], child.stdout)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        for line in self.pipe:
            self.lines.put(line)
        self.lines.put(b"")

    def end(self) -> None:
        """End the child and everything it started; nothing of it is left when this returns."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.listener.join()
        self.pipe.close()

    def result(self) -> ChildResult:
        """Watch until the child answers, ends, or is to be ended."""
        told = 0.0
        while True:
            try:
                line = self.lines.get(timeout=0.1)
            except queue.Empty:
                line = None
            if line == b"":
                self.child.wait()
                return self._ended("crashed", f"exit code {self.child.returncode}")
            fresh = line is not None
            if line is not None:
                message = json.loads(line)
                if "status" in message:
                    return self._answer(message)
                self.latest = message
            over = self._over()
            if over is not None:
                return self._ended(over, "")
            now = time.monotonic()
            if fresh or now - told >= 0.5:
                told = now
                if not self._wanted():
                    return self._ended("cancelled", "")

    def _over(self) -> Status | None:
        self.peak = max(self.peak, _resident_mib(self.child.pid))
        if time.monotonic() - self.start > self.time_limit_s:
            return "timeout"
        return "memory" if self.peak > self.memory_limit_mib else None

    def _wanted(self) -> bool:
        if self.on_progress is None:
            return True
        elapsed = time.monotonic() - self.start
        stage = cast(Stage, self.latest["stage"])
        return self.on_progress(Progress(stage, self.latest["done"], self.latest["gap"], elapsed))

    def _answer(self, message: dict[str, Any]) -> ChildResult:
        self.peak = max(self.peak, message["peak_mib"])
        outcome = None if message["outcome"] is None else message["outcome"].encode()
        return self._ended(message["status"], message["message"], outcome)

    def _ended(self, status: Status, message: str, outcome: bytes | None = None) -> ChildResult:
        return ChildResult(status, outcome, message, time.monotonic() - self.start, self.peak)
