"""离线交换: signed and sealed packages by file, for the day a county has no line."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: keys, packages out and in, the commands."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.exchange.cli import exchange_cli
    from enrolment.exchange.key_views import key_pages
    from enrolment.exchange.models import KeyState, Way
    from enrolment.exchange.taking_views import taking_pages
    from enrolment.exchange.views import blueprint

    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "exchange.see": bureau,
            "exchange.keys": bureau,
            "exchange.send": {Role.COUNTY_OFFICER},
            "exchange.take": {Role.COUNTY_OFFICER},
        }
    )
    add_menu(MenuEntry(_l("离线交换"), "exchange.packages", 149, permission="exchange.see", group=_l("招生")))
    add_status_words(
        "exchange_key",
        {
            KeyState.PROPOSED: StatusWord(_l("待核对"), "warning"),
            KeyState.CONFIRMED: StatusWord(_l("已核对，使用中"), "success"),
            KeyState.RETIRED: StatusWord(_l("已停用")),
            KeyState.REFUSED: StatusWord(_l("核对不符"), "danger"),
        },
    )
    add_status_words(
        "exchange_package",
        {
            Way.SENT: StatusWord(_l("已生成"), "info"),
            Way.TAKEN: StatusWord(_l("已采用"), "success"),
            Way.SET_ASIDE: StatusWord(_l("不采用"), "warning"),
        },
    )
    for pages in (blueprint, key_pages, taking_pages):
        app.register_blueprint(pages)
    app.cli.add_command(exchange_cli)
