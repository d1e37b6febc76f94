"""招生计划: versions of the plan, the bureaus' agreement, the seat ledger, and the public catalogue."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: routes, permissions, menu, home cards."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.home import add_home_cards
    from core.web.menu import MenuEntry, add_menu
    from enrolment.plans.cards import plan_cards
    from enrolment.plans.catalogue_views import blueprint as catalogue
    from enrolment.plans.graduates_views import blueprint as graduates
    from enrolment.plans.leaving import bar_to_leaving
    from enrolment.plans.move_views import blueprint as moves
    from enrolment.plans.steps_views import steps
    from enrolment.plans.views import blueprint
    from registry.schools.years import add_leave_rule

    grant_permissions(
        {
            "plans.see": {
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
                Role.PROVINCE_OFFICER,
                Role.SCHOOL_ADMISSIONS,
                Role.COMMITTEE,
            },
            "plans.edit": {Role.COUNTY_OFFICER},
            "plans.agree": {Role.COUNTY_APPROVER},
        }
    )
    add_menu(
        MenuEntry(
            _l("学校和专业"),
            "schools.catalogue",
            20,
            audience="public",
            hint=_l("各校专业、学费、住宿和给本县区的名额"),
        ),
        MenuEntry(_l("招生计划"), "plans.versions", 110, permission="plans.see", group=_l("招生")),
    )
    add_home_cards(plan_cards)
    for pages in (blueprint, steps, catalogue, moves, graduates):
        app.register_blueprint(pages)
    add_leave_rule(bar_to_leaving)
    _words()


def _words() -> None:
    """The words of the states of a move of seats."""
    from core.i18n import lazy as _l
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.plans.move_models import MoveState

    add_status_words(
        "cell_move",
        {
            MoveState.PROPOSED: StatusWord(_l("等待批准"), "warning"),
            MoveState.DONE: StatusWord(_l("已调整"), "success"),
            MoveState.REFUSED: StatusWord(_l("未获同意")),
        },
    )
