"""The public rule text of a round, from the rules its plan states."""

from __future__ import annotations

import uuid
from typing import Any, cast

from allocation.instance import Rules
from allocation.ruletext import rule_text
from core.sheets import Words
from enrolment.plans.queries import plan_in_force
from enrolment.plans.sheet import RoundRules
from enrolment.plans.storage import rules_of


def rules_in_force(round_id: uuid.UUID) -> tuple[Words, ...]:
    """The rule text of the plan in force of a round; nothing while there is none."""
    plan = plan_in_force(round_id)
    return () if plan is None else rule_lines(rules_of(plan))


def rule_lines(rules: RoundRules) -> tuple[Words, ...]:
    """One line a rule, in both languages; programmes are named by their codes."""
    stated = Rules(
        across=cast(Any, rules.across),
        ties=cast(Any, rules.ties),
        checks=cast(Any, rules.checks),
        floors=cast(Any, rules.floors),
        bed_with_guarantee=rules.bed_with_guarantee,
        opening=rules.opening,
        adjustment=cast(Any, rules.adjustment),
        seed=rules.seed,
    )
    both = (rule_text(stated, lang, adjust_order=rules.adjust_order) for lang in ("zh", "en"))
    return tuple(Words(zh, en) for zh, en in zip(*both, strict=True))
