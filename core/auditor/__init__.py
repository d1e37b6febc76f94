"""The auditor's pages: the entries, the check of the chain, the seals. Reading only."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register pages, permission, menu and commands."""
    from core.access import Role, grant_permissions
    from core.audit.cli import group
    from core.auditor.views import INSPECT, blueprint
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu

    grant_permissions({INSPECT: (Role.AUDITOR,)})
    add_menu(
        MenuEntry(_l("审计记录"), "auditor.entries", order=910, permission=INSPECT, group=_l("审计")),
        MenuEntry(_l("审计链校验"), "auditor.check", order=911, permission=INSPECT, group=_l("审计")),
        MenuEntry(_l("封存值"), "auditor.seals", order=912, permission=INSPECT, group=_l("审计")),
    )
    app.register_blueprint(blueprint)
    app.cli.add_command(group)
