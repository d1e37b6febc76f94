"""报名: applicants and guardians, papers and choices, from the county's list to the receipt."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: routes, permissions, menu, notices, the second fact of its accounts."""
    from core.accounts.activation import add_fact_checker
    from core.i18n import lazy as _l
    from core.identity import mask_document, mask_phone
    from core.web.menu import MenuEntry, add_menu
    from core.web.standing import add_standing_notes
    from core.web.status_words import add_status_words
    from enrolment.applications import (
        additions,
        candidate_views,
        choice_views,
        clash_views,
        guardian_views,
        notices,
        paper_views,
        pass_views,
        views,
        words,
    )
    from enrolment.applications.facts import fits_account
    from enrolment.applications.scope import county_of
    from enrolment.applications.standing import unsent_notes
    from enrolment.applications.timetable import impact_on_applications, tell_families
    from enrolment.cycles.impact import add_impact
    from enrolment.plans.catalogue import add_reader_county
    from enrolment.plans.changes import add_opening_listener

    for pages in (views, choice_views, guardian_views, paper_views, candidate_views, pass_views, clash_views):
        app.register_blueprint(pages.blueprint)
    app.jinja_env.filters["mask_document"] = mask_document
    app.jinja_env.filters["mask_phone"] = mask_phone
    app.jinja_env.filters["sheet_field"] = words.sheet_field
    notices.register()
    additions.register()
    add_impact(impact_on_applications, tell_families)
    add_opening_listener(additions.ask_to_tell)
    add_fact_checker(fits_account)
    add_reader_county(county_of)
    add_standing_notes(unsent_notes)
    add_status_words("application", words.STATUS_WORDS)
    add_status_words("filing_clash", words.CLASH_WORDS)
    _permissions()
    add_menu(
        MenuEntry(_l("我的报名"), "applications.mine", 20, audience="family", permission="applications.own"),
        MenuEntry(_l("考生名册"), "candidates.candidates", 110, permission="applications.see", group=_l("招生")),
        MenuEntry(_l("两地报名"), "clashes.cases", 117, permission="clashes.see", group=_l("招生")),
        MenuEntry(_l("合格名单"), "pass_lists.lists", 115, permission="passes.see", group=_l("招生")),
    )


def _permissions() -> None:
    """Who may do what in this room."""
    from core.access import Role, grant_permissions

    bureau = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    grant_permissions(
        {
            "applications.own": {Role.APPLICANT, Role.GUARDIAN},
            "applications.confirm": {Role.GUARDIAN},
            "applications.read": {Role.APPLICANT, Role.GUARDIAN, *bureau},
            "applications.see": bureau,
            "applications.intake": {Role.COUNTY_OFFICER},
            "clashes.see": bureau,
            "clashes.decide": {Role.COUNTY_APPROVER},
            "passes.see": {Role.SCHOOL_ADMISSIONS, *bureau},
            "passes.load": {Role.SCHOOL_ADMISSIONS, Role.COUNTY_OFFICER},
        }
    )
