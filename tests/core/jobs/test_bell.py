"""The bell wakes; a broken bell is only a slower house."""

import threading
import time
from pathlib import Path

import pytest

from core.jobs import bell as bells
from core.jobs.bell import Doorbell
from tests.conftest import make_settings


@pytest.fixture
def bell(tmp_path: Path) -> Doorbell:
    return Doorbell(make_settings(tmp_path, ""))


def test_a_ring_wakes_one_waiting_worker(bell: Doorbell) -> None:
    bell.ring()
    stop = threading.Event()
    assert bell.wait(1, stop)
    begun = time.monotonic()
    assert not bell.wait(0.2, stop)
    assert time.monotonic() - begun < 1


def test_a_ring_is_heard_from_another_thread(bell: Doorbell) -> None:
    threading.Timer(0.05, bell.ring).start()
    assert bell.wait(5, threading.Event())


def test_waiting_ends_when_the_worker_stops(bell: Doorbell) -> None:
    stop = threading.Event()
    stop.set()
    assert not bell.wait(60, stop)


def test_rings_nobody_hears_do_not_pile_up(bell: Doorbell) -> None:
    for _ in range(150):
        bell.ring()
    assert bell._open().queue_size() == 100
    bell.close()


def test_a_broken_bell_raises_nothing(tmp_path: Path) -> None:
    broken = Doorbell(make_settings(tmp_path, "", queue_url=f"sqlite:///{tmp_path}/no/such/folder/bell.db"))
    broken.ring()
    assert not broken.wait(0.05, threading.Event())


def test_a_process_without_a_bell_rings_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bells._Current, "bell", None)
    bells.ring()
