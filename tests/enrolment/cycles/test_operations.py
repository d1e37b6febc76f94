"""Years, rounds and county dates: who may, what is refused, what the audit keeps."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from core import clock
from core.access import Actor, Grant, OrganisationKind, Role
from core.audit import entries_about
from core.db import db, housekeeping
from core.errors import Conflict, NotAllowed, Refused
from enrolment.cycles import operations
from enrolment.cycles.models import CountyWindow, Cycle, Round, RoundKind, RoundState
from enrolment.cycles.queries import current_cycle, open_round, window_of, windows_of
from tests.enrolment import factories as make
from tests.factories import JS, QP, WJ, account

OPENS = clock.at_beijing(dt.date(2026, 6, 18), 9)
CLOSES = clock.at_beijing(dt.date(2026, 6, 20), 17)
SCORES = dt.date(2026, 7, 3)
CONFIRM = clock.at_beijing(dt.date(2026, 7, 20), 17)


def committee() -> Actor:
    return Actor(account(Role.COMMITTEE).id, "committee", (Grant(Role.COMMITTEE),))


def bureau(county: str = QP) -> Actor:
    grant = Grant(Role.COUNTY_OFFICER, None, OrganisationKind.COUNTY, county)
    return Actor(account(Role.COUNTY_OFFICER).id, "bureau", (grant,))


def open_year(year: int = 2026) -> Cycle:
    return operations.open_cycle(committee(), year=year, name_zh=f"{year}年招生", name_en=f"Enrolment {year}")


def set_dates(actor: Actor, cycle: Cycle, county: str = QP, **changes: object) -> CountyWindow:
    values = {"opens_at": OPENS, "closes_at": CLOSES, "scores_on": SCORES, **changes}
    return operations.set_window(actor, cycle_id=cycle.id, county=county, **values)


def start(cycle: Cycle, **changes: object) -> Round:
    values = {
        "confirm_until": CONFIRM,
        "arrive_from": dt.date(2026, 8, 30),
        "arrive_until": dt.date(2026, 9, 1),
        **changes,
    }
    return operations.open_round(committee(), cycle_id=cycle.id, **values)


def test_a_year_is_opened_once(context: Flask) -> None:
    open_year()
    with pytest.raises(Refused) as refusal:
        open_year()
    assert "2026" in str(refusal.value.sentence)
    assert refusal.value.field == "year"


def test_each_county_sets_its_own_dates(context: Flask) -> None:
    year = open_year()
    window = set_dates(bureau(QP), year)
    assert (window.county, window.version) == (QP, 1)
    with pytest.raises(NotAllowed):
        set_dates(bureau(QP), year, WJ)
    set_dates(committee(), year, WJ)
    assert current_cycle() is not None


def test_dates_in_order(context: Flask) -> None:
    with pytest.raises(Refused) as refusal:
        set_dates(bureau(), open_year(), closes_at=OPENS)
    assert refusal.value.field == "closes_at"


def test_the_second_editor_sees_both_versions(context: Flask) -> None:
    year = open_year()
    first = set_dates(bureau(), year)
    later = CLOSES + dt.timedelta(hours=1)
    changed = set_dates(bureau(), year, closes_at=later, version=first.version)
    assert changed.version == 2
    with pytest.raises(Conflict) as conflict:
        set_dates(bureau(), year, version=1)
    (difference,) = conflict.value.differences
    assert (difference.yours, difference.saved) == ("2026-06-20 17:00", "2026-06-20 18:00")
    with pytest.raises(Refused):
        set_dates(bureau(), year)


def test_audit_keeps_the_earlier_dates(context: Flask) -> None:
    year = open_year()
    window = set_dates(bureau(), year)
    set_dates(bureau(), year, scores_on=dt.date(2026, 7, 4), version=1)
    entry = entries_about("county_window", window.id)[0]
    assert entry.facts["before"][2] == "2026-07-03"
    assert entry.facts["after"][2] == "2026-07-04"


def test_a_round_needs_dates_and_is_alone(context: Flask) -> None:
    year = open_year()
    with pytest.raises(Refused):
        start(year)
    set_dates(bureau(), year)
    first = start(year, seed="抽签种子")
    assert (first.number, first.kind, first.seed) == (1, RoundKind.REGULAR, "抽签种子")
    assert open_round(year) is first
    with pytest.raises(Refused):
        start(year)
    with pytest.raises(Refused) as refusal:
        start(year, arrive_until=dt.date(2026, 8, 1))
    assert refusal.value.field == "arrive_until"


def test_the_second_round_is_supplementary_with_its_own_dates(context: Flask) -> None:
    year = open_year()
    set_dates(bureau(), year)
    first = make.lock(start(year))
    later = {"opens_at": OPENS + dt.timedelta(days=40), "closes_at": CLOSES + dt.timedelta(days=40)}
    set_dates(bureau(), year, round_number=2, **later)
    db.session.expire_all()
    second = start(year)
    assert (second.number, second.kind) == (2, RoundKind.SUPPLEMENTARY)
    assert len(second.seed) == 32
    shown = window_of(second, QP)
    assert shown is not None
    assert shown.closes_at == later["closes_at"]
    assert [one.closes_at for one in windows_of(first)] == [CLOSES]
    assert window_of(second, JS) is None


def test_a_locked_round_keeps_its_dates(context: Flask) -> None:
    year = open_year()
    set_dates(bureau(), year)
    make.lock(start(year))
    with pytest.raises(Refused):
        set_dates(bureau(), year, version=1)


def test_dates_after_the_result_can_move_until_the_round_is_closed(context: Flask) -> None:
    year = open_year()
    set_dates(bureau(), year)
    opened = start(year)
    dates = {"confirm_until": CONFIRM + dt.timedelta(days=1), "arrive_from": SCORES, "arrive_until": SCORES}
    moved = operations.set_round_dates(committee(), round_id=opened.id, version=1, **dates)
    assert moved.arrive_from == SCORES
    with pytest.raises(Conflict):
        operations.set_round_dates(committee(), round_id=opened.id, version=1, **dates)
    make.lock(opened, state=RoundState.CLOSED)
    version = db.session.get_one(Round, opened.id).version
    with pytest.raises(Refused):
        operations.set_round_dates(committee(), round_id=opened.id, version=version, **dates)
    with pytest.raises(Refused):
        operations.set_round_dates(
            committee(),
            round_id=opened.id,
            version=version,
            confirm_until=CONFIRM,
            arrive_from=SCORES,
            arrive_until=SCORES - dt.timedelta(days=1),
        )


def test_the_database_refuses_senseless_windows(context: Flask) -> None:
    year = open_year()
    with pytest.raises(IntegrityError), housekeeping() as session:
        session.add(CountyWindow(cycle_id=year.id, county=QP, opens_at=CLOSES, closes_at=OPENS, scores_on=SCORES))
    with pytest.raises(IntegrityError), housekeeping() as session:
        session.add(
            CountyWindow(
                cycle_id=year.id, round_number=0, county=QP, opens_at=OPENS, closes_at=CLOSES, scores_on=SCORES
            )
        )
