"""总览: what the committee watches: figures of a year, never names."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: one page for everybody who may see figures."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from oversight.supervision.views import blueprint

    app.register_blueprint(blueprint)
    grant_permissions(
        {
            "supervision.figures": {
                Role.COMMITTEE,
                Role.PROVINCE_OFFICER,
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
                Role.AUDITOR,
            }
        }
    )
    add_menu(MenuEntry(_l("总览"), "supervision.overview", 90, permission="supervision.figures"))
