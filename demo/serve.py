"""Two processes and their keeper: the web server and the worker, both ended together."""

import contextlib
import http.client
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).resolve().parent.parent
_GRACE_SECONDS = 35.0
_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_WEB = ("--log-level", "warning", "--no-control-socket")


class NotServing(RuntimeError):
    """A process ended by itself, or never answered; the message names it."""


def port_is_free(port: int) -> bool:
    """Whether a server can listen on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def commands(port: int) -> Mapping[str, Sequence[str]]:
    """What runs, by name."""
    python = sys.executable
    return {
        "web": (python, "-m", "gunicorn", "--bind", f"{HOST}:{port}", *_WEB),
        "worker": (python, "-m", "flask", "--app", "wsgi", "worker"),
    }


@dataclass
class Keeper:
    """Starts the processes, watches them, ends them. ``lock_fd`` stays open in them, so that the data folder
    counts as in use until the last of them is gone. ``heed`` raises Stopped where somebody has asked to stop."""

    port: int
    environment: Mapping[str, str]
    lock_fd: int
    heed: Callable[[], None]
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start both; returns when the pages answer. Raises NotServing."""
        for name, command in commands(self.port).items():
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own two commands, nothing from outside
                command, cwd=ROOT, env=dict(self.environment), start_new_session=True, pass_fds=(self.lock_fd,)
            )
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            self.heed()
            self._demand_running()
            if time.monotonic() > deadline:
                raise NotServing("web")
            time.sleep(_LOOK_SECONDS)

    def watch(self, on_enter: Callable[[], None]) -> None:
        """Wait until a process ends by itself (NotServing) or somebody stops the demonstration (Stopped).

        Whoever presses Enter at the terminal gets ``on_enter``.
        """
        listening = [sys.stdin] if sys.stdin.isatty() else []
        while True:
            self.heed()
            self._demand_running()
            if select.select(listening, [], [], _LOOK_SECONDS)[0]:
                if sys.stdin.readline():
                    on_enter()
                else:
                    listening = []

    def stop(self) -> None:
        """End both in order; whoever does not listen is ended after a while."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _answers(self) -> bool:
        probe = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            probe.request("GET", "/healthz")
            return probe.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            probe.close()

    def _demand_running(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise NotServing(name)
