"""Notices: an inbox for everybody, an outbox to the channels of the installation."""

from flask import Flask

from core.notices.models import Delivery, DeliveryState, Notice

__all__ = ["Delivery", "DeliveryState", "Notice", "init_app"]


def init_app(app: Flask) -> None:
    """Open the channels; register the inbox, the delivery log and the notices about accounts."""
    from core.access import Role, grant_permissions
    from core.accounts.choosing import on_password_changed
    from core.config import Settings
    from core.i18n import lazy as _l
    from core.notices import account_notices, channels
    from core.notices.scope import SEE_DELIVERIES, unread_count
    from core.notices.views import blueprint
    from core.web.actor import current_actor
    from core.web.menu import MenuEntry, add_menu

    settings: Settings = app.extensions["zone_settings"]
    channels.install(settings.notice_channels, settings.data_dir)
    grant_permissions({SEE_DELIVERIES: (Role.SYSTEM_ADMIN,)})
    account_notices.register()
    on_password_changed(account_notices.tell_password_changed)
    add_menu(MenuEntry(_l("发送记录"), "notices.deliveries", order=930, permission=SEE_DELIVERIES, group=_l("系统")))
    app.register_blueprint(blueprint)

    @app.context_processor
    def unread() -> dict[str, object]:
        """``unread_notices()`` in the header: one query where it is called, none elsewhere."""
        return {"unread_notices": lambda: unread_count(current_actor())}
