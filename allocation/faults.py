"""What can be wrong with an instance, said so that a bureau can mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place of an instance.

    ``path`` names the place (``applicants[3].score``), ``value`` what stands there (shortened),
    ``rule`` the rule it breaks and ``mend`` what to do; both sentences are Chinese, then English.
    """

    path: str
    value: str
    rule: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path} = {self.value}: {self.rule} → {self.mend}"


class BadInstance(Exception):  # the name is part of the public interface
    """An instance that must not be solved; ``faults`` lists every fault found, never only the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


class Inadmissible(Exception):  # the name is part of the public interface
    """No outcome satisfies the rules of the round; the message names what contradicts what."""


class Stopped(Exception):  # not an error: somebody asked for it
    """The watcher of the run asked it to stop."""


def shown(value: object) -> str:
    """A value as it stands in a fault: readable and at most 60 characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
