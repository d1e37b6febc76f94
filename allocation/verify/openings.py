"""Every opening set at once, to try the proof of an opening again: one bit per set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from allocation.verify.facts import Person
from allocation.verify.planes import Tally, ones
from allocation.verify.replay import Replay

State = tuple[tuple[str, int, int], ...]
"""Per guarantee: its name, the places held now, and the most that may be held."""


@dataclass(slots=True)
class _Board:
    """The counts of one walk over the cases that share a state of held places."""

    cases: int
    shut: dict[str, int]
    held: dict[str, int]
    most: dict[str, int]
    left: dict[str, Tally] = field(default_factory=dict)
    owed: dict[str, Tally] = field(default_factory=dict)
    slack: dict[str, Tally] = field(default_factory=dict)
    inside: dict[str, Tally] = field(default_factory=dict)
    calls: dict[str, Tally] = field(default_factory=dict)
    pupils: dict[str, Tally] = field(default_factory=dict)
    ranks: dict[int, Tally] = field(default_factory=dict)


class Openings:
    """Walks all opening sets of the undecided classes; set number n shuts class k where bit k is set."""

    def __init__(self, replay: Replay, undecided: Sequence[str]) -> None:
        self.replay = replay
        self.facts = replay.facts
        self.undecided = list(undecided)
        self.size = 1 << len(self.undecided)
        self.all = (1 << self.size) - 1
        self.shut = {name: self._column(k) for k, name in enumerate(self.undecided)}
        self.bias = len(self.facts.people)  # full ties may swell a total below zero
        self.rows = [row for kept in replay.kept.values() for row in kept]

    def _column(self, k: int) -> int:
        """The sets with bit ``k``: 2^k zeros, 2^k ones, over and over."""
        block = ((1 << (1 << k)) - 1) << (1 << k)
        width = 2 << k
        while width < self.size:
            block |= block << width
            width *= 2
        return block

    def better_than(self, placed: int, ranks: int, opened: int, flags: list[int]) -> list[str] | None:
        """The classes shut by some admissible set that beats these figures, or ``None``."""
        start = tuple((row.name, 0 if row.release else row.seats, row.seats) for row in self.rows)
        waiting: dict[State, int] = {start: self.all}
        while waiting:
            state, cases = waiting.popitem()
            board = self._walk(cases, state)
            moved = self._moved(board, state)
            for fresh, case in moved.items():
                waiting[fresh] = waiting.get(fresh, 0) | case
                cases &= ~case
            found = self._best(board, cases & self._admissible(board), (placed, ranks, opened, flags))
            if found is not None:
                return found
        return None

    def _walk(self, cases: int, state: State) -> _Board:
        held = {name: count for name, count, _ in state}
        board = _Board(cases, self.shut, held, {name: most for name, _, most in state})
        for cap in self.facts.caps:
            board.left[cap.name] = Tally(cap.cap, cases)
        for name, kept in self.replay.kept.items():
            for row in kept:
                board.owed[row.name] = Tally(held[row.name], cases)
                board.inside[row.name], board.calls[row.name] = Tally(), Tally()
            if kept:
                room = int(self.facts.programmes[name]["capacity"]) - sum(held[row.name] for row in kept)
                board.slack[name] = Tally(room + self.bias, cases)
        left: dict[str, int] = {}
        for together in self.facts.walk:
            seated = []
            for person in together:
                left[person.id], got = self._choose(board, person, cases, person.open_to)
                seated += got
            self._seat(board, seated)
        for together in self.facts.walk:
            seated = []
            for person in together:
                if left[person.id] and (more := self.replay.adjustable(person)):
                    _, got = self._choose(board, person, left[person.id], [(0, at) for at in more])
                    seated += got
            self._seat(board, seated)
        return board

    def _choose(
        self, board: _Board, person: Person, free: int, wishes: Sequence[tuple[int, str]]
    ) -> tuple[int, list[tuple[Person, int, str, int]]]:
        got = []
        for choice, programme in wishes:
            cases = free & ~board.shut.get(programme, 0)
            guarded = self.replay.guarded(programme)
            for cap in self.facts.caps_of(person, programme):
                if cap.name not in self.replay.mixed and not (guarded and cap.kind == "cap"):
                    cases &= board.left[cap.name].some()
            if guarded:
                cases = self._guarded(board, person, programme, cases, bool(choice))
            if cases:
                got.append((person, choice, programme, cases))
                free &= ~cases
        return free, got

    def _guarded(self, board: _Board, person: Person, programme: str, cases: int, calling: bool) -> int:
        """Where a place is free that no guarantee keeps; where a member is refused for nothing else, call."""
        mine = [row for row in self.replay.kept[programme] if row.covers(person)]
        room = board.slack[programme].against(self.bias, board.cases)[2]
        for row in mine:
            room |= board.owed[row.name].some()
        refused = cases & ~room
        for row in mine if calling else ():
            if board.held[row.name] < board.most[row.name]:
                board.calls[row.name].add(refused)
                break
        return cases & room

    def _seat(self, board: _Board, seated: list[tuple[Person, int, str, int]]) -> None:
        for person, choice, programme, cases in seated:
            for cap in self.facts.caps_of(person, programme):
                left = board.left[cap.name]
                left.take(cases & left.some())
            spent = cases
            for row in self.replay.kept[programme]:
                if row.covers(person):
                    board.inside[row.name].add(cases)
                    due = cases & board.owed[row.name].some()
                    board.owed[row.name].take(due)
                    board.slack[programme].add(due & ~spent)
                    spent &= ~due
            if programme in board.slack:
                board.slack[programme].take(spent)
            if programme not in person.returned_at:
                board.pupils.setdefault(programme, Tally()).add(cases)
                board.ranks.setdefault(person.rank(choice), Tally()).add(cases)

    def _moved(self, board: _Board, state: State) -> dict[State, int]:
        """The cases whose held places must grow or be released, under their next state."""
        calling = 0
        for tally in board.calls.values():
            calling |= tally.some()
        idle = {
            row.name: board.inside[row.name].against(board.held[row.name], board.cases)[0]
            for row in self.rows
            if row.release
        }
        empty = 0
        for cases in idle.values():
            empty |= cases
        inside = {name: tally.reader(self.size) for name, tally in board.inside.items()}
        calls = {name: tally.reader(self.size) for name, tally in board.calls.items()}
        moved: dict[State, int] = {}
        for case in ones((calling | empty) & board.cases):
            called = calling >> case & 1
            fresh = tuple(
                self._next(entry, inside[entry[0]](case), calls[entry[0]](case) if called else None, idle, case)
                for entry in state
            )
            moved[fresh] = moved.get(fresh, 0) | 1 << case
        return moved

    @staticmethod
    def _next(
        entry: tuple[str, int, int], inside: int, calls: int | None, idle: dict[str, int], case: int
    ) -> tuple[str, int, int]:
        name, held, most = entry
        if calls is None:
            return (name, inside, inside) if idle.get(name, 0) >> case & 1 else entry
        return (name, min(most, max(held, inside) + calls), most) if calls else entry

    def _admissible(self, board: _Board) -> int:
        good = board.cases
        for name, raw in self.facts.programmes.items():
            need = self.replay.need(raw)
            if need:
                short, _, _ = board.pupils.get(name, Tally()).against(need, board.cases)
                good &= ~short | board.shut.get(name, 0)
        return good

    def _best(self, board: _Board, cases: int, figures: tuple[int, int, int, list[int]]) -> list[str] | None:
        placed, ranks, opened, flags = figures
        total, worth = Tally(), Tally()
        for rank, tally in board.ranks.items():
            total.add_all(tally, 1)
            worth.add_all(tally, rank)
        _, same, more = total.against(placed, cases)
        less, even, _ = worth.against(ranks, same)
        for case in ones(more | less)[:1]:
            return self._names(case)
        for case in ones(even):
            row = [int(not case >> k & 1) for k in range(len(self.undecided))]
            if (sum(row), row) > (opened, flags):
                return self._names(case)
        return None

    def _names(self, case: int) -> list[str]:
        return [name for k, name in enumerate(self.undecided) if case >> k & 1]
