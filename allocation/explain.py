"""Why one applicant got what they got: choice by choice, without the data of anybody else."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from allocation.canonical import plain
from allocation.ledger import HARD
from allocation.reading import read_instance
from allocation.round import Round, prepare
from allocation.verdicts import ChoiceVerdict, Explanation
from allocation.wishes import Wish

__all__ = ["ChoiceVerdict", "Explanation", "explain", "explain_all"]


class _Explainer:
    """Looks up the answers of the applicants of one outcome."""

    def __init__(self, round_: Round, outcome: dict[str, Any]) -> None:
        self.round = round_
        self.outcome = outcome
        self.rows = round_.instance.applicants
        self.slot = {one: slot for slot, group in enumerate(round_.order.groups) for one in group}
        self.limits = {limit["name"]: limit for limit in outcome["limits"]}
        self.adjusted = {row["applicant"] for row in outcome["adjusted"]}
        self.index = {one.name: number for number, one in enumerate(round_.limits)}
        self.own_of = [self.round.programme_of(one) for one in round_.limits]
        self.seats = [self._seat(at) for at in range(len(self.rows))]
        self.members = self._members()

    def _seat(self, at: int) -> Wish | None:
        """The wish by which somebody was admitted by choice."""
        got = self.outcome["assignment"][self.rows[at].id]
        if got is None or self.rows[at].id in self.adjusted:
            return None
        programmes = self.round.instance.programmes
        return next(wish for wish in self.round.wishes[at] if programmes[wish.programme].id == got)

    def _members(self) -> dict[int, list[tuple[int, int]]]:
        """Those admitted by choice under each limit, as (slot, applicant) in order."""
        members: dict[int, list[tuple[int, int]]] = {}
        for at, seat in enumerate(self.seats):
            for number in seat.counts if seat is not None else ():
                own = self.own_of[number]
                slot = self.slot.get(at, -1) if own is None else self.round.standings[own].places[at]
                members.setdefault(number, []).append((slot, at))
        return {number: sorted(people) for number, people in members.items()}

    def _last(self, at: int, name: str) -> int | None:
        """The last one admitted ahead of the applicant under this limit."""
        people = self.members.get(self.index[name], [])
        own = self.own_of[self.index[name]]
        slot = self.slot[at] if own is None else self.round.standings[own].places[at]
        ahead = bisect_left(people, (slot, -1))
        return people[ahead - 1][1] if ahead else None

    def _unreserved(self, programme: str) -> int:
        """The places of a programme outside those kept for good."""
        one = next(one for one in self.round.instance.programmes if one.id == programme)
        return (one.capacity or 0) - sum(kept.seats for kept in one.reserved if not kept.release)

    def _tie_key(self, at: int, other: int) -> str | None:
        mine, theirs = self.rows[at], self.rows[other]
        if mine.score != theirs.score:
            return None
        pairs = enumerate(zip(mine.tie, theirs.tie, strict=False), start=1)
        return next((str(number) for number, (left, right) in pairs if left != right), "lottery")

    def full(self, at: int, choice: int, programme: str, name: str) -> ChoiceVerdict:
        """A choice refused by a full limit."""
        own = self.rows[at]
        kind = name.partition("/")[0]
        inside = f"cap/{programme}" if kind == "held" else name
        cap = self._unreserved(programme) if kind == "held" else self.limits[name]["cap"]
        last = self._last(at, inside)
        ranked = self.own_of[self.index[inside]] if inside in self.index else None
        if ranked is not None and self.round.standings[ranked].own:
            return self._by_ranking(at, ChoiceVerdict(choice, programme, "full", kind, name, cap), ranked, last)
        sizes = self.round.order.sizes
        meet = self.round.instance.rules.across == "percentile"
        same = last is not None and (
            self.rows[last].county == own.county or self.round.instance.rules.across == "common_score"
        )
        gap: Decimal | None = self.rows[last].score - own.score if last is not None and same else None
        return ChoiceVerdict(
            choice,
            programme,
            "full",
            limit_kind=kind,
            limit=name,
            cap=cap,
            last_position=None if last is None else self.round.order.positions[last],
            last_of=sizes[self.rows[last].county] if meet and last is not None else None,
            last_score=plain(self.rows[last].score) if last is not None and same else None,
            own_position=self.round.order.positions[at],
            own_of=sizes[own.county] if meet else None,
            own_score=plain(own.score),
            gap=None if gap is None else plain(gap),
            tie_key=self._tie_key(at, last) if last is not None and same else None,
        )

    def _by_ranking(self, at: int, verdict: ChoiceVerdict, programme: int, last: int | None) -> ChoiceVerdict:
        """The figures of a refusal where the programme ranks applicants itself."""
        mine = self.round.stand(at, programme)
        other = None if last is None else self.round.stand(last, programme)
        return replace(
            verdict,
            ranked=True,
            own_position=mine.position,
            own_score=plain(mine.worth),
            last_position=None if other is None else other.position,
            last_score=None if other is None else plain(other.worth),
            gap=None if other is None else plain(other.worth - mine.worth),
            tie_key="lottery" if other is not None and other.worth == mine.worth else None,
        )

    def closed(self, choice: int, programme: str) -> ChoiceVerdict:
        """A choice whose class did not open."""
        row = next(row for row in self.outcome["closed"] if row["programme"] == programme)
        return ChoiceVerdict(choice, programme, "closed", reached=row["reached"], needed=row["needed"])

    @staticmethod
    def kept(choice: int, programme: str, name: str) -> ChoiceVerdict:
        """An empty place refused for the sake of a floor or minimum."""
        kind, _, order = name.partition("/")
        owner, _, county = order.rpartition("/") if kind == "floor" else (order, "", "")
        return ChoiceVerdict(
            choice,
            programme,
            "kept",
            limit_kind=kind,
            limit=name,
            kept_for=owner or None,
            county=county or None,
        )

    def verdicts(self, at: int) -> tuple[ChoiceVerdict, ...]:
        """One verdict per choice, in the order filed."""
        who = self.rows[at]
        reasons = {row["choice"]: row["reason"] for row in self.outcome["reasons"].get(who.id, ())}
        return tuple(
            self._verdict(at, choice, programme, reasons.get(choice))
            for choice, programme in enumerate(who.choices, start=1)
        )

    def _verdict(self, at: int, choice: int, programme: str, reason: str | None) -> ChoiceVerdict:
        if reason is None:
            seat = self.seats[at]
            got = seat is not None and seat.choice == choice
            return ChoiceVerdict(choice, programme, "admitted" if got else "not_reached")
        if reason == "closed":
            return self.closed(choice, programme)
        if reason == "returned":
            return ChoiceVerdict(choice, programme, "returned")
        if reason.startswith("struck/"):
            return ChoiceVerdict(choice, programme, "struck", struck=reason.removeprefix("struck/"))
        if reason.startswith(HARD):
            return self.kept(choice, programme, reason.removeprefix(HARD))
        return self.full(at, choice, programme, reason)

    def explanation(self, at: int) -> Explanation:
        """The explanation for one applicant."""
        who = self.rows[at]
        return Explanation(
            applicant=who.id,
            position=self.round.order.positions[at],
            score=plain(who.score),
            programme=self.outcome["assignment"][who.id],
            by_adjustment=who.id in self.adjusted,
            choices=self.verdicts(at),
        )


def explain(instance: bytes, outcome: bytes, applicant_id: str) -> Explanation:
    """Explain one applicant's result from the two files; raises KeyError for an unknown applicant."""
    explainer = _Explainer(prepare(read_instance(instance)), json.loads(outcome))
    at = {one.id: index for index, one in enumerate(explainer.rows)}[applicant_id]
    return explainer.explanation(at)


def explain_all(instance: bytes, outcome: bytes) -> Iterator[Explanation]:
    """Explain everybody's result, in the order of the ids; the files are taken apart once."""
    explainer = _Explainer(prepare(read_instance(instance)), json.loads(outcome))
    for at in range(len(explainer.rows)):
        yield explainer.explanation(at)
