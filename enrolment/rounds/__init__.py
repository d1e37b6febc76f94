"""轮次: what a round needs, its lock, its snapshot, its runs."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: pages for the bureaus, permissions, the words of run states, the command line."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.rounds.cli import rounds_cli
    from enrolment.rounds.models import RunState
    from enrolment.rounds.views import blueprint

    app.register_blueprint(blueprint)
    app.cli.add_command(rounds_cli)
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "rounds.see": {*bureau, Role.PROVINCE_OFFICER, Role.COMMITTEE, Role.AUDITOR},
            "rounds.lock": {Role.COUNTY_APPROVER},
            "rounds.run": bureau,
        }
    )
    add_menu(MenuEntry(_l("轮次与计算"), "rounds.rounds", 130, permission="rounds.see", group=_l("招生")))
    add_status_words(
        "run",
        {
            RunState.REQUESTED: StatusWord(_l("等待计算"), "info"),
            RunState.SOLVING: StatusWord(_l("计算中"), "info"),
            RunState.STORED: StatusWord(_l("已核验并保存"), "success"),
            RunState.FAILED: StatusWord(_l("没有结果"), "danger"),
            RunState.CANCELLED: StatusWord(_l("已取消"), "warning"),
            RunState.SUPERSEDED: StatusWord(_l("已被新的计算替代")),
        },
    )
