"""录取结果: the stored outcome, its preview, its release by two persons, and what each family reads."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: preview and release for the bureaus, the result page for families, the solving job."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.notices.templates import add_template
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.results import public_views, roster_views, sheet_views, tasks
    from enrolment.results.models import PublicationState
    from enrolment.results.return_setup import open_returns
    from enrolment.results.views import blueprint

    for pages in (blueprint, public_views.blueprint, roster_views.blueprint, sheet_views.blueprint):
        app.register_blueprint(pages)
    tasks.register()
    open_returns(app)
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
            "rosters.read": {Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR, *bureau},
        }
    )
    _enter_menu()
    add_template(
        "results.released",
        _l("录取结果已公布。请登录后查看结果和每个志愿的说明。%(next)s"),
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


def _enter_menu() -> None:
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu

    add_menu(
        MenuEntry(_l("录取结果"), "results.own", 30, permission="results.own"),
        MenuEntry(
            _l("录取公示和查询"),
            "public_results.admitted",
            12,
            audience="public",
            hint=_l("公布后查看名单，用考生号和证件号码后六位查询"),
        ),
        MenuEntry(_l("录取名册"), "rosters.rosters", 142, permission="rosters.read", group=_l("招生")),
        MenuEntry(_l("录取名单"), "results.admitted", 140, permission="results.school", group=_l("招生")),
    )
