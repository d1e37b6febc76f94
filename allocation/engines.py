"""Which engines answer which kind of round, and the pass that writes down the final answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from allocation.clock import GRACE, clock
from allocation.deferred import Queue
from allocation.deferred import settle as deferred
from allocation.ledger import Ahead
from allocation.opening import Engine
from allocation.passing import Walk, settle
from allocation.round import Round
from allocation.search import Search

Watch = Callable[[float, float | None], None]


SEARCH_SHARE, MODEL_SHARE = 0.5, 0.3
"""The parts of the time limit the engines may use under hard floors; the rest is for telling the reasons."""

HARD_SECONDS = 60.0
"""How long the model tries to prove an opening under hard floors where no limit is given."""


def searcher(round_: Round, watch: Watch, time_limit_s: float | None) -> Engine:
    """Engine two; the limit matters only where it looks ahead or climbs."""
    if round_.standings:
        return Queue(round_)
    if round_.hard:
        from allocation.hard_search import HardSearch

        share = clock(None if time_limit_s is None else time_limit_s * SEARCH_SHARE)
        return HardSearch(one_by_one(round_), share, watch, last=clock(_with_grace(time_limit_s, GRACE / 2)))
    if round_.divisions:
        from allocation.divided_search import DividedSearch

        return DividedSearch(round_, watch)
    return Search(round_, watch, time_limit_s)


def modeller(
    round_: Round, watch: Watch, time_limit_s: float | None, workers: int, left: float | None = None
) -> Engine:
    """Engine one, a model in CP-SAT; under hard floors it takes no more than the seconds ``left`` of the limit."""
    from allocation.acceptance import Acceptance
    from allocation.hard_model import HardModel
    from allocation.model import Model

    if round_.hard:
        share = clock(HARD_SECONDS if time_limit_s is None or left is None else min(left, time_limit_s * MODEL_SHARE))
        return HardModel(one_by_one(round_), share)
    if round_.divisions:
        from allocation.divided_model import DividedModel

        return DividedModel(round_, time_limit_s=time_limit_s, workers=workers, watch=watch)
    form = Acceptance if round_.standings else Model
    return form(round_, time_limit_s=time_limit_s, workers=workers, watch=watch)


def _with_grace(seconds: float | None, grace: float) -> float | None:
    return None if seconds is None else seconds + grace


def one_by_one(round_: Round) -> Round:
    """The round as opening sets are compared under hard floors: a full tie is walked in the order of ids.

    Where all of it can be kept together this is the same; where not, only the chosen set's own pass stops the run.
    """
    groups = tuple((one,) for group in round_.order.groups for one in group)
    return replace(round_, order=replace(round_.order, groups=groups))


def finished(round_: Round, shut: frozenset[int], left: float | None = None) -> Walk | Ahead:
    """The outcome of the opening set that was chosen, with the reason of every refusal.

    Raises :class:`allocation.clock.NoTime` where hard floors need more than the seconds ``left`` for the reasons.
    """
    if round_.standings:
        return deferred(round_, shut)
    if not round_.hard:
        return settle(round_, shut)
    from allocation.lookahead import LookAhead

    minima = round_.instance.rules.opening == "optimal"  # an order of cancellation has left none below its own
    ahead = LookAhead(round_, shut, minima=minima, clock=clock(_with_grace(left, GRACE)), blame=True).run()
    if ahead is None:
        raise LookupError("no completion where one was found before")
    return ahead
