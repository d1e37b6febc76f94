"""The outcome of a round: who is placed where, every limit, every reason, and what is proven."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from allocation.canonical import Json, assignment_digest, compact, digest, plain, rules_digest
from allocation.ledger import HARD, Ahead
from allocation.limits import NamedLimit
from allocation.opening import Opening, filled
from allocation.passing import Walk
from allocation.round import Round
from allocation.runs import EngineRun
from allocation.wishes import Hold, Wish
from allocation.yardsticks import measured

FORMAT = "allocation-outcome/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``body`` is the digested part and the same on every machine; times live in ``engines`` only."""

    assignment: Mapping[str, str | None]
    proven: bool
    body: Mapping[str, Json]
    engines: tuple[EngineRun, ...]

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the canonical body."""
        return hashlib.sha256(compact(dict(self.body))).hexdigest()

    def to_bytes(self) -> bytes:
        """The outcome as canonical JSON."""
        runs: list[Json] = [run.table() for run in self.engines]
        return compact({**self.body, "digest": self.digest, "engines": runs})


class Writer:
    """Writes the outcome of one finished pass."""

    def __init__(self, round_: Round, walk: Walk | Ahead, opening: Opening) -> None:
        self.round = round_
        self.rows = round_.instance.applicants
        self.names = [one.id for one in round_.instance.programmes]
        self.walk = walk
        self.opening = opening
        self.place = {one: at for at, group in enumerate(round_.order.groups) for one in group}

    def assignment(self) -> dict[str, str | None]:
        """Applicant to programme; unplaced and returned ones to ``None``."""
        return {
            applicant.id: None if wish is None or wish.returned else self.names[wish.programme]
            for applicant, wish in zip(self.rows, self.walk.placed, strict=True)
        }

    def _stand(self, at: int, programme: int | None) -> dict[str, Json]:
        """Position and score, or place and priority where the programme ranks applicants itself."""
        stand = self.round.stand(at, programme)
        return {"position": stand.position, "score": plain(stand.worth)}

    def _pick(self, people: list[int], last: bool, limit: NamedLimit) -> Json:
        if not people:
            return None
        own = self.round.programme_of(limit)
        place = self.place if own is None else self.round.standings[own].places
        pick = max if last else min
        at = pick(people, key=lambda one: (place[one], one))
        return {"applicant": self.rows[at].id, "county": self.rows[at].county, **self._stand(at, own)}

    def limits(self) -> list[Json]:
        """Every limit with its cap, use, last admitted by choice and first refused."""
        members: list[list[int]] = [[] for _ in self.round.limits]
        returned = [0] * len(self.round.limits)
        used = [0] * len(self.round.limits)
        for applicant, wish in enumerate(self.walk.placed):
            for one in wish.counts if wish is not None else ():
                self._count(applicant, wish, one, members, used, returned)
        refused: dict[str, list[int]] = {}
        for (applicant, choice), name in self.walk.refusals.items():
            if choice:
                refused.setdefault(name, []).append(applicant)
        return [
            {
                "name": limit.name,
                "kind": limit.kind,
                "cap": limit.cap,
                "used": used[at],
                "returned": returned[at],
                "over": max(0, used[at] + returned[at] - limit.cap),
                "last": self._pick(members[at], last=True, limit=limit),
                "first_refused": self._pick(refused.get(limit.name, []), last=False, limit=limit),
            }
            for at, limit in enumerate(self.round.limits)
        ]

    @staticmethod
    def _count(
        applicant: int,
        wish: Wish | None,
        one: int,
        members: list[list[int]],
        used: list[int],
        returned: list[int],
    ) -> None:
        if wish is not None and wish.returned:
            returned[one] += 1
            return
        used[one] += 1
        if wish is not None and wish.choice:
            members[one].append(applicant)

    def reasons(self) -> dict[str, Json]:
        """Per applicant, one reason for every choice that was refused, struck or returned."""
        table: dict[str, dict[int, str]] = {}
        for (at, choice), name in self.walk.refusals.items():
            if choice:
                table.setdefault(self.rows[at].id, {})[choice] = name
        for at, row in enumerate(self.round.struck):
            got = self.walk.placed[at]
            for choice, why in row:
                table.setdefault(self.rows[at].id, {})[choice] = f"struck/{why}"
            if got is not None and got.returned:
                table.setdefault(self.rows[at].id, {})[got.choice] = "returned"
        by_id = {applicant.id: applicant for applicant in self.rows}
        return {
            who: [
                {"choice": choice, "programme": by_id[who].choices[choice - 1], "reason": row[choice]}
                for choice in sorted(row)
            ]
            for who, row in table.items()
        }

    def shares(self) -> list[Json]:
        """The shares the solver chose, by limit and county, with the demand of each."""
        return [
            {"limit": one.name, "county": county, "share": share, "demand": wanted}
            for one, row in zip(self.round.divisions, self.opening.shares, strict=True)
            for county, share, wanted in zip(one.counties, row, one.demand, strict=True)
        ]

    def refused_by_floors(self) -> list[Json]:
        """Everybody refused an empty place for the sake of a hard floor or minimum."""
        return [
            {
                "applicant": self.rows[at].id,
                "programme": self.rows[at].choices[choice - 1],
                "name": name.removeprefix(HARD),
            }
            for (at, choice), name in sorted(self.walk.refusals.items())
            if choice and name.startswith(HARD)
        ]

    def cutoffs(self) -> dict[str, Json]:
        """Per programme and county: position and score of the last one admitted by choice."""
        last: dict[tuple[int, str], int] = {}
        for at, wish in enumerate(self.walk.placed):
            if wish is not None and wish.choice and not wish.returned:
                key = wish.programme, self.rows[at].county
                place = self.round.standings[wish.programme].places if self.round.standings else self.place
                if key not in last or place[at] > place[last[key]]:
                    last[key] = at
        table: dict[str, dict[str, Json]] = {}
        for (programme, county), at in last.items():
            table.setdefault(self.names[programme], {})[county] = self._stand(at, programme)
        return {name: {**row} for name, row in table.items()}

    def guarantees(self) -> list[Json]:
        """Every guarantee and floor with its places, how many its group holds, released and short."""
        rows: list[tuple[Hold, bool]] = [(hold, True) for hold in self.round.holds]
        rows += [(floor, False) for floor in self.round.floors]
        rows.sort(key=lambda row: (row[0].programme, row[0].tag is not None, row[0].name))
        told: list[Json] = []
        counts = filled(self.round, self.walk.placed, [hold for hold, _ in rows])
        for (hold, holding), count in zip(rows, counts, strict=True):
            missing = 0 if hold.programme in self.opening.shut else max(0, hold.seats - count)
            told.append(
                {
                    "name": hold.name,
                    "seats": hold.seats,
                    "filled": count,
                    "missing": missing,
                    "released": missing if holding and hold.release else 0,
                }
            )
        return told

    def closed(self) -> list[Json]:
        """The log of cancellations: pass, programme, reached of needed."""
        return [
            {
                "pass": step.number,
                "programme": self.names[step.programme],
                "reached": step.reached,
                "needed": step.needed,
            }
            for step in self.opening.steps
        ]

    def _moved(self, returned: bool) -> list[Json]:
        wanted = [
            (self.rows[at].id, wish)
            for at, wish in enumerate(self.walk.placed)
            if wish is not None and (wish.returned if returned else wish.choice == 0)
        ]
        return [{"applicant": who, "programme": self.names[wish.programme]} for who, wish in wanted]

    def body(self) -> dict[str, Json]:
        """The digested part of the outcome."""
        instance = self.round.instance
        guarantees = self.guarantees()
        short = sum(row["missing"] for row in guarantees if isinstance(row, dict) and isinstance(row["missing"], int))
        return {
            "format": FORMAT,
            "digests": {
                "instance": digest(instance),
                "rules": rules_digest(instance.rules),
                "assignment": assignment_digest(self.assignment()),
            },
            "proven": self.opening.proven,
            "assignment": {**self.assignment()},
            "positions": dict(zip((one.id for one in self.rows), self.round.order.positions, strict=True)),
            "adjusted": self._moved(returned=False),
            "returned": self._moved(returned=True),
            "limits": self.limits(),
            "reasons": self.reasons(),
            "shares": self.shares(),
            "refused_by_floors": self.refused_by_floors(),
            "closed": self.closed(),
            "opening": {
                "rule": instance.rules.opening
                if isinstance(instance.rules.opening, str)
                else [*instance.rules.opening],
                "undecided": [self.names[at] for at in self.opening.undecided],
                "best": [*self.opening.best],
            },
            "guarantees": guarantees,
            "cutoffs": self.cutoffs(),
            "yardsticks": measured(self.round, self.walk.placed, short),
        }
