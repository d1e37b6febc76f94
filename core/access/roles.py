"""Roles, and the permissions that the rooms register for them."""

import enum
from collections.abc import Iterable, Mapping


class Role(enum.StrEnum):
    """What a person does here. The three administrator duties are kept apart on purpose."""

    APPLICANT = "applicant"
    GUARDIAN = "guardian"
    SCHOOL_ADMISSIONS = "school_admissions"
    SCHOOL_REGISTRAR = "school_registrar"
    COUNTY_OFFICER = "county_officer"
    COUNTY_APPROVER = "county_approver"
    PROVINCE_OFFICER = "province_officer"
    COMMITTEE = "committee"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"


FAMILY = frozenset({Role.APPLICANT, Role.GUARDIAN})
STAFF = frozenset(Role) - FAMILY
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

_PERMISSIONS: dict[str, frozenset[Role]] = {}


def grant_permissions(table: Mapping[str, Iterable[Role]]) -> None:
    """Register a room's permissions; the same name with other roles is a fault of the program."""
    for permission, roles in table.items():
        wanted = frozenset(roles)
        if _PERMISSIONS.setdefault(permission, wanted) != wanted:
            raise ValueError(f"permission {permission!r} is registered twice with different roles")


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that hold a permission; an unknown permission is held by nobody."""
    return _PERMISSIONS.get(permission, frozenset())


def permissions_of(role: Role) -> frozenset[str]:
    return frozenset(name for name, roles in _PERMISSIONS.items() if role in roles)


def all_permissions() -> Mapping[str, frozenset[Role]]:
    return dict(_PERMISSIONS)
