"""报名: applicants and guardians, papers and choices, from the county's list to the receipt."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: routes, permissions, menu, notices."""
    from core.access import Role, grant_permissions
    from core.web.status_words import add_status_words
    from enrolment.applications import notices, words

    notices.register()
    add_status_words("application", words.STATUS_WORDS)
    add_status_words("paper", words.PAPER_WORDS)
    grant_permissions(
        {
            "applications.own": {Role.APPLICANT, Role.GUARDIAN},
            "applications.see": {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER},
            "applications.intake": {Role.COUNTY_OFFICER},
        }
    )
