"""Counting in many cases at once: each bit of a long integer is one case, each plane one binary digit."""

from __future__ import annotations

from collections.abc import Callable


class Tally:
    """One small count per case, kept as binary planes from the lowest digit up."""

    def __init__(self, start: int = 0, cases: int = 0) -> None:
        self.planes = [cases if start >> digit & 1 else 0 for digit in range(start.bit_length())]

    def add(self, cases: int) -> None:
        """One more in these cases."""
        for digit, plane in enumerate(self.planes):
            if not cases:
                return
            self.planes[digit], cases = plane ^ cases, plane & cases
        if cases:
            self.planes.append(cases)

    def take(self, cases: int) -> None:
        """One less in these cases, each of which must hold at least one."""
        for digit, plane in enumerate(self.planes):
            if not cases:
                return
            self.planes[digit], cases = plane ^ cases, ~plane & cases

    def some(self) -> int:
        """The cases that hold at least one."""
        found = 0
        for plane in self.planes:
            found |= plane
        return found

    def add_all(self, other: Tally, times: int) -> None:
        """Add another tally, multiplied."""
        for shift in range(times.bit_length()):
            if times >> shift & 1:
                for digit, plane in enumerate(other.planes):
                    self._add_at(digit + shift, plane)

    def _add_at(self, digit: int, cases: int) -> None:
        while len(self.planes) <= digit:
            self.planes.append(0)
        while cases:
            if digit == len(self.planes):
                self.planes.append(0)
            plane = self.planes[digit]
            self.planes[digit], cases = plane ^ cases, plane & cases
            digit += 1

    def against(self, number: int, cases: int) -> tuple[int, int, int]:
        """The cases whose count is less than, equal to and greater than ``number``."""
        less, same, more = 0, cases, 0
        for digit in reversed(range(max(len(self.planes), number.bit_length()))):
            plane = self.planes[digit] if digit < len(self.planes) else 0
            if number >> digit & 1:
                less |= same & ~plane
                same &= plane
            else:
                more |= same & plane
                same &= ~plane
        return less, same, more

    def reader(self, size: int) -> Callable[[int], int]:
        """A function that reads the count of one case out of ``size``."""
        width = size + 7 >> 3
        rows = [plane.to_bytes(width, "little") for plane in self.planes]
        return lambda case: sum((row[case >> 3] >> (case & 7) & 1) << digit for digit, row in enumerate(rows))


def ones(cases: int) -> list[int]:
    """The numbers of the cases that are set."""
    text = bin(cases)[:1:-1]
    return [at for at, digit in enumerate(text) if digit == "1"]
