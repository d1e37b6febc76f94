"""The home page, the language switch, and the page of all interface components."""

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from core.access import anonymous
from core.i18n import LANGUAGE_KEY, SUPPORTED
from core.web.actor import current_actor
from core.web.gate import local_path
from core.web.home import home_cards

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@anonymous("the start page of the service")
def home() -> str:
    actor = current_actor()
    return render_template("base/home.html", cards=home_cards(actor))


@blueprint.post("/language")
@anonymous("anybody may read in their language")
def language() -> Response:
    chosen = request.form.get("language", "")
    if chosen in SUPPORTED:
        session[LANGUAGE_KEY] = chosen
    return redirect(local_path(request.form.get("next")), 303)
