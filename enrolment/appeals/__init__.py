"""更正与复核: cases that put a score or a released placement right, by two persons."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: the cases of the bureaus, and the note above a corrected result."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.appeals import notices
    from enrolment.appeals.models import CaseState
    from enrolment.appeals.notes import correction_notes
    from enrolment.appeals.views import blueprint
    from enrolment.results.answers import add_notes

    app.register_blueprint(blueprint)
    notices.register()
    add_notes(correction_notes)
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions({"appeals.see": bureau, "appeals.propose": bureau, "appeals.decide": {Role.COUNTY_APPROVER}})
    add_menu(MenuEntry(_l("更正与复核"), "appeals.cases", 148, permission="appeals.see", group=_l("招生")))
    add_status_words(
        "correction_case",
        {
            CaseState.PROPOSED: StatusWord(_l("待批准"), "warning"),
            CaseState.APPROVED: StatusWord(_l("已批准"), "success"),
            CaseState.REFUSED: StatusWord(_l("不予批准"), "danger"),
            CaseState.WITHDRAWN: StatusWord(_l("已撤回")),
        },
    )
