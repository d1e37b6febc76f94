"""What the roles and account states are called."""

from core.access.roles import Role
from core.i18n import lazy as _l

_WORDS = {
    Role.APPLICANT: _l("学生"),
    Role.GUARDIAN: _l("监护人"),
    Role.SCHOOL_ADMISSIONS: _l("学校招生办"),
    Role.SCHOOL_REGISTRAR: _l("学校学籍管理员"),
    Role.COUNTY_OFFICER: _l("县区经办人"),
    Role.COUNTY_APPROVER: _l("县区审批人"),
    Role.PROVINCE_OFFICER: _l("省级经办人"),
    Role.COMMITTEE: _l("示范区执委会"),
    Role.AUDITOR: _l("审计员"),
    Role.SYSTEM_ADMIN: _l("系统管理员"),
    Role.SECURITY_ADMIN: _l("安全管理员"),
}


def role_word(role: Role) -> object:
    """The role's name, in the reader's language."""
    return _WORDS[role]
