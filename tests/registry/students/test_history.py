"""True on day X, known on day Y: the fold over append-only entries."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from registry.students.history import in_force, status_on
from registry.students.states import Status


@dataclass(frozen=True)
class Line:
    """A status entry without a database."""

    status: Status
    effective_on: dt.date
    recorded_at: dt.datetime
    corrects_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def moment(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T08:00:00+00:00")


def date(day: str) -> dt.date:
    return dt.date.fromisoformat(day)


ENROLLED = Line(Status.ENROLLED, date("2025-09-01"), moment("2025-09-10"))
LEAVE = Line(Status.ON_LEAVE, date("2026-03-02"), moment("2026-03-20"))


def test_before_the_first_entry_there_is_no_status() -> None:
    assert status_on([ENROLLED], date("2025-08-31")) is None
    assert status_on([ENROLLED], date("2025-09-01"), known_at=moment("2025-09-02")) is None


def test_the_same_day_is_told_differently_before_and_after_we_knew() -> None:
    entries = [LEAVE, ENROLLED]
    assert status_on(entries, date("2026-03-10"), known_at=moment("2026-03-11")) is Status.ENROLLED
    assert status_on(entries, date("2026-03-10")) is Status.ON_LEAVE


def test_a_correction_replaces_the_entry_only_from_when_it_was_recorded() -> None:
    right = Line(Status.ON_LEAVE, date("2026-04-01"), moment("2026-05-05"), corrects_id=LEAVE.id)
    entries = [ENROLLED, LEAVE, right]
    assert status_on(entries, date("2026-03-10")) is Status.ENROLLED
    assert status_on(entries, date("2026-03-10"), known_at=moment("2026-05-04")) is Status.ON_LEAVE
    assert [entry.id for entry in in_force(entries)] == [ENROLLED.id, right.id]


@given(st.permutations([ENROLLED, LEAVE, Line(Status.ENROLLED, date("2026-09-01"), moment("2026-09-01"))]))
def test_the_order_of_reading_does_not_matter(entries: list[Line]) -> None:
    assert status_on(entries, date("2026-08-31")) is Status.ON_LEAVE
    assert status_on(entries, date("2026-09-01")) is Status.ENROLLED
