from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest

from core import clock


def test_now_is_aware_utc_and_moves() -> None:
    first = clock.now()
    assert first.tzinfo is UTC
    assert clock.now() >= first


def test_today_is_the_day_in_beijing() -> None:
    with clock.frozen(datetime(2026, 6, 19, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 6, 20)
    with clock.frozen(datetime(2026, 6, 19, 15, 59, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 6, 19)


def test_frozen_clock_stands_moves_and_is_put_back() -> None:
    start = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
    with clock.frozen(start) as standing:
        assert clock.now() == start
        standing.advance(timedelta(days=2))
        assert clock.now() == start + timedelta(days=2)
        with clock.frozen(datetime(2020, 1, 1, tzinfo=UTC)):
            assert clock.now().year == 2020
        assert clock.now() == start + timedelta(days=2)
        standing.move_to(clock.at_beijing(date(2026, 7, 1), 8, 30))
        assert clock.now() == datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
    assert clock.now() != start


def test_frozen_is_put_back_after_an_error() -> None:
    def fail_while_frozen() -> None:
        with clock.frozen(datetime(2001, 1, 1, tzinfo=UTC)):
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail_while_frozen()
    assert clock.now().year > 2001


def test_other_threads_keep_the_real_time() -> None:
    seen: list[int] = []
    with clock.frozen(datetime(2001, 1, 1, tzinfo=UTC)):
        thread = Thread(target=lambda: seen.append(clock.now().year))
        thread.start()
        thread.join()
    assert seen[0] > 2001


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the refusal of naive moments is what is tested
    with pytest.raises(ValueError, match="time zone"), clock.frozen(naive):
        pass
    with pytest.raises(ValueError, match="time zone"):
        clock.moment_text(naive)


def test_words_of_moments_and_days() -> None:
    at = clock.at_beijing(date(2026, 6, 20), 17)
    assert clock.moment_text(at) == "2026年6月20日（周六）17:00（北京时间）"
    assert clock.moment_text(at, "en") == "Saturday 20 June 2026, 17:00 (Beijing time)"
    assert clock.moment_cell(at) == "2026-06-20 17:00"
    assert clock.date_text(date(2026, 9, 1)) == "2026年9月1日"
    assert clock.date_text(date(2026, 9, 1), "en") == "1 September 2026"
    assert clock.date_text(date(2026, 9, 6), weekday=True) == "2026年9月6日（周日）"
    assert clock.date_cell(date(2026, 9, 1)) == "2026-09-01"
