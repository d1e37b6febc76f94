"""What the verifier says: one line per check, with what it counted and what it found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, how many things it looked at, and one sentence per fault."""

    name: str
    counted: int
    findings: tuple[str, ...] = ()

    def line(self) -> str:
        """The check as one line of the certificate."""
        word = "BAD" if self.findings else "ok"
        return f"{word:3} {self.name}: {self.counted} checked, {len(self.findings)} found"


@dataclass(frozen=True, slots=True)
class Report:
    """The certificate of one outcome: sound only if no check found anything."""

    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        """Whether every check passed."""
        return not any(check.findings for check in self.checks)
