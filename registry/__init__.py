"""学籍: one student-status record a person, across schools and provinces."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of the registry: routes, permissions, menu, commands."""
    from core.access import Role, grant_permissions

    grant_permissions(
        {
            "students.see": {
                Role.SCHOOL_REGISTRAR,
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
                Role.PROVINCE_OFFICER,
            },
            "students.own": {Role.APPLICANT, Role.GUARDIAN},
        }
    )
