"""What 退档 and the lists of pupils taken register with the house."""

from flask import Flask

from core.access import Role, grant_permissions
from core.i18n import lazy as _l
from core.web.menu import MenuEntry, add_menu
from core.web.status_words import StatusWord, add_status_words
from enrolment.results.return_views import blueprint
from enrolment.rounds.models import ReturnState


def open_returns(app: Flask) -> None:
    """Routes, permissions, menu entry and words of states."""
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    app.register_blueprint(blueprint)
    grant_permissions(
        {
            "taken.load": bureau,
            "returns.see": {Role.SCHOOL_ADMISSIONS, *bureau},
            "returns.open": bureau,
            "returns.propose": {Role.SCHOOL_ADMISSIONS},
            "returns.decide": bureau,
        }
    )
    add_menu(MenuEntry(_l("退档"), "returns.returns", 135, permission="returns.see", group=_l("招生")))
    add_status_words(
        "file_return",
        {
            ReturnState.PROPOSED: StatusWord(_l("待县区确认"), "warning"),
            ReturnState.CONFIRMED: StatusWord(_l("已确认退档"), "success"),
            ReturnState.REFUSED: StatusWord(_l("不同意退档")),
        },
    )
