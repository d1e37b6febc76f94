"""The order in which the zone comes into being. Everything is invented, and built by the house's operations."""

import datetime as dt
import random
import uuid
from typing import Final

from sqlalchemy import select

from core import clock
from core.config import Settings
from core.db import db
from core.words import Words
from demo import closing, rounds
from demo.actors import Staff, hire_everybody, take_part_in
from demo.content import county_codes
from demo.families import Parent
from demo.filing import Filing, OpenFiling, people_of
from demo.invented import Inventor
from demo.lists import Listed, ListMaker
from demo.offices import Zone, build_zone
from demo.planning import CountyExam, agreed_plan, exam_of, full_seats
from demo.scale import Scale
from demo.stages import Progress
from demo.students import EARLIER_YEARS, Registry
from demo.timetable import RoundDates, Timetable, timetable
from enrolment.applications.models import Application
from enrolment.applications.sheet import expected_of
from enrolment.confirmations.letters import verification_site
from enrolment.cycles.models import Round
from enrolment.plans.ledger import free
from enrolment.plans.models import PlanProgramme, QuotaCell
from enrolment.plans.operations import plan_in_force
from enrolment.plans.storage import sheet_of
from enrolment.results.models import Placement
from enrolment.rounds.models import Run
from registry.schools.models import Programme

STAGES: Final = 13
SEED: Final = 20261122
_REFUSED = 2
_THIRTEEN = dt.timedelta(days=13 * 365 + 200)


Cast = dict[str, uuid.UUID]
"""Accounts a visitor may use, by their part in the story (``signins.FAMILIES``)."""


