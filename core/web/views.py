"""The home page, the switches for language and large print, and the small public pages."""

from flask import Blueprint, redirect, render_template, request, session
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from core.access import Organisation, OrganisationKind, anonymous, signed_in
from core.accounts.models import Account, RoleGrant
from core.db import db
from core.errors import NotVisible
from core.i18n import LANGUAGE_KEY, SUPPORTED
from core.i18n import lazy as _l
from core.tables import Column, ListQuery, ListSpec, choice, text
from core.web import components as samples
from core.web.actor import current_actor
from core.web.gate import local_path
from core.web.home import home_cards, home_dates
from core.web.pages import DISPLAY_COOKIE, LARGE_PRINT, settings
from core.web.status_words import all_status_words

blueprint = Blueprint("web", __name__)

PAGES = {
    "help": "base/help.html",
    "privacy": "base/privacy.html",
    "accessibility": "base/accessibility.html",
    "site-map": "base/site_map.html",
}
"""The small pages that say the same to everybody."""

OFFICES: ListSpec[Organisation] = ListSpec(
    columns=(
        Column("name", _l("名称"), value=lambda row: row.name_zh, sort=Organisation.name_zh),
        Column("kind", _l("类别"), value=lambda row: row.kind, sort=Organisation.kind),
        Column("code", _l("代码"), value=lambda row: row.code, sort=Organisation.code),
        Column("digits", _l("位数"), value=lambda row: len(row.division), number=True),
    ),
    filters=(
        text("q", _l("名称"), lambda value: Organisation.name_zh.contains(value, autoescape=True)),
        choice(
            "kind",
            _l("类别"),
            tuple((kind.value, kind.value) for kind in OrganisationKind),
            lambda value: Organisation.kind == value,
        ),
    ),
    last=(Organisation.id,),
    sort="name",
    size=20,
)
"""A list to look at on the page of components."""


@blueprint.get("/")
@anonymous("the start page of the service")
def home() -> str:
    actor = current_actor()
    if actor.account_id is None:
        return render_template("base/home.html", cards=(), dates=home_dates())
    grants = joinedload(Account.grants).joinedload(RoleGrant.organisation)
    who = db.session.get_one(Account, actor.account_id, options=[grants])
    held = {grant.organisation_id for grant in actor.grants}
    offices = {one.organisation_id: one.organisation for one in who.grants if one.organisation_id in held}
    shown = tuple(office for office in offices.values() if office)
    return render_template("base/home.html", cards=home_cards(actor), who=who, offices=shown)


@blueprint.post("/reading")
@anonymous("anybody may read in their language and in large print")
def reading() -> Response:
    """The switches of the header: ``language`` (zh, en) or ``size`` (large, normal), then back to ``next``."""
    answer = redirect(local_path(request.form.get("next")), 303)
    if request.form.get("language", "") in SUPPORTED:
        session[LANGUAGE_KEY] = request.form["language"]
    if request.form.get("size") == LARGE_PRINT:
        year = 365 * 24 * 3600
        answer.set_cookie(
            DISPLAY_COOKIE, LARGE_PRINT, max_age=year, secure=True, httponly=True, samesite="Lax", path="/"
        )
    elif "size" in request.form:
        answer.delete_cookie(DISPLAY_COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


@blueprint.get(f"/<any({', '.join(map(repr, PAGES))}):page>")
@anonymous("help, privacy, accessibility and the site map are for everybody")
def public_page(page: str) -> str:
    return render_template(PAGES[page])


@blueprint.route("/components", methods=["GET", "POST"])
@signed_in
def components() -> str | tuple[str, int]:
    if settings().mode == "production":
        raise NotVisible
    form = samples.SampleForm()
    if request.method == "POST":
        form.validate()
    query = ListQuery.from_request(OFFICES, request)
    page = render_template(
        "base/components.html",
        form=form,
        status_words=all_status_words(),
        cards=samples.cards(),
        tasks=samples.tasks(),
        case=samples.case(),
        solving=samples.solving(),
        history=samples.history(),
        choices=samples.choices(),
        figure=samples.figure(),
        query=query,
        page=query.page(db.session(), select(Organisation)),
    )
    return (page, 422) if form.errors else page
