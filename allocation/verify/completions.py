"""Whether what was decided so far can still be completed: an integer programme of a family no engine uses.

The solver (SCIP, as it comes with OR-Tools) is loaded only when a round with hard floors needs an answer that
the plain pass does not give.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from allocation.verify.facts import Person
from allocation.verify.replay import Replay, Scene, Wish

Floor = tuple[str, str, int]
"""Programme, county, least."""


@dataclass(frozen=True, slots=True)
class Waived:
    """What is left aside for a moment: a floor (programme, county), or the minimum of a class."""

    floor: tuple[str, str] | None = None
    minimum: str | None = None


NOTHING = Waived()


class Completions:
    """All completions with some classes shut; decisions are added as the walk makes them."""

    def __init__(self, replay: Replay, shut: Collection[str], *, minima: bool) -> None:
        from ortools.linear_solver import pywraplp

        self.replay = replay
        self.facts = replay.facts
        self.solver = pywraplp.Solver.CreateSolver("SCIP")
        self.done = (pywraplp.Solver.OPTIMAL,)
        self.cells: dict[tuple[str, str], Any] = {}
        self.wishes: dict[str, list[Wish]] = {}
        for person in self.facts.people.values():
            if person.slot >= 0:
                self._person(person, shut)
        self._caps()
        self.missing = {
            (name, county): self._missing(name, county, seats) for name, county, seats in self._floors(shut)
        }
        self.minima = {
            name: self._minimum(name, replay.need(raw))
            for name, raw in sorted(self.facts.programmes.items())
            if minima and name not in shut and replay.need(raw)
        }
        self.target = self.solver.Constraint(-self.solver.infinity(), self.solver.infinity())
        for variable in self.missing.values():
            self.target.SetCoefficient(variable, 1)
        self.aimed = -1
        self.spared: dict[Waived, Any] = {}
        self._spare()

    def _spare(self) -> None:
        """Switches that leave one floor or one minimum aside; all are off until asked for."""
        infinity = self.solver.infinity()
        self.within: list[Any] = []
        once = self.solver.Constraint(0, 1)
        for key, variable in self.missing.items():
            switch = self.spared[Waived(floor=key)] = self.solver.IntVar(0, 0, "")
            seats = variable.ub()
            row = self.solver.Constraint(-infinity, infinity)
            row.SetCoefficient(variable, 1)
            row.SetCoefficient(switch, -seats)
            self.target.SetCoefficient(switch, -seats)
            self.within.append(row)
            once.SetCoefficient(switch, 1)
        for name, need in self.minima.items():
            switch = self.spared[Waived(minimum=name)] = self.solver.IntVar(0, 0, "")
            need.SetCoefficient(switch, need.lb())
            once.SetCoefficient(switch, 1)

    def _floors(self, shut: Collection[str]) -> Iterable[Floor]:
        for name, raw in sorted(self.facts.programmes.items()):
            for county, seats in sorted((raw.get("floors") or {}).items()):
                if int(seats) and name not in shut:
                    yield name, county, int(seats)

    def _person(self, person: Person, shut: Collection[str]) -> None:
        listed = [*person.open_to, *((0, name) for name in self.replay.adjustable(person))]
        self.wishes[person.id] = [wish for wish in listed if wish[1] not in shut]
        once = self.solver.Constraint(0, 1)
        for _, name in self.wishes[person.id]:
            self.cells[person.id, name] = self.solver.BoolVar("")
            once.SetCoefficient(self.cells[person.id, name], 1)

    def _caps(self) -> None:
        rows: dict[str, Any] = {}
        for (who, name), cell in self.cells.items():
            for cap in self.facts.caps_of(self.facts.people[who], name):
                if cap.name not in self.replay.mixed:
                    if cap.name not in rows:
                        rows[cap.name] = self.solver.Constraint(0, cap.cap)
                    rows[cap.name].SetCoefficient(cell, 1)

    def _counted(self, name: str, county: str | None) -> list[Any]:
        """The cells of those who would count to a floor or a minimum: no returned files."""
        people = self.facts.people
        return [
            cell
            for (who, at), cell in self.cells.items()
            if at == name and at not in people[who].returned_at and county in (None, people[who].county)
        ]

    def _missing(self, name: str, county: str, seats: int) -> Any:
        variable = self.solver.IntVar(0, seats, "")
        row = self.solver.Constraint(seats, self.solver.infinity())
        row.SetCoefficient(variable, 1)
        for cell in self._counted(name, county):
            row.SetCoefficient(cell, 1)
        return variable

    def _minimum(self, name: str, need: int) -> Any:
        row = self.solver.Constraint(need, self.solver.infinity())
        for cell in self._counted(name, None):
            row.SetCoefficient(cell, 1)
        return row

    # decisions -------------------------------------------------------------------------------

    def decide(self, person: Person, wish: Wish | None, *, last: bool) -> None:
        """Keep a decision: a wish taken, or no listed wish (``last``: no adjusted place either)."""
        for choice, name in self.wishes[person.id]:
            if wish is not None:
                self.cells[person.id, name].SetBounds(int(name == wish[1]), int(name == wish[1]))
            elif choice or last:
                self.cells[person.id, name].SetBounds(0, 0)

    def bounds(self, group: Iterable[Person]) -> dict[tuple[str, str], tuple[float, float]]:
        """What is decided about these people so far, to be restored."""
        keys = [(one.id, name) for one in group for _, name in self.wishes[one.id]]
        return {key: (self.cells[key].lb(), self.cells[key].ub()) for key in keys}

    def restore(self, before: dict[tuple[str, str], tuple[float, float]]) -> None:
        """Take decisions back."""
        for key, (low, high) in before.items():
            self.cells[key].SetBounds(low, high)

    def aim(self, target: int) -> None:
        """Only completions with at most this shortfall count from now on."""
        self.aimed = target
        self.target.SetUb(target)
        if not target:
            for row in self.within:  # nothing may be missing but of the floor left aside
                row.SetUb(0)

    # questions -------------------------------------------------------------------------------

    def _solve(self) -> dict[str, str] | None:
        if self.solver.Solve() not in self.done:
            return None
        return {who: name for (who, name), cell in self.cells.items() if cell.solution_value() > 0.5}

    def least(self, waived: tuple[str, str] | None = None) -> tuple[int, dict[str, str]] | None:
        """The least shortfall (over all floors but one), with a completion that has it."""
        self.solver.Objective().Clear()
        for key, variable in self.missing.items():
            self.solver.Objective().SetCoefficient(variable, int(key != waived))
        self.solver.Objective().SetMinimization()
        found = self._solve()
        value = None if found is None else round(self.solver.Objective().Value())
        self.solver.Objective().Clear()
        return None if found is None or value is None else (value, found)

    def with_wish(self, person: Person, name: str) -> dict[str, str] | None:
        """A completion in which the person takes this wish."""
        cell = self.cells[person.id, name]
        before = cell.lb(), cell.ub()
        cell.SetBounds(1, 1)
        found = self._solve()
        cell.SetBounds(*before)
        return found

    def any(self) -> dict[str, str] | None:
        """A completion of everything decided."""
        return self._solve()

    def spared_one(self, person: Person, name: str, waived: Iterable[Waived]) -> bool:
        """Whether the person could have the wish, with at most one of these left aside; nothing may be missing."""
        switches = [self.spared[one] for one in waived]
        for switch in switches:
            switch.SetUb(1)
        found = self.with_wish(person, name)
        for switch in switches:
            switch.SetUb(0)
        return found is not None

    def without(self, person: Person, name: str, waived: Waived) -> bool:
        """Whether the person could have the wish if one floor or one minimum were left aside."""
        if waived.floor is None or not self.aimed:
            return self.spared_one(person, name, [waived])
        others = self.least(waived.floor)
        self.target.SetCoefficient(self.missing[waived.floor], 0)
        self.target.SetUb(others[0] if others is not None else -1)
        found = self.with_wish(person, name)
        self.target.SetCoefficient(self.missing[waived.floor], 1)
        self.target.SetUb(self.aimed)
        return found is not None

    def waivable(self) -> list[tuple[str, Waived]]:
        """The names a refusal may be blamed on, in order."""
        floors = [
            (f"hard/floor/{name}/{county}", Waived(floor=(name, county))) for name, county in sorted(self.missing)
        ]
        return floors + [(f"hard/min/{name}", Waived(minimum=name)) for name in sorted(self.minima)]


def shortfall(replay: Replay, scene: Scene, shut: Collection[str]) -> int:
    """What a walk leaves missing of the floors of open programmes."""
    people = replay.facts.people
    missing = 0
    for name, rows in replay.promised.items():
        for row in rows if name not in shut else ():
            inside = sum(
                at == name and at not in people[who].returned_at and row.covers(people[who])
                for who, (_, at) in scene.got.items()
            )
            missing += max(0, row.seats - inside)
    return missing
