"""What the other rooms ask of the timetable. Reading only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from core.access import Organisation, OrganisationKind
from core.db import db
from enrolment.cycles.models import CountyWindow, Cycle, Round, RoundState


def current_cycle() -> Cycle | None:
    """The newest enrolment year, with its windows and rounds: a few of each, so one query brings them all."""
    query = (
        select(Cycle)
        .order_by(Cycle.year.desc())
        .limit(1)
        .options(joinedload(Cycle.windows), joinedload(Cycle.rounds))
    )
    cycle = db.session.scalars(query).unique().one_or_none()
    for one in cycle.rounds if cycle else ():
        set_committed_value(one, "cycle", cycle)  # a round that is handed on keeps its year
    return cycle


def open_round(cycle: Cycle) -> Round | None:
    """The round that takes applications now, if any."""
    return next((one for one in cycle.rounds if one.state is RoundState.OPEN), None)


def newest_round(cycle: Cycle) -> Round | None:
    """The round with the highest number."""
    return cycle.rounds[-1] if cycle.rounds else None


def window_of(in_round: Round, county: str) -> CountyWindow | None:
    """A county's dates in a round; None while they are not set."""
    query = select(CountyWindow).where(
        CountyWindow.cycle_id == in_round.cycle_id,
        CountyWindow.round_number == in_round.number,
        CountyWindow.county == county,
    )
    return db.session.scalars(query).one_or_none()


def windows_of(in_round: Round) -> Sequence[CountyWindow]:
    """The dates of all counties in a round, in the order of their codes."""
    query = (
        select(CountyWindow)
        .where(CountyWindow.cycle_id == in_round.cycle_id, CountyWindow.round_number == in_round.number)
        .order_by(CountyWindow.county)
    )
    return db.session.scalars(query).all()


def counties() -> Sequence[Organisation]:
    """The county bureaus that take part, in the order of their codes."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.COUNTY).order_by(Organisation.division)
    return db.session.scalars(query).all()


def bureau_of(county: str) -> Organisation | None:
    """The education bureau of a county: who answers for its pupils' receipts and whom they call."""
    query = (
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.COUNTY, Organisation.division == county)
        .order_by(Organisation.code)
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()
