"""Every status and every event, tried: the table is whole and says no with both names."""

import itertools

import pytest

from registry.students.states import (
    _FROM,
    EVENT_WORDS,
    OPENING,
    STATUS_WORDS,
    TERMINAL,
    Event,
    ForbiddenEvent,
    Status,
    events_from,
    step,
)


def test_words_and_table_cover_everything() -> None:
    assert set(STATUS_WORDS) == set(Status) == set(_FROM)
    assert set(EVENT_WORDS) == set(Event)
    assert {event for event in Event if event in events_from(None)} == OPENING


@pytest.mark.parametrize(("status", "event"), list(itertools.product([None, *Status], Event)))
def test_each_pair_is_allowed_or_refused_with_a_reason(status: Status | None, event: Event) -> None:
    if event in events_from(status):
        assert step(status, event) in Status
        return
    with pytest.raises(ForbiddenEvent) as refused:
        step(status, event)
    assert EVENT_WORDS[event].zh in refused.value.words.zh
    assert EVENT_WORDS[event].en in refused.value.words.en


def test_nothing_follows_a_final_status_but_restoring_or_a_late_graduation() -> None:
    followers = {event for status in TERMINAL for event in events_from(status)}
    assert followers == {Event.RESTORE, Event.TURN_INTO_GRADUATION}
    assert events_from(Status.DECEASED) == events_from(Status.TRANSFERRED_OUT) == ()
