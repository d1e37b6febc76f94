"""What a candidates' workbook says, as plain frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.identity import DocumentKind
from core.policy.filing import Residence
from core.sheets import SheetNote
from enrolment.plans.sheet import PlanSheet

NORMAL = "正常"
"""The health conclusion without any limit."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What candidates' sheets may refer to: counties by code with their names, programmes by code with their
    names, (programme, county) pairs shut by a zero cell, the tags that mean anything, the tie keys of each
    county, programmes with health conditions, the highest total of a county where it was stated, and the kinds
    of wish that exclude cross-province ones in a county (互斥志愿), as its rules name them."""

    counties: Mapping[str, str]
    programmes: Mapping[str, str]
    shut: frozenset[tuple[str, str]] = frozenset()
    tags: frozenset[str] = frozenset()
    tie_keys: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    health_bound: frozenset[str] = frozenset()
    full_marks: Mapping[str, Decimal] = field(default_factory=dict)
    exclusive: Mapping[str, frozenset[str]] = field(default_factory=dict)


def expected_of(plan: PlanSheet) -> Expected:
    """What a plan lets candidates refer to."""
    return Expected(
        counties={one.code: one.name for one in plan.counties},
        programmes={one.code: one.name for one in plan.programmes},
        shut=plan.shut,
        tags=plan.tags,
        tie_keys={one.code: one.tie_keys for one in plan.counties},
        health_bound=frozenset(one.code for one in plan.programmes if one.excludes),
        full_marks={one.code: one.full_mark for one in plan.counties if one.full_mark is not None},
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of one county's exam and its full mark."""

    name: str
    full: Decimal

    @property
    def heading(self) -> str:
        """The subject as it stands above its column."""
        return f"{self.name}/{self.full:f}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate of one county.

    `scores` stand in the order of the county's subjects, None where none is given: a missing score stays
    missing. `total` is the exam total where the sheet states one, `bonus` the approved bonus. `health` are
    the conclusions as stated (`NORMAL` is one of them), `tags` the groups; `wishes` are programme
    codes, best first; `boards` None: by the rule (whoever leaves the county boards). `row` is the row of the file.
    """

    number: str
    name: str
    document_kind: DocumentKind
    document_number: str
    sex: str
    scores: tuple[Decimal | None, ...]
    wishes: tuple[str, ...]
    birth_date: date | None = None
    school: str = ""
    earlier_leaver: bool | None = None
    hukou: Residence | None = None
    junior_roll: Residence | None = None
    residence_proof: bool | None = None
    total: Decimal | None = None
    bonus: Decimal = Decimal(0)
    bonus_basis: str = ""
    health: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    adjusts: bool = False
    boards: bool | None = None
    lottery: int | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CountySheet:
    """The candidates of one county in the order of their numbers, with the county's subjects.

    `sheet` is the worksheet's name and `letters` the column of each subject in the file.
    """

    county: str
    name: str
    subjects: tuple[Subject, ...]
    candidates: tuple[Candidate, ...]
    total_full: Decimal | None = None
    sheet: str = field(default="", compare=False)
    letters: tuple[str, ...] = field(default=(), compare=False)

    @property
    def full(self) -> Decimal | None:
        """The highest exam total: the stated one, else the sum of the subjects' full marks."""
        if self.total_full is not None or not self.subjects:
            return self.total_full
        return sum((subject.full for subject in self.subjects), Decimal(0))


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A candidate already placed by an earlier batch (已被录取)."""

    number: str
    school: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class CandidateSheet:
    """A whole candidates' workbook; `notes` tell what was repaired, warned of or left unused."""

    counties: tuple[CountySheet, ...]
    taken: tuple[TakenRow, ...] = ()
    notes: tuple[SheetNote, ...] = field(default=(), compare=False)
