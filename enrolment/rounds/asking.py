"""Questions to the solver about a trial, in a child process of their own that is killed at its limits.

``contradiction``: the smallest set of named limits that cannot all hold; ``places:K``: the best use of K more.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_ROOM_FOR_LIBRARIES_MIB = 4096
"""Address space that the solver's libraries map without using it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer as the solver's table; ``failure`` is "timeout" or "crashed" where there is none."""

    table: dict[str, Any]
    failure: str = ""


def ask_in_child(
    instance: bytes, ask: str, *, time_limit_s: float, memory_limit_mib: int, beat: Callable[[], None]
) -> Asked:
    """Ask one question about an instance.

    ``beat`` is called twice a second; what it raises ends the child and is raised on.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder) / "instance.json", Path(folder) / "answer.json"
        given.write_bytes(instance)
        child = _spawn(given, answer, ask, time_limit_s)
        resource.prlimit(child.pid, resource.RLIMIT_AS, (_bytes(memory_limit_mib), _bytes(memory_limit_mib)))
        try:
            ended = _wait(child, time_limit_s * 2, beat)
        finally:
            _end(child)
        if not ended:
            return Asked({}, "timeout")
        if not answer.is_file():
            return Asked({}, "timeout" if child.returncode == 1 else "crashed")
        return Asked(json.loads(answer.read_bytes())[0])


def _bytes(mib: int) -> int:
    return (mib + _ROOM_FOR_LIBRARIES_MIB) * 2**20


def _spawn(given: Path, answer: Path, ask: str, seconds: float) -> subprocess.Popen[bytes]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    arguments = [str(given), "--ask", ask, "--out", str(answer), "--time-limit", f"{seconds:g}"]
    return subprocess.Popen(  # noqa: S603 - our own interpreter with our own arguments
        [sys.executable, "-m", "allocation", "whatif", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], seconds: float, beat: Callable[[], None]) -> bool:
    """Whether the child ended by itself in time."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        try:
            child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            beat()
        else:
            return True
    return False


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
