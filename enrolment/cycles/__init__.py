"""招生年度: the year, each county's own dates, its rounds."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: timetable and rules, their permissions, and how a deadline is written on every page."""
    from core.access import Role, grant_permissions
    from core.access.roles import STAFF
    from core.i18n import lazy as _l
    from core.web.home import add_home_dates
    from core.web.menu import MenuEntry, add_menu
    from enrolment.cycles import words
    from enrolment.cycles.views import blueprint
    from enrolment.cycles.year_line import public_dates

    app.register_blueprint(blueprint)
    add_home_dates(public_dates)
    app.jinja_env.filters["deadline"] = words.deadline_text
    app.jinja_env.filters["phase"] = words.phase_text
    app.jinja_env.filters["long_day"] = words.long_day
    app.jinja_env.filters["county"] = words.county_text
    grant_permissions(
        {
            "cycles.see": STAFF,
            "cycles.open": {Role.COMMITTEE},
            "cycles.set_window": {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COMMITTEE},
        }
    )
    _rules(app)
    add_menu(
        MenuEntry(
            _l("跨省中职报名"),
            "cycles.timetable",
            10,
            audience="public",
            hint=_l("谁可以报名、准备什么、各县区的时间"),
        ),
        MenuEntry(_l("招生时间表"), "cycles.overview", 100, permission="cycles.see", group=_l("招生")),
    )


def _rules(app: Flask) -> None:
    """The rules of entry: who reads and revises them, and how pages say them."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import add_status_words
    from enrolment.cycles import rule_words
    from enrolment.cycles.rule_views import blueprint

    app.register_blueprint(blueprint)
    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "rules.see": {*bureau, Role.PROVINCE_OFFICER, Role.COMMITTEE},
            "rules.edit": {Role.COUNTY_OFFICER},
            "rules.approve": {Role.COUNTY_APPROVER},
        }
    )
    app.jinja_env.filters["place_word"] = rule_words.PLACES.get
    app.jinja_env.filters["leaver_word"] = rule_words.LEAVERS.get
    app.jinja_env.filters["proof_word"] = rule_words.PROOFS.get
    app.jinja_env.filters["result_word"] = rule_words.RESULT_WORDS.get
    app.jinja_env.filters["rule_sentence"] = rule_words.rule_sentence
    app.jinja_env.filters["rule_told"] = rule_words.sentence_of
    add_status_words("rule_revision", rule_words.REVISION_WORDS)
    add_menu(MenuEntry(_l("报考规则"), "rules.overview", 105, permission="rules.see", group=_l("招生")))
