"""What a county's workbook of candidates may refer to: the plan in force, and the county's own rules."""

from collections.abc import Mapping

from enrolment.applications.sheet import Expected, expected_of
from enrolment.cycles.models import Cycle, Round
from enrolment.cycles.policy import filing_sheet
from enrolment.cycles.queries import newest_round
from enrolment.plans.operations import plan_in_force
from enrolment.plans.storage import sheet_of


def expected_in(cycle: Cycle, counties: Mapping[str, str]) -> Expected:
    """What sheets of the counties (code to name) may refer to, and the plan in force if there is one."""
    newest = newest_round(cycle)
    plan = plan_in_force(newest.id) if newest else None
    exclusive = {code: _exclusive(code, newest) for code in counties} if newest else {}
    if plan is None:
        return Expected(counties=counties, programmes={}, exclusive=exclusive)
    whole = expected_of(sheet_of(plan))
    return Expected(
        counties=counties,
        programmes=whole.programmes,
        shut=whole.shut,
        tags=whole.tags,
        tie_keys=whole.tie_keys,
        health_bound=whole.health_bound,
        full_marks=whole.full_marks,
        exclusive=exclusive,
    )


def _exclusive(code: str, in_round: Round) -> frozenset[str]:
    """The kinds of wish that exclude cross-province ones, as the county's rules name them."""
    return frozenset(one.name.zh for one in filing_sheet(in_round, code).rules.exclusive_wishes.value)
