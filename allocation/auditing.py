"""An assignment made elsewhere, judged by the verifier and told as data and in lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocation.faults import BadInstance, Fault
from allocation.verify import Audit, audit


@dataclass(frozen=True, slots=True)
class Audited:
    """What the verifier found; ``clean`` if nothing is wrong.

    A shortfall is told and no fault, unless floors are orders and more is missing than has to be.
    """

    found: Audit

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        found = self.found
        return not (found.over or found.ineligible or found.claims or found.envy or found.under or found.avoidable)

    def table(self) -> dict[str, Any]:
        """The audit as JSON."""
        found = self.found
        return {
            "over": [{"name": name, "cap": cap, "used": used} for name, cap, used in found.over],
            "ineligible": [*found.ineligible],
            "claims": [[*row] for row in found.claims],
            "envy": [[*row] for row in found.envy],
            "under": [*found.under],
            "shortfall": found.shortfall,
            "avoidable": found.avoidable,
        }

    def lines(self) -> Iterator[str]:
        """One line per kind of fault with its number, then one per fault."""
        found = self.found
        rows: dict[str, list[str]] = {
            "over-full limits": [f"{name}: {used} > {cap}" for name, cap, used in found.over],
            "ineligible places": [*found.ineligible],
            "unanswered claims": [f"{who}: nothing refuses {name}" for who, name in found.claims],
            "justified envy": [f"{who} envies {other} at {name}" for who, name, other in found.envy],
            "classes below their minimum": [*found.under],
        }
        for name, faults in rows.items():
            yield f"{'BAD' if faults else 'ok '} {name}: {len(faults)}"
            for fault in faults:
                yield f"    {fault}"
        yield f"    shortfall of guarantees in classes that run: {found.shortfall}"
        if found.avoidable:
            yield f"BAD of these places ordered by hard floors, another assignment misses fewer: {found.avoidable}"


def read_assignment(raw: bytes) -> dict[str, str | None]:
    """``{applicant: programme or null}``, or an outcome that holds such an ``assignment``."""
    value = json.loads(raw)
    if isinstance(value, dict) and isinstance(value.get("assignment"), dict):
        value = value["assignment"]
    if not isinstance(value, dict) or not all(one is None or isinstance(one, str) for one in value.values()):
        rule = "应为 {考生: 专业或 null} / must be {applicant: programme or null}"
        raise BadInstance((Fault("assignment", str(value)[:60], rule, '{"a": "p1", "b": null}'),))
    return value


def audited(instance: bytes, assignment: Mapping[str, str | None]) -> Audited:
    """Audit an assignment of an instance."""
    return Audited(audit(instance, assignment))
