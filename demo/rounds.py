"""Years and rounds: opened by the committee, dated by the counties, run through the real path."""

import datetime as dt
import uuid

from core.access import Role
from core.db import db
from core.jobs.context import JobContext
from core.jobs.leases import claim
from core.jobs.registry import kind_of
from demo.actors import Staff
from demo.content import county_codes, zone
from demo.offices import Zone
from demo.timetable import RoundDates
from enrolment.cycles.models import Cycle, Round
from enrolment.cycles.operations import open_cycle, open_round, set_window
from enrolment.results.models import Publication
from enrolment.results.operations import approve, propose
from enrolment.rounds.models import Run, RunState
from enrolment.rounds.operations import lock, propose_lock, request_run

SETTINGS = {"engine": "both", "time_limit_s": 100, "memory_limit_mib": 1024, "workers": 2}
_LEASE = dt.timedelta(minutes=10)
_BEFORE_OPENING = dt.timedelta(days=20)


class RunFailed(RuntimeError):
    """The demonstration's run ended without a result; the message is the run's own."""


def open_year(staff: Staff, made: Zone, year: int) -> uuid.UUID:
    """A new enrolment year."""
    words = zone()["cycle"]
    committee = staff.actor(Role.COMMITTEE, made.committee)
    cycle = open_cycle(
        committee, year=year, name_zh=words["zh"].format(year=year), name_en=words["en"].format(year=year)
    )
    return cycle.id


def open_next_round(staff: Staff, made: Zone, cycle_id: uuid.UUID, dates: RoundDates) -> Round:
    """The next round of a year, each county with its own window."""
    number = len(db.session.get_one(Cycle, cycle_id).rounds) + 1
    for code in county_codes():
        set_window(
            staff.actor(Role.COUNTY_OFFICER, made.bureaus[code]),
            cycle_id=cycle_id,
            county=code,
            opens_at=dates.opens,
            closes_at=dates.closes,
            scores_on=dates.scores,
            round_number=number,
        )
    db.session.expire_all()
    return open_round(
        staff.actor(Role.COMMITTEE, made.committee),
        cycle_id=cycle_id,
        confirm_until=dates.confirm_until,
        arrive_from=dates.arrive_from,
        arrive_until=dates.arrive_until,
    )


def run_round(staff: Staff, made: Zone, round_id: uuid.UUID) -> Run:
    """Lock, ask for a run, and do the job as a worker would: solved in a child process, verified, stored."""
    bureau = made.bureaus[county_codes()[0]]
    round_ = db.session.get_one(Round, round_id)
    propose_lock(staff.actor(Role.COUNTY_OFFICER, bureau), round_id=round_id, version=round_.version)
    lock(staff.actor(Role.COUNTY_APPROVER, bureau), round_id=round_id, version=round_.version)
    run = request_run(staff.actor(Role.COUNTY_OFFICER, bureau), round_id=round_id, settings=SETTINGS)
    run_id = run.id
    held = claim("demo", _LEASE)
    if held is None:
        raise RunFailed("the job of the run is not in the queue")
    kind_of(held.kind).handler(JobContext(held, _LEASE))
    db.session.rollback()
    stored = db.session.get_one(Run, run_id, populate_existing=True)
    if stored.state is not RunState.STORED:
        raise RunFailed(stored.failure or stored.state.value)
    return stored


def release_run(staff: Staff, made: Zone, run_id: uuid.UUID, release_at: dt.datetime) -> Publication:
    """Two persons release the run; it shows from ``release_at`` on."""
    bureau = made.bureaus[county_codes()[0]]
    proposed = propose(staff.actor(Role.COUNTY_APPROVER, bureau), run_id=run_id, release_at=release_at)
    return approve(
        staff.actor(Role.COUNTY_APPROVER, bureau, deputy=True),
        publication_id=proposed.id,
        version=proposed.version,
        typed=proposed.admitted,
    )


def before(moment: dt.datetime) -> dt.datetime:
    """When a round that opens at ``moment`` was announced."""
    return moment - _BEFORE_OPENING


def shortly_before(moment: dt.datetime) -> dt.datetime:
    """The afternoon before a release, when its result was computed and approved."""
    return moment - dt.timedelta(hours=18)
