"""The sheet of a scenario: kept as JSON, changed number by number. Knows neither the framework nor the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from core.errors import Refused
from core.i18n import lazy as _l
from core.sheets import BadSheets
from core.words import Words
from enrolment.plans.sheet import CellRow, PlanSheet, read_plan, write_plan

_SHEET = TypeAdapter(PlanSheet)
MOST = 9999


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page of a scenario may change. Seats by (programme, county), caps by the place of
    the limit, the rest by programme."""

    seats: Mapping[tuple[str, str], int]
    capacity: Mapping[str, int]
    min_open: Mapping[str, int]
    caps: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rules of the round that a scenario may try otherwise (guide: order, limits, choices)."""

    ties: str
    checks: str
    floors: str
    bed_with_guarantee: bool
    opening: str
    adjustment: str


LISTED = "listed"
"""``Parameters.opening`` for an explicit order of cancellation, which stays as the plan states it."""


def dump(sheet: PlanSheet) -> str:
    """The sheet as JSON; equal sheets give equal text."""
    return _SHEET.dump_json(replace(sheet, notes=())).decode()


def load(text: str) -> PlanSheet:
    """The sheet in a text of ``dump``."""
    return _SHEET.validate_json(text)


def posted_numbers(sheet: PlanSheet, posted: Mapping[str, str]) -> Numbers:
    """The numbers of a posted page, by the names of its inputs; what was not posted stays.

    Raises Refused naming the first that is no whole number from 0 to 9999.
    """

    def given(name: str, label: str, current: int) -> int:
        text = posted.get(name)
        if text is None:
            return current
        if not (text.strip().isdecimal() and len(text.strip()) <= len(str(MOST))):
            raise Refused(
                _l(
                    "%(name)s应填写 0 到 %(most)s 的整数，您填写了“%(text)s”。",
                    name=label,
                    most=MOST,
                    text=text.strip()[:20],
                )
            )
        return int(text)

    names = {one.code: one.name for one in sheet.programmes}
    return Numbers(
        seats={
            (one.programme, one.county): given(seat_name(one), names[one.programme], one.seats) for one in sheet.cells
        },
        capacity={one.code: given(f"capacity-{one.code}", one.name, one.capacity) for one in sheet.programmes},
        min_open={one.code: given(f"open-{one.code}", one.name, one.min_open) for one in sheet.programmes},
        caps={place: given(f"cap-{place}", one.name, one.cap) for place, one in enumerate(sheet.limits)},
    )


def seat_name(cell: CellRow) -> str:
    """The name of a cell's input."""
    return f"seats-{cell.programme}-{cell.county}"


def parameters_of(sheet: PlanSheet) -> Parameters:
    """The rules of a sheet, as far as a scenario may change them."""
    rules = sheet.rules
    return Parameters(
        ties=rules.ties,
        checks=rules.checks,
        floors=rules.floors,
        bed_with_guarantee=rules.bed_with_guarantee,
        opening=rules.opening if isinstance(rules.opening, str) else LISTED,
        adjustment=rules.adjustment,
    )


def changed(sheet: PlanSheet, numbers: Numbers, parameters: Parameters) -> PlanSheet:
    """The sheet with other numbers and rules; what is not named stays.

    Raises Refused when a plan workbook could not state the result either.
    """
    stated = sheet.rules.opening
    rules = replace(
        sheet.rules,
        ties=parameters.ties,
        checks=parameters.checks,
        floors=parameters.floors,
        bed_with_guarantee=parameters.bed_with_guarantee,
        opening=stated if parameters.opening == LISTED else parameters.opening,
        adjustment=parameters.adjustment,
    )
    return sound(
        replace(
            sheet,
            rules=rules,
            programmes=tuple(
                replace(
                    one,
                    capacity=numbers.capacity.get(one.code, one.capacity),
                    min_open=numbers.min_open.get(one.code, one.min_open),
                )
                for one in sheet.programmes
            ),
            cells=tuple(
                replace(one, seats=numbers.seats.get((one.programme, one.county), one.seats)) for one in sheet.cells
            ),
            limits=tuple(
                replace(one, cap=numbers.caps.get(place, one.cap)) for place, one in enumerate(sheet.limits)
            ),
        )
    )


def sound(sheet: PlanSheet) -> PlanSheet:
    """The sheet, if a plan workbook could state it: one set of checks for the grid, the workbook and the scenario."""
    try:
        read_plan(write_plan(sheet))
    except BadSheets as error:
        raise Refused(sentence_of(error)) from error
    return sheet


def sentence_of(error: BadSheets) -> Words:
    """The first faults of a workbook as one text."""
    first = [fault.sentence for fault in error.faults[:5]]
    return Words("".join(one.zh for one in first), " ".join(one.en for one in first))
