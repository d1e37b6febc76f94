"""Hard floors: the pass that looks ahead, with a completion kept at hand as its witness."""

from __future__ import annotations

from collections.abc import Sequence

from allocation.clock import Clock
from allocation.completion import Completion, Order
from allocation.ledger import HARD, Ahead, Ledger
from allocation.order import Group
from allocation.passing import CLOSED
from allocation.prices import Pool, Prices, Proofs
from allocation.relaxed import Relaxed
from allocation.repair import Repair
from allocation.round import Round
from allocation.wishes import Wish


class LookAhead:
    """One look-ahead pass in one set of closed classes; ``blame`` names the order behind each refusal."""

    def __init__(
        self,
        round_: Round,
        shut: frozenset[int],
        *,
        minima: bool,
        clock: Clock,
        most: int | None = None,
        blame: bool = False,
        pool: Pool | None = None,
    ) -> None:
        self.round = round_
        self.clock = clock
        self.most = most
        self.blame = blame
        self.ledger = Ledger(round_, shut, minima)
        self.without: dict[Order, int] = {}
        self.done = Ahead([None] * len(round_.wishes), 0)
        self.pool = pool or Pool(round_)
        self.witness = Repair(self.ledger, self.pool.members, {})
        self.proofs = Proofs(self.pool, self.ledger, most or 0)
        self.learnt: Prices | None = None

    def run(self) -> Ahead | None:
        """Walk the choices, then the adjustment; ``None`` if no completion meets every minimum within ``most``."""
        start = self._started()
        if start is None:
            return None
        self.witness = start
        self.proofs = Proofs(self.pool, self.ledger, self.done.target)
        for group in self.round.order.groups:
            self._send(group, self.round.wishes)
        for group in self.round.order.groups:
            left = tuple(one for one in group if self.done.placed[one] is None and self.round.adjust[one])
            if left:
                self._send(left, self.round.adjust)
        return self.done

    def _started(self) -> Repair | None:
        """A completion of nothing decided with the least shortfall, which becomes the target."""
        if self.most is not None and self.proofs.hopeless():
            return None
        self.done.target = self.most or 0
        start = self._searched()
        if self.learnt is not None:
            self.proofs.add(self.learnt)
            self.pool.roots.append(self.learnt)
            self.learnt = None
        if start is not None or self.most is not None:
            return start
        least = Completion(self.ledger, self.clock).least()
        if least is None:
            return None
        self.done.target = least[0]
        return Repair(self.ledger, self.pool.members, least[1])

    def _send(self, group: Group, wishes: Sequence[Sequence[Wish]]) -> None:
        chosen = [(one, self._first(one, wishes[one])) for one in group]
        last = wishes is self.round.adjust
        for applicant, wish in chosen:
            self._decide(applicant, wish, last)
        if len(group) > 1:
            self._together(group, [wish for _, wish in chosen if wish is not None])

    def _together(self, group: Group, wishes: list[Wish]) -> None:
        """Full ties under ``stop``: what each alone could have must be possible for all of them."""
        limits = self.round.limits
        over = {one for wish in wishes for one in wish.checks if self.ledger.used[one] > limits[one].cap}
        self.done.conflicts += [(limits[one].name, group) for one in sorted(over)]
        mended = None if over else self._completed(group)
        if mended is None and not over:
            self.done.conflicts.append((HARD + "*", group))
        self.witness = mended or self.witness

    def _decide(self, applicant: int, wish: Wish | None, last: bool) -> None:
        shut = self.ledger.shut
        if wish is not None:
            self.done.placed[applicant] = wish
            self.ledger.take(wish)
        rest = () if wish is not None or last else self.round.adjust[applicant]
        self.ledger.options[applicant] = tuple(one for one in rest if one.programme not in shut)
        self.proofs.decide(applicant, None if wish is None else wish.programme, self.ledger.options[applicant])

    def _first(self, applicant: int, wishes: Sequence[Wish]) -> Wish | None:
        for wish in wishes:
            if wish.programme in self.ledger.shut:
                self.done.refusals[applicant, wish.choice] = CLOSED
                continue
            full = self.ledger.full(wish)
            if full is not None:
                self.done.refusals[applicant, wish.choice] = self.round.limits[full].name
            elif self._possible(applicant, wish):
                return wish
            elif wish.choice:
                self.done.refusals[applicant, wish.choice] = HARD + (
                    self._why(applicant, wish) if self.blame else "*"
                )
        return None

    def _possible(self, applicant: int, wish: Wish) -> bool:
        """Whether a completion keeps this placement too; the witness follows if the group is one."""
        self.clock.left()
        if self.done.conflicts:
            return True
        if self.witness.witness.get(applicant) is wish:
            self.witness.drop(applicant)
            return True
        if self.proofs.impossible(applicant, wish.programme):
            return False
        options = self.ledger.options[applicant]
        self.ledger.take(wish)
        self.ledger.options[applicant] = ()
        found = self._completed((applicant,))
        self.ledger.take(wish, -1)
        self.ledger.options[applicant] = options
        if self.learnt is not None:
            self.proofs.add(self.learnt)
            self.learnt = None
        if found is None:
            return False
        self.witness = found
        return True

    def _completed(self, decided: Sequence[int]) -> Repair | None:
        """A completion once these are decided: mended from the last one, else searched for."""
        mended = self.witness.without(decided)
        if mended.mended(self.done.target):
            return mended
        return self._searched()

    def _searched(self) -> Repair | None:
        """A completion by the linear relaxation, else by CP-SAT; or prices by which there is none."""
        relaxed = Relaxed(self.ledger, self.done.target, self.clock)
        self.learnt = relaxed.prices()
        if self.learnt is not None:
            return None
        found = relaxed.witness() or Completion(self.ledger, self.clock).within(self.done.target)
        return None if found is None else Repair(self.ledger, self.pool.members, found)

    def _why(self, applicant: int, wish: Wish) -> str:
        """The first floor or minimum without which the choice would be possible."""
        targets = self._targets()
        options = self.ledger.options[applicant]
        self.ledger.take(wish)
        self.ledger.options[applicant] = ()
        lacking = Completion(self.ledger, self.clock)
        first = lacking.first_aside(self.done.target, {one: targets[one] for one in targets if one in lacking.aside})
        self.ledger.take(wish, -1)
        self.ledger.options[applicant] = options
        if first is None:
            return "*"
        kind, at = first
        return self.round.floors[at].name if kind == "floor" else f"min/{self.round.instance.programmes[at].id}"

    def _targets(self) -> dict[Order, int]:
        """For each order still open, the shortfall over the others that may remain without it."""
        targets: dict[Order, int] = {}
        for at in sorted(self.ledger.missing()):
            targets["floor", at] = self._least_without(("floor", at))
        for at in sorted(self.ledger.wanting()):
            targets["min", at] = self.done.target
        return targets

    def _least_without(self, order: Order) -> int:
        """It only grows as people are decided, up to the target: then it is known for good."""
        target = self.done.target
        if target == 0 or self.without.get(order) == target:
            return target
        least = Completion(self.ledger, self.clock).least(order)
        self.without[order] = target if least is None else least[0]
        return self.without[order]
