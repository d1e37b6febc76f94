"""预审: automatic checks, the queue, returns with ready sentences, refusals by two officers."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the room: routes, permissions, menu, notices, home cards."""
    from core.access import Role, grant_permissions
    from core.i18n import lazy as _l
    from core.web.home import add_home_cards
    from core.web.menu import MenuEntry, add_menu
    from core.web.status_words import add_status_words
    from enrolment.reviews import notices
    from enrolment.reviews.batch_views import batch_pages
    from enrolment.reviews.cards import review_cards
    from enrolment.reviews.decision_views import decisions
    from enrolment.reviews.figure_views import figure_pages
    from enrolment.reviews.views import blueprint
    from enrolment.reviews.words import VERDICT_WORDS

    grant_permissions(
        {
            "reviews.see": {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER},
            "reviews.decide": {Role.COUNTY_OFFICER},
            "reviews.confirm": {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER},
        }
    )
    add_menu(MenuEntry(_l("报名预审"), "reviews.queue", 120, permission="reviews.see", group=_l("招生")))
    add_status_words("verdict", VERDICT_WORDS)
    add_home_cards(review_cards)
    notices.register()
    for pages in (blueprint, decisions, batch_pages, figure_pages):
        app.register_blueprint(pages)
