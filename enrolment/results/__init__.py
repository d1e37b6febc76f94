"""录取结果: the stored outcome, its preview, its release by two persons, and what each family reads."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: preview and release for the bureaus, the result page for families, the solving job."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.notices.templates import add_template
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.results import tasks
    from enrolment.results.models import PublicationState
    from enrolment.results.views import blueprint

    app.register_blueprint(blueprint)
    tasks.register()
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "results.own": {Role.APPLICANT, Role.GUARDIAN},
            "results.read": {
                Role.APPLICANT,
                Role.GUARDIAN,
                Role.SCHOOL_ADMISSIONS,
                Role.SCHOOL_REGISTRAR,
                *bureau,
            },
            "results.school": {Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR},
            "results.county": bureau,
            "results.preview": {*bureau, Role.PROVINCE_OFFICER, Role.COMMITTEE},
            "results.propose": bureau,
            "results.approve": {Role.COUNTY_APPROVER},
        }
    )
    add_menu(
        MenuEntry(_l("录取结果"), "results.own", 30, permission="results.own"),
        MenuEntry(_l("录取名单"), "results.admitted", 140, permission="results.school", group=_l("招生")),
    )
    add_template(
        "results.released",
        _l("录取结果已公布。请登录后查看结果和每个志愿的说明，并在截止前确认。"),
        title=_l("录取结果已公布"),
    )
    add_status_words(
        "publication",
        {
            PublicationState.PROPOSED: StatusWord(_l("待批准"), "warning"),
            PublicationState.APPROVED: StatusWord(_l("已批准"), "success"),
            PublicationState.CANCELLED: StatusWord(_l("已取消")),
        },
    )
