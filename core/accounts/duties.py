"""Which roles go together, and with which offices. Pure.

System, security and audit administration are three duties of three people (GB/T 22239-2019, 8.1.5): who
holds one of them holds nothing else.
"""

import enum
from collections.abc import Iterable
from typing import Final

from core.access.kinds import OrganisationKind as Kind
from core.access.roles import ADMINISTRATORS, FAMILY, Role


class DutyFault(enum.StrEnum):
    """Why a role cannot be given."""

    NEEDS_OFFICE = "needs_office"
    WRONG_OFFICE = "wrong_office"
    DUTIES_APART = "duties_apart"
    FAMILY_AND_STAFF = "family_and_staff"


OFFICES: Final[dict[Role, frozenset[Kind]]] = {
    Role.SCHOOL_ADMISSIONS: frozenset({Kind.SCHOOL}),
    Role.SCHOOL_REGISTRAR: frozenset({Kind.SCHOOL}),
    Role.COUNTY_OFFICER: frozenset({Kind.COUNTY}),
    Role.COUNTY_APPROVER: frozenset({Kind.COUNTY}),
    Role.PROVINCE_OFFICER: frozenset({Kind.PROVINCE}),
    Role.COMMITTEE: frozenset({Kind.COMMITTEE}),
}
"""The kind of office a role is held for; roles not named here are held for no office or the platform."""

_WITHOUT_OFFICE: Final = frozenset({None, Kind.PLATFORM})


def fault_of(role: Role, office: Kind | None, held: Iterable[Role]) -> DutyFault | None:
    """The rule that giving ``role`` for an office of that kind would break, beside the roles ``held``."""
    wanted = OFFICES.get(role)
    if wanted is None and office not in _WITHOUT_OFFICE:
        return DutyFault.WRONG_OFFICE
    if wanted is not None and office not in wanted:
        return DutyFault.NEEDS_OFFICE if office is None else DutyFault.WRONG_OFFICE
    together = {role, *held}
    if len(together) > 1 and together & ADMINISTRATORS:
        return DutyFault.DUTIES_APART
    if together & FAMILY and together - FAMILY:
        return DutyFault.FAMILY_AND_STAFF
    return None
