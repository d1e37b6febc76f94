"""录取确认与报到: the family's answer, the letter, the arrival that opens the registry record."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: answers on the result page, letters, the arrivals desk."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.notices.templates import add_template
    from core.web.menu import MenuEntry, add_menu
    from enrolment.applications.frame import read_outcomes_with
    from enrolment.confirmations.answers import answer_for
    from enrolment.confirmations.outcomes import outcome_of
    from enrolment.confirmations.views import blueprint
    from enrolment.results.answers import add_answers

    app.register_blueprint(blueprint)
    add_answers(answer_for)
    read_outcomes_with(outcome_of)
    grant_permissions(
        {
            "confirmations.answer": {Role.APPLICANT, Role.GUARDIAN},
            "confirmations.letter": {Role.APPLICANT, Role.GUARDIAN, Role.SCHOOL_ADMISSIONS},
            "arrivals.record": {Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR},
        }
    )
    add_menu(MenuEntry(_l("新生报到"), "confirmations.arrivals", 150, permission="arrivals.record", group=_l("招生")))
    add_template(
        "confirmations.accepted",
        _l("已确认录取，录取通知书编号 %(number)s。请登录下载，并按时报到。"),
        title=_l("已确认录取"),
    )
    add_template(
        "confirmations.decline_asked",
        _l("孩子提出放弃录取。监护人同意之前，名额一直保留。"),
        title=_l("有人提出放弃录取"),
        urgent=True,
    )
    add_template(
        "confirmations.declined",
        _l("已放弃录取，名额已经退回。可以参加征求志愿。"),
        title=_l("已放弃录取"),
    )
