"""Who may do what where: organisations, roles, the Actor, and each route's declared access."""

from core.access.actor import ANONYMOUS, Actor, Grant
from core.access.declare import access_table, anonymous, requires, signed_in
from core.access.kinds import OrganisationKind
from core.access.models import Organisation
from core.access.roles import Role, grant_permissions, permissions_of, roles_with

__all__ = [
    "ANONYMOUS",
    "Actor",
    "Grant",
    "Organisation",
    "OrganisationKind",
    "Role",
    "access_table",
    "anonymous",
    "grant_permissions",
    "permissions_of",
    "requires",
    "roles_with",
    "signed_in",
]
