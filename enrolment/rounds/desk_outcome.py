"""The outcome of a round as the desk tells it: one line a candidate, with the words of the result."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.explain import Explanation, explain_all
from core.sheets import Words
from enrolment.applications.sheet import CandidateSheet
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.desk_instance import Standing, standings

ADMITTED = Words("录取", "admitted")
ADJUSTED = Words("调剂录取", "admitted by adjustment")
RETURNED = Words("退档", "returned")
TAKEN = Words("已被其他批次录取", "already placed by another batch")
NO_WISHES = Words("没有填报志愿", "no wishes")
UNPLACED = Words("未录取", "not admitted")


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate's result: `rank` is the place of the granted wish in the list, None for none."""

    standing: Standing
    status: Words
    programme: str | None
    rank: int | None
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Told:
    """A whole outcome: its JSON (for limits, guarantees, figures) and one line a candidate.

    Lines stand in the order of county and candidate number.
    """

    outcome: Mapping[str, Any]
    lines: tuple[Line, ...]
    counties: Mapping[str, str]
    full_marks: Mapping[str, Decimal | None]

    def score(self, county: str, score: str) -> str:
        """A score with its full mark, as 611.5/750: scores of two counties are not the same measure."""
        full = self.full_marks[county]
        return score if full is None else f"{score}/{full:f}"

    @property
    def placed(self) -> int:
        """How many candidates hold a place."""
        return int(self.outcome["yardsticks"]["placed"])

    @property
    def proven(self) -> bool:
        """Whether the choice of classes to open is proven best."""
        return bool(self.outcome["proven"])


def tell(plan: PlanSheet, people: CandidateSheet, instance: bytes, outcome: bytes) -> Told:
    """Join the outcome with the sheets it came from."""
    raw: dict[str, Any] = json.loads(outcome)
    taken = {row.number for row in people.taken}
    returned = {row["applicant"] for row in raw["returned"]}
    by_number = {one.applicant: one for one in explain_all(instance, outcome)}
    lines = []
    for standing in standings(plan, people):
        number = standing.candidate.number
        programme = raw["assignment"][number]
        explanation = by_number[number]
        rank = next((one.choice for one in explanation.choices if one.verdict == "admitted"), None)
        status = _status(explanation, taken=number in taken, returned=number in returned)
        lines.append(Line(standing, status, programme, rank, explanation))
    lines.sort(key=lambda one: (one.standing.county.county, one.standing.candidate.number))
    return Told(
        raw,
        tuple(lines),
        {county.code: county.name for county in plan.counties},
        {county.county: county.full for county in people.counties},
    )


def _status(explanation: Explanation, *, taken: bool, returned: bool) -> Words:
    if taken:
        return TAKEN
    if explanation.programme is not None:
        return ADJUSTED if explanation.by_adjustment else ADMITTED
    if returned:
        return RETURNED
    return UNPLACED if explanation.choices else NO_WISHES
