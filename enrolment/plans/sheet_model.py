"""What a plan workbook says, as plain frozen data. Rows stand in the order of their codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.sheets import SheetNote


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A source county. `tie_keys` are the sums of subjects that decide equal totals, in order; `line` is the
    lowest total of its candidates (最低控制分数线), `full_mark` the highest total possible."""

    code: str
    name: str
    tie_keys: tuple[tuple[str, ...], ...] = ()
    line: Decimal | None = None
    full_mark: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RoundRules:
    """The rules of the round, in the words of the allocation instance (guide: order, limits, choices)."""

    year: int
    title: str
    across: str
    ties: str
    checks: str
    opening: str | tuple[str, ...]
    adjustment: str
    floors: str = "guarantee"
    bed_with_guarantee: bool = False
    adjust_order: tuple[str, ...] = ()
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class RuleBasis:
    """The document a rule rests on: the rule's key, its county ("" for the whole round), the text."""

    item: str
    county: str
    text: str


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A host school and the county it stands in."""

    code: str
    name: str
    county: str


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme: school × major × form. Majors are (catalogue year, code); fees are yuan a school year.

    `sexes` is "M", "F" or "" (both); a limit always has its `legal_basis`. `excludes` are tags that shut a
    candidate out, `requires` tags a candidate must have, `advice` is a warning that refuses nobody.
    """

    code: str
    name: str
    school: str
    form: str
    years: int
    major_year: int
    major_code: str
    capacity: int
    college_year: int | None = None
    college_major: str | None = None
    college: str = ""
    min_open: int = 0
    local_enrolled: int = 0
    sexes: str = ""
    legal_basis: str = ""
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    advice: str = ""
    boarding: bool | None = None
    fee_yuan: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CellRow:
    """Seats of one programme for one county (0 shuts it), its guarantee, its own line, its share of the
    programme's total."""

    programme: str
    county: str
    seats: int
    floor: int = 0
    line: Decimal | None = None
    share: int | None = None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit over several programmes. `kind` is school, beds, host, outflow, zone or other; empty tuples
    mean every one; `shares` divide it between counties."""

    kind: str
    name: str
    cap: int
    schools: tuple[str, ...] = ()
    sex: str = ""
    host: str = ""
    sources: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    boarders: bool = False
    shares: Mapping[str, int] = field(default_factory=dict)
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ReservedRow:
    """Seats of a programme kept for candidates with a tag; `release` frees what nobody of them wants."""

    programme: str
    tag: str
    seats: int
    release: bool
    basis: str = ""


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A whole plan workbook. `notes` tell what was repaired or left unused while reading."""

    counties: tuple[CountyRow, ...]
    rules: RoundRules
    schools: tuple[SchoolRow, ...]
    programmes: tuple[ProgrammeRow, ...]
    cells: tuple[CellRow, ...]
    limits: tuple[LimitRow, ...] = ()
    reserved: tuple[ReservedRow, ...] = ()
    bases: tuple[RuleBasis, ...] = ()
    notes: tuple[SheetNote, ...] = field(default=(), compare=False)

    @property
    def tags(self) -> frozenset[str]:
        """Every tag the plan gives a meaning to."""
        of_programmes = {tag for one in self.programmes for tag in (*one.excludes, *one.requires)}
        return frozenset(of_programmes | {one.tag for one in self.reserved})

    @property
    def shut(self) -> frozenset[tuple[str, str]]:
        """(programme, county) pairs with a zero cell."""
        return frozenset((one.programme, one.county) for one in self.cells if one.seats == 0)
