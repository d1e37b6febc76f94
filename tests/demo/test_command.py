"""The command as a person starts it: build, serve, stop, start again."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = re.compile(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b")
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One run of the command, its output in a file."""

    def __init__(self, folder: Path, port: int, log: Path) -> None:
        self.port, self.log = port, log
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ZONE_")}
        command = [sys.executable, "-m", "demo", "--port", str(port), "--data-dir", str(folder), "--scale", "small"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def told(self) -> str:
        return self.log.read_text("utf-8")

    def wait_for(self, words: str, seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.told:
            assert self.process.poll() is None, self.told
            assert time.monotonic() < deadline, self.told
            time.sleep(0.2)

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo-data"


@pytest.fixture(autouse=True)
def listening_to_ctrl_c() -> Iterator[None]:
    """A suite started in the background ignores Ctrl-C, and what it starts inherits that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_build_serve_stop_and_start_again(folder: Path, tmp_path: Path) -> None:
    interrupted = Demo(folder, free_port(), tmp_path / "0.log")
    interrupted.wait_for("[2/13]")
    assert interrupted.stop() == 0, interrupted.told
    first = Demo(folder, free_port(), tmp_path / "1.log")
    first.wait_for(f"http://127.0.0.1:{first.port}/")
    assert [first.status(path) for path in ("/", "/timetable", "/sign-in")] == [200, 200, 200]
    second = Demo(folder, free_port(), tmp_path / "2.log")
    assert second.process.wait(60) == 1
    assert "另一个演示正在使用" in second.told
    busy = Demo(tmp_path / "other", first.port, tmp_path / "3.log")
    assert busy.process.wait(60) == 1
    assert f"端口 {first.port} 已被占用" in busy.told
    assert first.stop() == 0, first.told
    with pytest.raises(ConnectionRefusedError):
        first.status("/")
    again = Demo(folder, first.port, tmp_path / "4.log")
    again.wait_for(f"http://127.0.0.1:{again.port}/")
    assert "[1/13]" not in again.told
    assert not set(PASSWORD.findall(first.told)) & set(PASSWORD.findall(again.told))
    assert again.stop(signal.SIGTERM) == 0, again.told
