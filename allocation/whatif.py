"""Questions asked of a plan before it is decided: one door to the four answers."""

from __future__ import annotations

import re

from allocation.contradiction import Contradiction, in_plan, in_rule
from allocation.faults import BadInstance, Fault
from allocation.instance import Instance
from allocation.whatif_everyone import Everyone, everyone
from allocation.whatif_floors import Prices, prices
from allocation.whatif_places import Places, best_places

ASKS = "places:K | everyone | floors | contradiction"
MOST_PLACES = 1000

Answer = Places | Everyone | Prices | Contradiction


def answer(instance: Instance, ask: str, *, time_limit_s: float | None = None) -> Answer:
    """The answer to one question.

    ``places:K`` the best use of K more places · ``everyone`` the least change that places everyone who can be ·
    ``floors`` the price of every guarantee · ``contradiction`` what contradicts what.  Raises
    :class:`BadInstance` for a question nobody knows, and what the question itself raises.
    """
    if ask == "everyone":
        return everyone(instance, time_limit_s=time_limit_s)
    if ask == "floors":
        return prices(instance, time_limit_s=time_limit_s)
    if ask == "contradiction":
        return in_rule(instance, time_limit_s=time_limit_s) or in_plan(instance, time_limit_s=time_limit_s)
    places = re.fullmatch(r"places:(\d{1,4})", ask)
    if places is None or int(places[1]) > MOST_PLACES:
        raise BadInstance((Fault("ask", ask, "没有这个问题 / no such question", ASKS),))
    return best_places(instance, int(places[1]), time_limit_s=time_limit_s)
