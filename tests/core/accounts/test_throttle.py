"""Counting tries: exact, forgetful, and never against the owner."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from core import clock
from core.accounts import throttle
from core.accounts.backoff import Limit
from core.accounts.throttle import Throttled

NOON = dt.datetime(2026, 6, 20, 4, tzinfo=dt.UTC)


def test_five_failures_are_free_then_it_waits(context: Flask) -> None:
    one = throttle.bucket("test", "a")
    with clock.frozen(NOON) as now:
        for _try in range(5):
            throttle.check(one)
            throttle.failed(one)
        with pytest.raises(Throttled) as caught:
            throttle.check(one)
        assert caught.value.seconds == 1
        now.advance(dt.timedelta(seconds=1))
        throttle.check(one)
        throttle.failed(one)
        with pytest.raises(Throttled) as caught:
            throttle.check(one)
        assert caught.value.seconds == 2
        assert "12:00:03" in str(caught.value.sentence)


def test_success_forgets(context: Flask) -> None:
    one = throttle.bucket("test", "a")
    throttle.failed(one)
    throttle.succeeded(one)
    assert throttle.count_of(one) == 0


def test_a_day_forgets(context: Flask) -> None:
    one = throttle.bucket("test", "a")
    with clock.frozen(NOON) as now:
        for _try in range(9):
            throttle.failed(one)
        now.advance(dt.timedelta(hours=25))
        throttle.check(one)
        throttle.attempt(one)
        assert throttle.count_of(one) == 1


def test_the_wait_is_said_in_minutes(context: Flask) -> None:
    with clock.frozen(NOON):
        assert "15 分钟" in str(Throttled(dt.timedelta(minutes=15)).sentence)
        assert "1 分 5 秒" in str(Throttled(dt.timedelta(seconds=65)).sentence)
        assert Throttled(dt.timedelta(milliseconds=1)).seconds == 1


def test_an_attempt_counts_even_while_it_waits(context: Flask) -> None:
    one = throttle.bucket("test", "a")
    with clock.frozen(NOON):
        for _try in range(5):
            throttle.attempt(one)
        for _try in range(3):
            with pytest.raises(Throttled):
                throttle.attempt(one)
    assert throttle.count_of(one) == 8


def test_one_try_can_be_taken_back(context: Flask) -> None:
    one = throttle.bucket("test", "a")
    throttle.attempt(one)
    throttle.undo(one)
    throttle.undo(one)
    assert throttle.count_of(one) == 0


def test_buckets_are_apart_and_say_nothing(context: Flask) -> None:
    one, other = throttle.bucket("test", "a", "b"), throttle.bucket("test", "ab")
    assert one.key != other.key
    assert len(one.key) <= 100


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_household_is_one_source(address: str, source: str) -> None:
    assert throttle.source_of(address) == source


def test_old_counters_are_swept(context: Flask) -> None:
    with clock.frozen(NOON) as now:
        throttle.failed(throttle.bucket("test", "old"))
        now.advance(dt.timedelta(days=3))
        throttle.failed(throttle.bucket("test", "new"))
        assert throttle.sweep() == 1


def test_parallel_attempts_pass_only_as_many_as_the_limit_lets(app: Flask) -> None:
    one = throttle.bucket("test", "parallel", limit=Limit(free=5))
    start = Barrier(20)

    def attempt(_number: int) -> bool:
        with app.app_context():
            start.wait()
            try:
                throttle.attempt(one)
            except Throttled:
                return False
            return True

    with ThreadPoolExecutor(20) as pool:
        passed = sum(pool.map(attempt, range(20)))
    with app.app_context():
        assert throttle.count_of(one) == 20
    assert passed == 5
