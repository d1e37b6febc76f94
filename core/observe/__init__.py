"""Seeing how the house is: log lines, figures, health."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Set up logs, the line of each request, and the health addresses. Comes before the gate."""
    from core.access import Role, grant_permissions
    from core.config import Settings
    from core.db import db
    from core.i18n import lazy as _l
    from core.observe import logs, requests
    from core.observe.views import SEE_HEALTH, blueprint
    from core.web.menu import MenuEntry, add_menu

    settings: Settings = app.extensions["zone_settings"]
    logs.configure_logs(settings.log_level)
    with app.app_context():
        requests.count_queries(db.engine)
    requests.init_app(app)
    grant_permissions({SEE_HEALTH: (Role.SYSTEM_ADMIN,)})
    add_menu(MenuEntry(_l("系统状况"), "observe.show", 900, permission=SEE_HEALTH))
    app.register_blueprint(blueprint)
