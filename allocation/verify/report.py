"""What the verifier says: one line per check, with what it counted and what it found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, how many things it looked at, one sentence per fault, and what it left out."""

    name: str
    counted: int
    findings: tuple[str, ...] = ()
    note: str = ""

    def line(self) -> str:
        """The check as one line of the certificate."""
        word = "BAD" if self.findings else "ok"
        note = f" ({self.note})" if self.note else ""
        return f"{word:3} {self.name}: {self.counted} checked, {len(self.findings)} found{note}"


@dataclass(frozen=True, slots=True)
class Report:
    """The certificate of one outcome: sound only if no check found anything."""

    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        """Whether every check passed."""
        return not any(check.findings for check in self.checks)
