"""录取确认与报到: the family's answer, the letter, the arrival that opens the registry record."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: answers on the result page, letters, the arrivals desk."""
    from core.documents.actions import add_document_action
    from core.i18n import lazy as _l
    from core.web.menu import MenuEntry, add_menu
    from enrolment.applications.entry import add_entry_rule
    from enrolment.applications.frame import read_outcomes_with
    from enrolment.confirmations import (
        missing_views,
        notices,
        tasks,
        timetable,
        together_views,
        vacancy_views,
        views,
        waiting_views,
    )
    from enrolment.confirmations.answers import answer_for
    from enrolment.confirmations.entry import bar_to_supplementary
    from enrolment.confirmations.outcomes import outcome_of
    from enrolment.confirmations.scanned import arrival_action
    from enrolment.confirmations.waiting import open_waiting_lists
    from enrolment.confirmations.waiting_notes import waiting_notes
    from enrolment.cycles.impact import add_round_impact
    from enrolment.results.answers import add_answers, add_notes
    from enrolment.results.releasing import add_release_step

    for pages in (views, together_views, missing_views, vacancy_views, waiting_views):
        app.register_blueprint(pages.blueprint)
    tasks.register()
    notices.register()
    timetable.register()
    add_round_impact(timetable.impact_on_places, timetable.tell_placed)
    add_answers(answer_for)
    add_entry_rule(bar_to_supplementary)
    add_release_step(open_waiting_lists)
    add_notes(waiting_notes)
    read_outcomes_with(outcome_of)
    add_document_action(arrival_action)
    _permissions()
    add_menu(
        MenuEntry(_l("新生报到"), "confirmations.arrivals", 150, permission="arrivals.record", group=_l("招生")),
        MenuEntry(_l("空余名额"), "vacancies.newest", 145, permission="vacancies.see", group=_l("招生")),
        MenuEntry(_l("未报到学生"), "missing.missing_list", 151, permission="arrivals.record", group=_l("招生")),
    )


def _permissions() -> None:
    """Who may do what in this room."""
    from core.access import Role, grant_permissions

    grant_permissions(
        {
            "confirmations.answer": {Role.APPLICANT, Role.GUARDIAN},
            "confirmations.letter": {Role.APPLICANT, Role.GUARDIAN, Role.SCHOOL_ADMISSIONS},
            "arrivals.record": {Role.SCHOOL_ADMISSIONS, Role.SCHOOL_REGISTRAR},
            "vacancies.see": {
                Role.COUNTY_OFFICER,
                Role.COUNTY_APPROVER,
                Role.PROVINCE_OFFICER,
                Role.COMMITTEE,
                Role.SCHOOL_ADMISSIONS,
            },
            "supplementary.open": {Role.COMMITTEE},
            "waiting.see": {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER},
        }
    )
