"""How one engine fared in a run."""

from __future__ import annotations

from dataclasses import dataclass

from allocation.canonical import Json


@dataclass(frozen=True, slots=True)
class EngineRun:
    """How one engine fared: its version, seconds, status and the digest it found."""

    name: str
    version: str
    seconds: float
    status: str
    assignment: str | None
    tried: int | None = None
    runner_up: tuple[int, int, int] | None = None

    def table(self) -> Json:
        """The run as JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "milliseconds": round(self.seconds * 1000),
            "status": self.status,
            "assignment": self.assignment,
            "tried": self.tried,
            "runner_up": None if self.runner_up is None else [*self.runner_up],
        }
