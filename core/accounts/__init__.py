"""Accounts: activation by one-time code, sign-in, server-side sessions, second factor, role grants."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the session loader, the pages, the security administration and the commands."""
    from core.access import Role, grant_permissions
    from core.accounts.cli import group
    from core.accounts.operations import ADMINISTER
    from core.accounts.own_views import blueprint as own_account
    from core.accounts.security_views import blueprint as security
    from core.accounts.sessions import actor_of
    from core.accounts.views import blueprint as accounts
    from core.i18n import lazy as _l
    from core.web.actor import current_actor, load_actors_with
    from core.web.menu import MenuEntry, add_menu

    load_actors_with(actor_of)
    grant_permissions({ADMINISTER: (Role.SECURITY_ADMIN,)})
    add_menu(MenuEntry(_l("工作人员账号"), "security.accounts", order=900, permission=ADMINISTER, group=_l("安全")))
    for blueprint in (accounts, own_account, security):
        app.register_blueprint(blueprint)
    app.cli.add_command(group)

    @app.context_processor
    def session_end() -> dict[str, object]:
        """``session_ends_at``: when the sign-in ends unless something is asked for (None: nobody signed in)."""
        return {"session_ends_at": current_actor().session_ends_at}
