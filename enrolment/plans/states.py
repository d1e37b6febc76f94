"""Plan states (计划状态): draft → reported → approved → frozen. Pure."""

import enum
from collections.abc import Mapping

from core.words import Words


class PlanState(enum.StrEnum):
    """draft → reported → approved → frozen; a later edit makes a new version."""

    DRAFT = "draft"
    REPORTED = "reported"
    APPROVED = "approved"
    FROZEN = "frozen"


EVENTS = ("report", "return", "approve", "freeze")

_TABLE: Mapping[tuple[PlanState, str], PlanState] = {
    (PlanState.DRAFT, "report"): PlanState.REPORTED,
    (PlanState.REPORTED, "return"): PlanState.DRAFT,
    (PlanState.REPORTED, "approve"): PlanState.APPROVED,
    (PlanState.APPROVED, "freeze"): PlanState.FROZEN,
}

PLAN_WORDS: Mapping[PlanState, Words] = {
    PlanState.DRAFT: Words("草稿", "draft"),
    PlanState.REPORTED: Words("已报送", "reported"),
    PlanState.APPROVED: Words("已批准", "approved"),
    PlanState.FROZEN: Words("已冻结", "frozen"),
}

_EVENT_WORDS: Mapping[str, Words] = {
    "report": Words("报送", "reporting"),
    "return": Words("退回", "returning"),
    "approve": Words("批准", "approving"),
    "freeze": Words("冻结", "freezing"),
}


class ForbiddenStep(ValueError):
    """The step is not possible in this state; ``words`` name both."""

    def __init__(self, state: PlanState, event: str) -> None:
        self.words = Words(
            f"计划的状态是“{PLAN_WORDS[state].zh}”，不能{_EVENT_WORDS[event].zh}。",
            f"The plan is {PLAN_WORDS[state].en}: {_EVENT_WORDS[event].en} is not possible.",
        )
        super().__init__(self.words.en)


def step(state: PlanState, event: str) -> PlanState:
    """The state after an event; raises ForbiddenStep."""
    if (state, event) not in _TABLE:
        raise ForbiddenStep(state, event)
    return _TABLE[state, event]
