"""The home page, the switches for language and large print, and the small public pages."""

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from core.access import anonymous
from core.i18n import LANGUAGE_KEY, SUPPORTED
from core.web.actor import current_actor
from core.web.gate import local_path
from core.web.home import home_cards
from core.web.pages import DISPLAY_COOKIE, LARGE_PRINT

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


@blueprint.post("/display")
@anonymous("anybody may read in large print")
def display() -> Response:
    answer = redirect(local_path(request.form.get("next")), 303)
    if request.form.get("size") == LARGE_PRINT:
        year = 365 * 24 * 3600
        answer.set_cookie(
            DISPLAY_COOKIE, LARGE_PRINT, max_age=year, secure=True, httponly=True, samesite="Lax", path="/"
        )
    else:
        answer.delete_cookie(DISPLAY_COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


@blueprint.get("/help")
@anonymous("help is for everybody")
def help_page() -> str:
    return render_template("base/help.html")


@blueprint.get("/privacy")
@anonymous("everybody may know what is kept about them")
def privacy() -> str:
    return render_template("base/privacy.html")


@blueprint.get("/accessibility")
@anonymous("the accessibility statement is public")
def accessibility() -> str:
    return render_template("base/accessibility.html")


@blueprint.get("/site-map")
@anonymous("the site map is public")
def site_map() -> str:
    return render_template("base/site_map.html")
