"""Opening the supplementary round (征求志愿): the exact remaining places, the people invited, the dates."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.audit.operations import Signature
from core.db import db, expect_version, lock_row, transaction
from core.errors import Refused
from core.i18n import lazy as _l
from core.jobs.operations import request
from core.notices.operations import notify
from core.policy.filing import SupplementaryLine
from enrolment.applications.models import Applicant
from enrolment.confirmations.deadline import unanswered
from enrolment.confirmations.entry import Standing, eligible, standings
from enrolment.confirmations.vacancies import Vacancy, vacancies_of
from enrolment.cycles.models import CountyWindow, Cycle, Round, RoundState
from enrolment.cycles.operations import open_round, set_window
from enrolment.cycles.policy import filing_sheet
from enrolment.cycles.queries import window_of
from enrolment.plans.carrying import carry_over
from enrolment.plans.models import Plan, QuotaCell
from enrolment.plans.remaining import Held, Opening, remaining_sheet
from enrolment.plans.storage import sheet_of
from enrolment.results.visibility import publication_out
from enrolment.rounds.operations import frozen_plan

JOB_KIND = "confirmations.invite"
INVITED = "confirmations.invited"
_SEX = {"1": "M", "2": "F"}


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of the new round; ``windows`` by county: opening and closing of its filing."""

    windows: Mapping[str, tuple[dt.datetime, dt.datetime]]
    confirm_until: dt.datetime
    arrive_from: dt.date
    arrive_until: dt.date
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a supplementary round after ``after`` would be: its places, whom it invites, what still forbids it."""

    after: Round
    places: tuple[Vacancy, ...]
    invited: tuple[Applicant, ...]
    counts: Mapping[Standing, int]
    obstacles: tuple[object, ...]

    @property
    def seats(self) -> int:
        return sum(one.free for one in self.places)


def outlook(after: Round) -> Outlook:
    """Read everything the wizard shows; nothing is written."""
    rounds = _rounds_until(after)
    places = tuple(one for one in vacancies_of([each.id for each in rounds]) if one.free > 0)
    invited, counts = eligible([one.id for one in rounds])
    return Outlook(after, places, invited, counts, _obstacles(after, places))


def _obstacles(after: Round, places: Sequence[Vacancy]) -> tuple[object, ...]:
    found: list[object] = []
    if after.cycle.rounds[-1].id != after.id:
        found.append(_l("后面已经有一轮，请从最近一轮开启征求志愿。"))
    if not publication_out(after.id):
        found.append(_l("这一轮的结果还没有公布。"))
    elif clock.now() < after.confirm_until:
        until = clock.moment_cell(after.confirm_until)
        found.append(_l("录取确认到 %(until)s 截止，截止后才知道剩余名额。", until=until))
    elif db.session.scalar(unanswered(after.id).limit(1)) is not None:
        found.append(_l("还有家庭没有答复，正在按县区规定办理，请稍后再试。"))
    elif not places:
        found.append(_l("没有剩余名额，不用开启征求志愿。"))
    return tuple(found)


def open_supplementary(actor: Actor, *, after_id: uuid.UUID, version: int, expected: int, dates: Dates) -> Round:
    """Close a round and open the next one with the exact places left as its frozen plan; invite in the background.

    ``expected`` is how many places the page showed. Raises Refused with what still forbids it, or when a seat
    came back or went meanwhile; Conflict when the round was changed.
    """
    with transaction() as session:
        after = lock_row(Round, after_id)
        expect_version(after, version)
        cycle = lock_row(Cycle, after.cycle_id)
        seen = outlook(after)
        if seen.obstacles:
            raise Refused(seen.obstacles[0])
        if seen.seats != expected:
            raise Refused(_l("剩余名额刚刚有变化，现在是 %(count)s 个。请核对后再开启。", count=seen.seats))
        base = frozen_plan(cycle.rounds[0].id)
        held = _held([one.id for one in cycle.rounds])
        if after.state is RoundState.LOCKED:
            after.state = RoundState.CLOSED
        _set_windows(actor, after, dates)
        session.flush()
        session.expire(cycle)
        opened = open_round(
            actor,
            cycle_id=cycle.id,
            confirm_until=dates.confirm_until,
            arrive_from=dates.arrive_from,
            arrive_until=dates.arrive_until,
            seed=dates.seed,
        )
        plan = _carry(actor, opened, base, seen.places, held)
        request(actor, JOB_KIND, {"round_id": str(opened.id)})
        record(
            actor,
            "confirmations.open_supplementary",
            opened,
            after=after.number,
            seats=seen.seats,
            invited=len(seen.invited),
            plan=plan.frozen_sha256,
        )
        return opened


def _carry(actor: Actor, opened: Round, base: Plan, places: Sequence[Vacancy], held: Sequence[Held]) -> Plan:
    free: dict[tuple[str, str], int] = {}
    sources: dict[tuple[str, str], dict[uuid.UUID, int]] = {}
    for one in places:
        key = (one.programme.code, one.county)
        free[key] = free.get(key, 0) + one.free
        sources.setdefault(key, {})[one.cell_id] = one.free
    opening = Opening(f"征求志愿（第{opened.number}轮）", opened.seed, _waived(opened, base))
    sheet = remaining_sheet(sheet_of(base), free, held, opening)
    return carry_over(actor, round_id=opened.id, source=base, sheet=sheet, seats=sources)


def _waived(opened: Round, base: Plan) -> dict[str, None]:
    """The counties whose sheet waives the control line in a supplementary round."""
    counties = [one.code for one in sheet_of(base).counties if window_of(opened, one.code) is not None]
    waived = SupplementaryLine.WAIVED
    rules = {code: filing_sheet(opened, code).rules.control_line.value for code in counties}
    return {code: None for code, line in rules.items() if line.supplementary is waived}


def _held(round_ids: Sequence[uuid.UUID]) -> list[Held]:
    """Every place that somebody holds after these rounds."""
    held = []
    for one in standings(round_ids):
        programme, applicant = one.placement.programme, one.placement.application.applicant
        if one.standing not in (Standing.HOLDS, Standing.OPEN) or programme is None:
            continue
        boards = applicant.boards if applicant.boards is not None else applicant.county != programme.school.county
        tags = frozenset(applicant.tags)
        held.append(Held(programme.code, applicant.county, _SEX[applicant.sex], boards, tags))
    return held


def _rounds_until(after: Round) -> list[Round]:
    return [one for one in after.cycle.rounds if one.number <= after.number]


def _set_windows(actor: Actor, after: Round, dates: Dates) -> None:
    """Each county's window of the next round, unless its bureau has set the very same already."""
    number = after.number + 1
    query = select(CountyWindow).where(CountyWindow.cycle_id == after.cycle_id)
    windows = {(one.county, one.round_number): one for one in db.session.scalars(query)}
    for county, (opens_at, closes_at) in sorted(dates.windows.items()):
        known, before = windows.get((county, number)), windows.get((county, after.number))
        if known is not None and (known.opens_at, known.closes_at) == (opens_at, closes_at):
            continue
        set_window(
            actor,
            cycle_id=after.cycle_id,
            county=county,
            opens_at=opens_at,
            closes_at=closes_at,
            scores_on=before.scores_on if before else clock.beijing_day(closes_at),
            round_number=number,
            version=known.version if known else None,
        )


def invite(actor: Signature, opened: Round) -> int:
    """Inside a transaction: one message to each invited pupil and guardian; returns how many pupils."""
    invited, _counts = eligible([one.id for one in opened.cycle.rounds if one.number < opened.number])
    seats = sum(db.session.scalars(select(QuotaCell.seats).where(QuotaCell.id.in_(_cell_ids(opened)))).all())
    for applicant in invited:
        window = window_of(opened, applicant.county)
        facts = {"seats": seats, "until": window.closes_at if window else ""}
        accounts = {applicant.account_id, *(one.account_id for one in applicant.guardians)}
        for account_id in sorted((one for one in accounts if one), key=str):
            notify(account_id, INVITED, facts, link="/application")
    record(actor, "confirmations.invite", opened, invited=len(invited))
    return len(invited)


def _cell_ids(opened: Round) -> list[uuid.UUID]:
    return [cell.id for row in frozen_plan(opened.id).programmes for cell in row.cells]
