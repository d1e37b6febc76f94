"""The running counts of the unrolled order, in the two forms the model needs."""

from __future__ import annotations

from typing import Protocol

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import LinearExpr

Literal = cp_model.IntVar
Amount = LinearExpr | int


class Gate(Protocol):
    """Tells at each step of the order whether a limit is full by those before it."""

    def add(self, literal: Literal) -> None:
        """Count one more literal from here on."""

    def full(self) -> Literal | None:
        """A literal that is true once the cap is reached; ``None`` while it cannot be."""

    def owe(self, places: Amount) -> None:
        """Count these too: places of the limit that were still kept for somebody when the order had ended."""

    def close(self, amount: Amount | None = None) -> None:
        """The order has ended: tie the gate to what was counted, told as ``amount`` where shorter sums know it."""


class Cut:
    """A limit that is never exceeded: full from one step on, and then filled by those before it.

    One sum per limit is enough: it never passes the cap, and it reaches the cap if the gate shut.
    While nobody is refused the literal may say either: what rests on it being exact needs a Counter.
    The cap may be a variable; ``least`` is then the least it can be, or what is left of it by places owed.
    """

    def __init__(self, model: cp_model.CpModel, cap: Amount, least: int | None = None) -> None:
        self.model = model
        self.cap = cap
        self.least = cap if least is None and isinstance(cap, int) else least or 0
        self.counted: list[Literal] = []
        self.owed: Amount = 0
        self.last: Literal | None = None
        self.seen = 0

    def add(self, literal: Literal) -> None:
        """Count one more literal from here on."""
        self.counted.append(literal)

    def full(self) -> Literal | None:
        """A literal that is true once the cap is reached; a full limit stays full."""
        if len(self.counted) < self.least:
            return None
        if self.last is None or self.seen < len(self.counted):
            fresh = self.model.new_bool_var("")
            if self.last is not None:
                self.model.add_implication(self.last, fresh)
            self.last, self.seen = fresh, len(self.counted)
        return self.last

    def owe(self, places: Amount) -> None:
        """Places still kept when the order has ended count as taken; ``least`` allows for all that may be kept."""
        self.owed = places

    def close(self, amount: Amount | None = None) -> None:
        """Never above the cap, and at the cap if full."""
        amount = (LinearExpr.sum(self.counted) if amount is None else amount) + self.owed
        if len(self.counted) > self.least:
            self.model.add(amount <= self.cap)
        if self.last is not None:
            self.model.add(amount >= self.cap).only_enforce_if(self.last)


class Counter:
    """How many literals were counted so far, step by step: for caps a full tie may swell, and guarantees."""

    def __init__(self, model: cp_model.CpModel, cap: Amount, least: int | None = None) -> None:
        self.model = model
        self.cap = cap
        self.least = cap if isinstance(cap, int) else least or 0
        self.possible = 0
        self.total: Amount = 0
        self.since: list[Literal] = []
        self.last_full: Literal | None = None

    def add(self, literal: Literal) -> None:
        """Count one more literal from here on."""
        self.since.append(literal)
        self.possible += 1

    def count(self) -> Amount:
        """The running count as one variable."""
        if self.since:
            fresh = self.model.new_int_var(0, self.possible, "")
            self.model.add(fresh == self.total + LinearExpr.sum(self.since))
            self.total, self.since, self.last_full = fresh, [], None
        return self.total

    def full(self) -> Literal | None:
        """A literal that is true once the cap is reached; ``None`` while it cannot be."""
        if self.possible < self.least:
            return None
        if self.last_full is None or self.since:
            count = self.count()
            full = self.model.new_bool_var("")
            self.model.add(count >= self.cap).only_enforce_if(full)
            self.model.add(count < self.cap).only_enforce_if(~full)
            self.last_full = full
        return self.last_full

    def owe(self, places: Amount) -> None:
        """What is owed was looked at at every step."""

    def close(self, amount: Amount | None = None) -> None:
        """Every step was tied to its count when it was asked for."""
