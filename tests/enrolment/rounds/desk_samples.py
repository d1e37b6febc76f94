"""Small rounds for the tests of the desk: one programme or two, a few candidates, told as rows."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.sheets import Words
from enrolment.applications.sheet import (
    Candidate,
    CandidateSheet,
    CountySheet,
    Subject,
    TakenRow,
    write_candidates,
)
from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    PlanSheet,
    ProgrammeRow,
    RoundRules,
    SchoolRow,
    write_plan,
)
from enrolment.rounds.desk import RoundResult, Settings, Sources, run_round
from tests.enrolment.applications.sheet_samples import candidate

QP, JS = "310118", "330421"
KEYS = (("语文", "数学", "外语"), ("语文", "数学"))
SUBJECTS = tuple(Subject(name, Decimal(150)) for name in ("语文", "数学", "外语"))
RULES = RoundRules(2026, "测试轮次", "own_county", "lottery", "before", "optimal", "off", seed="公布的种子")
FAST = Settings(engine="search", time_limit_s=60)


def programme(code: str, capacity: int = 5, **changes: Any) -> ProgrammeRow:
    """A three-year programme of the one school in 青浦."""
    row = ProgrammeRow(code, f"专业{code}", "S1", "3", 3, 2021, "660301", capacity)
    return replace(row, **changes)


def plan_of(programmes: Sequence[ProgrammeRow], cells: dict[tuple[str, str], int], **changes: Any) -> PlanSheet:
    """A plan of two counties; cells not named are 5."""
    plan = PlanSheet(
        counties=(CountyRow(QP, "青浦区", KEYS), CountyRow(JS, "嘉善县", KEYS)),
        rules=RULES,
        schools=(SchoolRow("S1", "示例学校", QP),),
        programmes=tuple(programmes),
        cells=tuple(
            CellRow(one.code, county, cells.get((one.code, county), 5)) for one in programmes for county in (QP, JS)
        ),
    )
    return replace(plan, **changes)


def person(serial: int, scores: Sequence[object], *wishes: str, **changes: Any) -> Candidate:
    """Candidate `serial` with these scores (None: missing) and wishes."""
    exact = tuple(None if score is None else Decimal(str(score)) for score in scores)
    return candidate(serial, scores=exact, wishes=wishes, **changes)


def people_of(
    here: Sequence[Candidate], there: Sequence[Candidate] = (), taken: Sequence[str] = ()
) -> CandidateSheet:
    """The candidates of 青浦 and 嘉善."""
    return CandidateSheet(
        (CountySheet(QP, "青浦区", SUBJECTS, tuple(here)), CountySheet(JS, "嘉善县", SUBJECTS, tuple(there))),
        tuple(TakenRow(number) for number in taken),
    )


def sources_of(plan: PlanSheet, people: CandidateSheet) -> Sources:
    """Both as workbooks."""
    return Sources(write_plan(plan), write_candidates(people))


def run(plan: PlanSheet, people: CandidateSheet, settings: Settings = FAST) -> RoundResult:
    """Run the round without watching."""
    return run_round(sources_of(plan, people), settings, tell_stage=_quiet)


def _quiet(_words: Words) -> None:
    return None
