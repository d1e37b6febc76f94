"""学籍: one student-status record a person, across schools and provinces."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the rooms of the registry: routes, permissions, menu, commands."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from registry.certificates.views import blueprint as certificates
    from registry.schools.views import blueprint as schools
    from registry.students.views import blueprint as students

    grant_permissions(
        {
            "students.see": {
                Role.SCHOOL_REGISTRAR,
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
                Role.PROVINCE_OFFICER,
            },
            "students.own": {Role.APPLICANT, Role.GUARDIAN},
            "schools.see": {
                Role.SCHOOL_ADMISSIONS,
                Role.SCHOOL_REGISTRAR,
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
            },
            "schools.correct": {Role.SCHOOL_ADMISSIONS, Role.COUNTY_OFFICER},
            "schools.years": {Role.COUNTY_OFFICER},
        }
    )
    add_menu(
        MenuEntry(
            _l("证书查验"),
            "certificates.verify",
            40,
            audience="public",
            hint=_l("核对录取通知书、回执和学籍证明的真伪"),
        ),
        MenuEntry(_l("学生"), "students.students", 60, permission="students.see"),
        MenuEntry(
            _l("本校专业和报到"),
            "own_schools.schools",
            70,
            permission="schools.see",
            office_label=_l("本县区的学校"),
        ),
    )
    app.register_blueprint(certificates)
    app.register_blueprint(schools)
    app.register_blueprint(students)
