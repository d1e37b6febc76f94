"""What may become of a student: chains of events with their days, counted from the day of entry. Pure."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.students.states import Event

DAY, MONTH, YEAR = 1, 30, 365


@dataclass(frozen=True, slots=True)
class Happening:
    """An event ``days`` after entry, with its reason code; known to the registry ``late`` days later."""

    event: Event
    days: int
    reason: str | None = None
    note: str = ""
    late: int = 3


@dataclass(frozen=True, slots=True)
class Course:
    """One course of a student's life at school. ``age`` is how many days must have passed since entry.

    ``weight`` is how often it is drawn; every course happens at least once. ``recent`` courses are still
    open (a request waits, a duplicate is held): whoever draws one came a few weeks ago. ``at_most`` keeps
    the others that must not last for ever to young entries.
    """

    name: str
    weight: int
    happenings: tuple[Happening, ...]
    first: Event = Event.OPEN
    recent: bool = False
    at_most: int = 10_000

    @property
    def age(self) -> int:
        return max((one.days + one.late for one in self.happenings), default=0) + DAY


_REGISTERED = Happening(Event.APPROVE, 25, late=1)
_END = 3 * YEAR - 2 * MONTH


def _course(name: str, weight: int, *happenings: Happening, at_most: int = 10_000) -> Course:
    return Course(name, weight, (_REGISTERED, *happenings), at_most=at_most)


COURSES: Sequence[Course] = (
    Course("awaiting", 2, (), recent=True),
    Course("duplicate", 2, (Happening(Event.HOLD_DUPLICATE, 6),), recent=True),
    Course(
        "duplicate_settled",
        2,
        (Happening(Event.HOLD_DUPLICATE, 6), Happening(Event.SETTLE_DUPLICATE, 20), Happening(Event.APPROVE, 30)),
    ),
    Course("preparatory", 2, (), first=Event.PREREGISTER, recent=True),
    Course("kept", 2, (Happening(Event.KEEP_ADMISSION, 9, "34"),), recent=True),
    Course(
        "kept_restored",
        1,
        (
            Happening(Event.KEEP_ADMISSION, 9, "10"),
            Happening(Event.RESTORE_ADMISSION, YEAR),
            Happening(Event.APPROVE, YEAR + 20),
        ),
    ),
    Course("admission_cancelled", 1, (Happening(Event.CANCEL_ADMISSION, 40, "39", "入学资格复查未通过（演示）"),)),
    _course("studying", 150),
    _course("leave", 8, Happening(Event.SUSPEND, 70, "10"), at_most=800),
    _course("leave_back", 8, Happening(Event.SUSPEND, 200, "10"), Happening(Event.RESUME, 200 + 170)),
    _course("major", 8, Happening(Event.CHANGE_MAJOR, 160, note="转入同校其他专业（演示）")),
    _course("class", 4, Happening(Event.CHANGE_CLASS, 120)),
    _course("repeated", 3, Happening(Event.REPEAT, YEAR, "22")),
    _course("transferred", 6, Happening(Event.TRANSFER_OUT, 170, "39", "随家庭迁居（演示）", late=12)),
    _course("withdrawn", 5, Happening(Event.WITHDRAW, 210, "21")),
    _course("withdrawn_restored", 1, Happening(Event.WITHDRAW, 150, "21"), Happening(Event.RESTORE, 190)),
    _course("lost", 4, Happening(Event.LOSE_CONTACT, 60), at_most=800),
    _course("found", 1, Happening(Event.LOSE_CONTACT, 120), Happening(Event.FIND_AGAIN, 165)),
    _course("disputed", 2, Happening(Event.DISPUTE, 50, note="两校信息不一致（演示）"), at_most=800),
    _course("settled", 1, Happening(Event.DISPUTE, 50), Happening(Event.SETTLE_DISPUTE, 80)),
    _course("cancelled", 1, Happening(Event.CANCEL, 90, "39", "重复学籍，保留另一校（演示）")),
    _course("expelled", 1, Happening(Event.EXPEL, 320, "39")),
    _course("deceased", 1, Happening(Event.DIE, 260, "70")),
    _course("with_proof", 2, Happening(Event.LEAVE_WITH_PROOF, YEAR + 150, "39")),
    _course("early", 1, Happening(Event.EARLY_GRADUATION, 2 * YEAR + 300, "01")),
    _course("completed", 2, Happening(Event.COMPLETE, _END)),
    _course(
        "completed_graduated", 1, Happening(Event.COMPLETE, _END), Happening(Event.TURN_INTO_GRADUATION, _END + 80)
    ),
    _course("graduated", 60, Happening(Event.GRADUATE, _END)),
)
"""Every status of the table is the end of at least one course; the test holds them against each other."""


def courses(entries: Sequence[tuple[dt.date, int]], today: dt.date, chance: random.Random) -> Iterator[Course]:
    """A course for each entry (its day, and the years its programme takes), each course once before any twice."""
    waiting = list(COURSES)
    for entered_on, years in entries:
        age = (today - entered_on).days
        fitting = [one for one in COURSES if _fits(one, age, years)]
        first = next((one for one in waiting if one in fitting), None)
        if first is not None:
            waiting.remove(first)
            yield first
        else:
            yield chance.choices(fitting, [one.weight for one in fitting])[0]


def _fits(one: Course, age: int, years: int) -> bool:
    """Whether so much time has passed; three-year students have left after three years, others study on."""
    if one.recent:
        return True
    if not one.age <= age <= one.at_most:
        return False
    ends = any(happening.days >= _END for happening in one.happenings)
    if years > 3:
        return not ends
    still_there = one.name in ("studying", "leave_back", "major", "class", "repeated", "found", "settled")
    return not (still_there and age > 3 * YEAR)
