"""The Actor: who asks, in which roles, for which organisations."""

import datetime as dt
import uuid
from dataclasses import dataclass

from core.access.kinds import OrganisationKind
from core.access.roles import FAMILY, STAFF, Role, roles_with


@dataclass(frozen=True, slots=True)
class Grant:
    """One role for one organisation. ``division`` is the county's or province's code."""

    role: Role
    organisation_id: uuid.UUID | None = None
    organisation_kind: OrganisationKind | None = None
    division: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or nobody (``account_id`` None). Frozen for one request.

    ``session_ends_at`` is when the sign-in ends if nothing more is asked for.
    """

    account_id: uuid.UUID | None
    label: str
    grants: tuple[Grant, ...] = ()
    second_factor_at: dt.datetime | None = None
    session_id: uuid.UUID | None = None
    must_enrol_second_factor: bool = False
    session_ends_at: dt.datetime | None = None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    @property
    def is_family(self) -> bool:
        return bool(self.roles & FAMILY)

    def may(self, permission: str) -> bool:
        """Whether any role of the actor holds the permission (object scope is separate)."""
        return bool(self.roles & roles_with(permission))

    def grants_for(self, permission: str) -> tuple[Grant, ...]:
        """The grants that carry the permission: the scope to build a query from."""
        holders = roles_with(permission)
        return tuple(grant for grant in self.grants if grant.role in holders)

    def counties(self, permission: str) -> frozenset[str]:
        """Division codes of the county bureaus the actor speaks for under this permission."""
        return self._divisions(permission, OrganisationKind.COUNTY)

    def provinces(self, permission: str) -> frozenset[str]:
        """Division codes of the provinces the actor speaks for under this permission."""
        return self._divisions(permission, OrganisationKind.PROVINCE)

    def schools(self, permission: str) -> frozenset[uuid.UUID]:
        """Organisation ids of the schools the actor speaks for under this permission."""
        return frozenset(
            grant.organisation_id
            for grant in self.grants_for(permission)
            if grant.organisation_kind is OrganisationKind.SCHOOL and grant.organisation_id
        )

    def _divisions(self, permission: str, kind: OrganisationKind) -> frozenset[str]:
        return frozenset(grant.division for grant in self.grants_for(permission) if grant.organisation_kind is kind)


ANONYMOUS = Actor(account_id=None, label="anonymous")
