"""Who lives in the world of the access proofs, and what is whose."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from core.access import Role
from tests.factories import JS, QP

HERE, THERE = QP, JS


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An account in a place: ``home`` is the place whose objects are tried; ``place`` names it in words."""

    role: Role
    place: str
    account_id: uuid.UUID

    @property
    def home(self) -> bool:
        return self.place == "home"


@dataclass(frozen=True, slots=True)
class World:
    """Everybody, and the objects of the home county by the name they have in an address."""

    inhabitants: tuple[Inhabitant, ...]
    home: Mapping[str, uuid.UUID]
    placed_application: uuid.UUID

    def of(self, role: Role, place: str = "home") -> uuid.UUID:
        """The account of a role in a place."""
        return next(one.account_id for one in self.inhabitants if (one.role, one.place) == (role, place))

    def objects(self, endpoint: str) -> Mapping[str, uuid.UUID]:
        """The home objects for a route: the result is that of the round that went all the way."""
        if endpoint == "results.result":
            return {**self.home, "application_id": self.placed_application}
        return self.home


PLATFORM_WIDE = frozenset({Role.COMMITTEE, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
"""Roles without a place: for them there is no "elsewhere"."""

SCHOOLS = frozenset({Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR})

SHARED = {
    "cycle_id": "one year for the whole zone; its timetable is public",
    "scenario_id": "bureaus learn from each other's scenarios, which hold no personal data",
    "trial_id": "a trial belongs to its scenario",
    "plan_id": "a draft belongs to all bureaus alike (and is hidden from schools)",
    "round_id": "one round runs for all counties; every office that may look at rounds looks at the same one",
    "run_id": "one solving for all counties; whoever may look at runs may check the whole of it",
    "revision_id": "rules of entry are public law: every office may read them, only its county revises them",
    "move_id": "a move belongs to its plan; up to three bureaus approve it",
    "publication_id": "one release for all counties; two persons of any bureau make it",
}
"""Objects that belong to all offices alike: who passes the gate may see them, so that nobody is a stranger."""

OTHER_VALUES = {"number": 1, "county": HERE, "kind": "identity", "name": "instance", "seq": 1, "page": "help"}
"""URL arguments that are no ids."""


def is_stranger(one: Inhabitant, argument: str) -> bool:
    """Whether an inhabitant must not find the home object with this name."""
    if argument in ("plan_id", "move_id"):
        return one.role in SCHOOLS
    if argument in SHARED:
        return False
    if argument in ("session_id", "notice_id"):
        return (one.role, one.place) != (Role.APPLICANT, "home")
    return not one.home and one.role not in PLATFORM_WIDE
