"""Judge an assignment that was made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocation.verify.claims import Case, over_full, people_check, unanswered
from allocation.verify.deferred import DeferredReplay
from allocation.verify.facts import Facts
from allocation.verify.hard import HardReplay
from allocation.verify.orders import Orders
from allocation.verify.replay import Replay


@dataclass(frozen=True, slots=True)
class Audit:
    """What is wrong with an assignment.

    ``over`` names limits with their cap and members; ``ineligible`` tells places that could not be given;
    ``claims`` are (applicant, programme) that nothing refuses; ``envy`` adds a lower-ranked holder of such
    a programme; ``under`` are classes that run below their minimum; ``shortfall`` counts missing
    guaranteed places in classes that run.  Under hard floors a claim counts only if granting it would have left
    the orders a way to be met, and ``avoidable`` is what of the shortfall another assignment would not have.
    """

    over: tuple[tuple[str, int, int], ...]
    ineligible: tuple[str, ...]
    claims: tuple[tuple[str, str], ...]
    envy: tuple[tuple[str, str, str], ...]
    under: tuple[str, ...]
    shortfall: int
    avoidable: int = 0


def audit(instance: bytes, assignment: Mapping[str, str | None]) -> Audit:
    """Audit an assignment; applicants it leaves out are unplaced.

    A class with a minimum and nobody in it counts as closed.
    """
    facts = Facts(instance)
    replay = DeferredReplay(facts) if facts.ranked else HardReplay(facts) if facts.hard else Replay(facts)
    everybody = {**dict.fromkeys(facts.people), **assignment}
    inside = {name: [who for who, at in everybody.items() if at == name] for name in facts.programmes}
    needs = {name: replay.need(raw) for name, raw in facts.programmes.items()}
    closed = frozenset(name for name, need in needs.items() if need and not inside[name])
    case = Case(facts, replay, everybody, closed=closed)
    _, claims = unanswered(case)
    shortfall = 0
    for name, kept in replay.promised.items():
        for row in kept if name not in closed else ():
            group = sum(row.covers(facts.people[who]) for who in inside[name] if who in facts.people)
            shortfall += max(0, row.seats - group)
    avoidable = 0
    if isinstance(replay, HardReplay):
        orders = Orders(replay, everybody, closed)
        claims = orders.unanswered(claims)
        avoidable = 0 if orders.least is None else max(0, shortfall - orders.least)
    return Audit(
        over=tuple(over_full(case)),
        ineligible=people_check(case).findings,
        claims=tuple(claims),
        envy=tuple(
            (who, name, other)
            for who, name in claims
            for other in inside[name]
            if other in facts.people and _below(case, other, who)
        ),
        under=tuple(name for name, need in needs.items() if 0 < len(inside[name]) < need),
        shortfall=shortfall,
        avoidable=avoidable,
    )


def _below(case: Case, other: str, who: str) -> bool:
    """Whether the other stands below in an order both share."""
    left, right = case.facts.people[other], case.facts.people[who]
    if case.replay.own and left.county != right.county:
        return False
    return left.slot > right.slot
