"""轮次: what a round needs, its lock, its snapshot, its runs."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: pages for the bureaus, permissions, the words of run states, the command line."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from enrolment.cycles.rule_notes import add_rule_notes
    from enrolment.rounds import cli_rerun, rechecks, trying
    from enrolment.rounds.cli import rounds_cli
    from enrolment.rounds.comparison_views import blueprint as comparison
    from enrolment.rounds.recheck_views import blueprint as recheck_blueprint
    from enrolment.rounds.rule_lines import rules_in_force
    from enrolment.rounds.scenario_views import blueprint as scenarios
    from enrolment.rounds.views import blueprint

    add_rule_notes(rules_in_force)
    app.register_blueprint(blueprint)
    app.register_blueprint(scenarios)
    app.register_blueprint(comparison)
    app.register_blueprint(recheck_blueprint)
    trying.register()
    rechecks.register()
    cli_rerun.register()
    app.cli.add_command(rounds_cli)
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "rounds.see": {*bureau, Role.PROVINCE_OFFICER, Role.COMMITTEE, Role.AUDITOR},
            "rounds.propose_lock": bureau,
            "rounds.lock": {Role.COUNTY_APPROVER},
            "rounds.run": bureau,
            "scenarios.see": {*bureau, Role.PROVINCE_OFFICER, Role.COMMITTEE},
            "scenarios.edit": bureau,
        }
    )
    add_menu(MenuEntry(_l("轮次与计算"), "rounds.rounds", 130, permission="rounds.see", group=_l("招生")))
    _words()


def _words() -> None:
    """The words of the states of runs and trials."""
    from core.i18n import lazy as _l
    from core.web.status_words import StatusWord, add_status_words
    from enrolment.rounds.models import RunState
    from enrolment.rounds.scenario_models import TrialState

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
    add_status_words(
        "trial",
        {
            TrialState.REQUESTED: StatusWord(_l("等待计算"), "info"),
            TrialState.SOLVING: StatusWord(_l("计算中"), "info"),
            TrialState.SOUND: StatusWord(_l("已核验"), "success"),
            TrialState.FAILED: StatusWord(_l("没有结果"), "danger"),
            TrialState.CANCELLED: StatusWord(_l("已取消"), "warning"),
        },
    )