class Builder:
    """Builds one demonstration; ``build`` runs all stages in order."""

    def __init__(self, scale: Scale, settings: Settings, progress: Progress) -> None:
        self._scale, self._settings, self._progress = scale, settings, progress
        self._inventor = Inventor(random.Random(SEED))
        self._dates: Timetable = timetable()
        self._made: Zone
        self._staff: Staff

    def build(self) -> Cast:
        """All stages; returns who to sign in as."""
        self._offices()
        self._earlier_years()
        run_id, listed = self._released_round()
        silent = self._answers(run_id)
        self._ready_round(run_id, listed)
        return self._filing_round(silent)

    def _offices(self) -> None:
        year = self._dates.year
        first = year - EARLIER_YEARS
        with clock.frozen(clock.at_beijing(dt.date(first, 3, 1), 9)):
            with self._progress.stage(Words("机构、学校和专业", "offices, schools, programmes")) as stage:
                self._made = build_zone()
                stage.done = len(self._made.programmes)
            with self._progress.stage(Words("工作人员账号", "staff accounts")) as stage:
                self._staff = hire_everybody(self._made, self._inventor)
                take_part_in(range(first, year + 2), self._made, self._staff)
                stage.done = len(self._staff)

    def _earlier_years(self) -> None:
        registry = Registry(self._made, self._staff, self._inventor, self._dates.year)
        students = registry.plan(self._scale.students, clock.today())
        with self._progress.stage(
            Words("往届学籍", "students of earlier years"), registry.deeds_of(students)
        ) as stage:
            registry.build(students, stage)

    def _released_round(self) -> tuple[uuid.UUID, list[Listed]]:
        """The year's first round up to its release; the run, and the whole list of the year."""
        dates, year = self._dates.released, self._dates.year
        with clock.frozen(rounds.before(dates.opens)):
            cycle_id = rounds.open_year(self._staff, self._made, year)
            round_id = self._open_round(cycle_id, dates, full_seats())
            listed = self._list(year, self._scale.listed, round_id)
        filing = Filing(self._made, self._staff, self._inventor, full_seats(), dates)
        with self._progress.stage(Words("第一轮报名", "first round: filing"), self._scale.filed) as stage:
            families = filing.submit_all(listed[: self._scale.filed], stage)
        with self._progress.stage(Words("预审", "reviews"), len(families)) as stage:
            filing.decide(families, dates.closes, stage, refused=_REFUSED)
        with (
            clock.frozen(rounds.shortly_before(dates.release)),
            self._progress.stage(Words("求解、核验、两人批准公布", "solve, verify, release by two")) as stage,
        ):
            run = rounds.run_round(self._staff, self._made, round_id)
            run_id = run.id
            stage.done = rounds.release_run(self._staff, self._made, run_id, dates.release).admitted
        return run_id, listed

    def _answers(self, run_id: uuid.UUID) -> uuid.UUID:
        """Families answer and pupils arrive; a placement nobody has answered yet."""
        dates, site = self._dates.released, verification_site(self._settings)
        held = closing.placed(run_id)
        with self._progress.stage(Words("录取确认与通知书", "answers and letters"), len(held)) as stage:
            answers = closing.answer(held, dates.release, site, self._inventor.chance, stage)
        since = max(clock.at_beijing(dates.arrive_from, 9), dates.release)
        with self._progress.stage(Words("报到建档", "arrivals"), len(answers.accepted) // 2) as stage:
            closing.let_in(answers.accepted, self._staff, since, stage)
        return answers.silent[0]

    def _ready_round(self, run_id: uuid.UUID, listed: list[Listed]) -> None:
        """The supplementary round for whoever has no place, filed and reviewed: the next step is its lock."""
        dates, seats = self._dates.ready, _vacant(run_id)
        cycle_id = db.session.get_one(Run, run_id).round.cycle_id
        without = _without_place(run_id)
        coming = [one for one in listed if one.applicant_id in without] + self._late(listed)
        with (
            clock.frozen(rounds.before(dates.opens)),
            self._progress.stage(Words("征求志愿计划", "supplementary plan")) as stage,
        ):
            self._open_round(cycle_id, dates, seats)
            stage.done = sum(seats.values())
        filing = Filing(self._made, self._staff, self._inventor, seats, dates)
        with self._progress.stage(
            Words("征求志愿报名和预审", "supplementary filing and reviews"), 2 * len(coming)
        ) as stage:
            families = filing.submit_all(coming, stage)
            filing.decide(families, dates.closes, stage)

    def _late(self, listed: list[Listed]) -> list[Listed]:
        """Some of those who did not file in the first round; the others never file."""
        return listed[self._scale.filed : self._scale.filed + self._scale.late]

    def _filing_round(self, silent: uuid.UUID) -> Cast:
        """Next year's round, in which families file now."""
        dates, year = self._dates.filing, self._dates.year + 1
        with clock.frozen(rounds.before(dates.opens)):
            cycle_id = rounds.open_year(self._staff, self._made, year)
            round_id = self._open_round(cycle_id, dates, full_seats())
            youngest = OpenFiling.PATTERN.index("s")
            listed = self._list(year, self._scale.listed_next, round_id, youngest)
        placement = db.session.get_one(Placement, silent)
        elder = placement.application.applicant
        guardian = elder.guardians[0]
        shared = Parent(guardian.name, guardian.relation, guardian.phone)
        cast = {"pupil_with_result": _account(elder.account_id), "guardian": _account(guardian.account_id)}
        filing = OpenFiling(self._made, self._staff, self._inventor, full_seats(), dates)
        sibling = filing.PATTERN.index("g")
        families = [
            filing.family(one, shared if place == sibling else None)
            for place, one in enumerate(listed[: self._scale.filing])
        ]
        with self._progress.stage(Words("新一轮报名进行中", "next year: filing under way"), len(families)) as stage:
            by_letter = filing.play(families, stage)
        return {**cast, "pupil_filing": by_letter["d"][0].listed.account_id}

    def _open_round(self, cycle_id: uuid.UUID, dates: RoundDates, seats: dict[tuple[str, str], int]) -> uuid.UUID:
        opened = rounds.open_next_round(self._staff, self._made, cycle_id, dates)
        wanted = {code for (code, _county), count in seats.items() if count}
        rows = db.session.scalars(select(Programme).where(Programme.code.in_(wanted))).all()
        agreed_plan(opened, self._staff, self._made, rows, seats)
        return opened.id

    def _list(self, year: int, count: int, round_id: uuid.UUID, youngest: int | None = None) -> list[Listed]:
        in_round = db.session.get_one(Round, round_id)
        exams: dict[str, CountyExam] = {code: exam_of(in_round, code) for code in county_codes()}
        plan = plan_in_force(round_id)
        if plan is None:
            raise RuntimeError("the plan was agreed before the lists were made")
        maker = ListMaker(self._made, self._staff, in_round.cycle_id, year, self._inventor.chance)
        young = None if youngest is None else (youngest, clock.today() - _THIRTEEN)
        crowd = people_of(count, year, self._inventor, young)
        with self._progress.stage(Words(f"{year} 年考生名册", f"list of candidates {year}"), count) as stage:
            return maker.make(crowd, expected_of(sheet_of(plan)), exams, stage)


def _account(account_id: uuid.UUID | None) -> uuid.UUID:
    if account_id is None:
        raise RuntimeError("everybody in the story has an account")
    return account_id


def _without_place(run_id: uuid.UUID) -> set[uuid.UUID]:
    """Applicants who took part in a run and hold no place."""
    query = (
        select(Application.applicant_id)
        .join(Placement, Placement.application_id == Application.id)
        .where(Placement.run_id == run_id, Placement.programme_id.is_(None))
    )
    return set(db.session.scalars(query))


def _vacant(run_id: uuid.UUID) -> dict[tuple[str, str], int]:
    """Seats that nobody holds after a run, by programme code and source county."""
    query = (
        select(QuotaCell)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .where(PlanProgramme.plan_id == db.session.get_one(Run, run_id).snapshot.plan_id)
    )
    return {
        (cell.plan_programme.programme.code, cell.county): free(cell.id) for cell in db.session.scalars(query).all()
    }
