"""A separately written referee: the answer of a small round by the words of the rule alone.

It imports nothing of the package it judges.  Rounds without guarantees are answered by trying every
assignment; the others step by step in the words of ``docs/allocation.md`` and of the decision on floors,
beds and shares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.allocation.oracle_facts import NoOutcome, NotARound, Round, Table
from tests.allocation.oracle_hard import hard_answer
from tests.allocation.oracle_others import Ranked, shares_answer
from tests.allocation.oracle_places import Placing, figures, opened, stepped, ties_hold, tried

__all__ = ["Answer", "NoOutcome", "NotARound", "Round", "answer"]


@dataclass
class Answer:
    """What the rule asks for."""

    assignment: dict[str, str | None]
    closed: list[str]
    placed: int
    ranks: int
    adjusted: dict[str, str]
    returned: dict[str, str]
    reasons: dict[tuple[str, int], str]
    extra: dict[str, Any] = field(default_factory=dict)


def told(round_: Round, placing: Placing, shut: frozenset[str], **extra: Any) -> Answer:
    """A placing as an answer."""
    back = {w: name for w, (at, name) in placing.got.items() if at and round_.returned(w, name)}
    seats = {who: name for who, (_, name) in placing.got.items() if who not in back}
    reasons = dict(placing.reasons)
    reasons |= {(who, at): f"struck/{why}" for who, row in round_.struck.items() for at, why in row.items()}
    reasons |= {(who, placing.got[who][0]): "returned" for who in back}
    placed, ranks = figures(round_, placing)
    return Answer(
        {who: seats.get(who) for who in round_.people},
        sorted(shut),
        placed,
        ranks,
        {who: name for who, (at, name) in placing.got.items() if not at},
        back,
        reasons,
        extra,
    )


def answer(instance: Table) -> Answer:
    """The outcome of the round; :class:`NoOutcome` or :class:`NotARound` where the rule gives none."""
    if instance["rules"].get("across") == "optimised_shares":
        round_, placing, shut, rows = shares_answer(instance)
        return told(round_, placing, shut, shares=rows)
    round_ = Round(instance)
    if any(one.get("ranking") is not None for one in round_.plan.values()):
        ranked = Ranked(round_)
        return told(round_, *opened(round_, ranked.best))
    if round_.rules["across"] == "own_county" and round_.contested():
        raise NotARound(", ".join(round_.bounds[at].name for at in round_.contested()))
    if round_.rules["floors"] == "hard":
        return told(round_, *hard_answer(round_))
    simple = round_.rules["ties"] == "lottery" and not any(
        one.get("floors") or one.get("reserved") for one in round_.plan.values()
    )
    place = tried if simple else stepped
    placing, shut = opened(round_, lambda closed: place(round_, closed))
    ties_hold(round_, placing)
    return told(round_, placing, shut)
