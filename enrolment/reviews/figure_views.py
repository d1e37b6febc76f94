"""The page with the figures of the queue."""

from flask import Blueprint, render_template

from core.access import requires
from core.web.actor import current_actor
from enrolment.reviews.cards import stage_counts
from enrolment.reviews.figures import queue_figures
from enrolment.reviews.views import shown_round

figure_pages = Blueprint("review_figures", __name__, url_prefix="/reviews/figures")


@figure_pages.get("")
@requires("reviews.see")
def figures() -> str:
    in_round = shown_round()
    if in_round is None:
        return render_template("enrolment/reviews/figures.html", round=None)
    counts = stage_counts(current_actor(), in_round.id)
    return render_template(
        "enrolment/reviews/figures.html",
        round=in_round,
        counts=counts,
        figures=queue_figures(current_actor(), in_round.id, counts["todo"] + counts["proposed"]),
    )
