"""Keys: the own one, a partner's, and the second person's comparison."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.access import requires
from core.errors import DomainError
from core.i18n import gettext as _
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.exchange import keys
from enrolment.exchange.forms import CompareForm, KeyForm
from enrolment.exchange.models import ExchangeKey, KeyState
from enrolment.exchange.scope import KEYS, get_key
from enrolment.exchange.views import one_county
from enrolment.exchange.words import place_text

key_pages = Blueprint("exchange_keys", __name__, url_prefix="/exchange/keys")


@key_pages.post("/own")
@requires("exchange.keys", second_factor=True)
def own() -> AnyResponse:
    made = keys.make_own_key(current_actor(), county=one_county(current_actor().counties(KEYS)))
    flash(_("已生成新的密钥，请另一位人员核对后使用。"), "success")
    return redirect(url_for(".key", key_id=made.id), 303)


@key_pages.route("/new", methods=["GET", "POST"])
@requires("exchange.keys", second_factor=True)
def new() -> str | AnyResponse | tuple[str, int]:
    form = KeyForm()
    if form.validate_on_submit():
        try:
            made = keys.enter_key(
                current_actor(), holder=one_county(current_actor().counties(KEYS)), text=form.text.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已登记公钥，请另一位人员向对方电话核对指纹。"), "success")
            return redirect(url_for(".key", key_id=made.id), 303)
    page = render_template("enrolment/exchange/key_new.html", form=form)
    return (page, 422) if form.errors or form.form_errors else page


@key_pages.get("/<uuid:key_id>")
@requires("exchange.see")
def key(key_id: uuid.UUID) -> str:
    found = get_key(current_actor(), key_id)
    return _page(found, CompareForm(version=found.version))


@key_pages.post("/<uuid:key_id>/confirm")
@requires("exchange.keys", second_factor=True)
def confirm(key_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    found = get_key(current_actor(), key_id, KEYS)
    form = CompareForm()
    if form.validate():
        try:
            keys.confirm_key(
                current_actor(), key_id=found.id, version=form.version.data or 0, typed=form.typed.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("指纹一致，这把公钥从现在起使用。"), "success")
            return redirect(url_for(".key", key_id=key_id), 303)
    return _page(get_key(current_actor(), key_id), form), 422


@key_pages.post("/<uuid:key_id>/refuse")
@requires("exchange.keys", second_factor=True)
def refuse(key_id: uuid.UUID) -> AnyResponse:
    found = get_key(current_actor(), key_id, KEYS)
    keys.refuse_key(current_actor(), key_id=found.id, version=CompareForm().version.data or 0)
    flash(_("已登记为核对不符，这把公钥不会使用。"), "success")
    return redirect(url_for(".key", key_id=key_id), 303)


@key_pages.get("/<uuid:key_id>/public.txt")
@requires("exchange.see")
def public(key_id: uuid.UUID) -> Response:
    """The public key as one line, to hand over to a partner."""
    found = get_key(current_actor(), key_id)
    return download(f"{found.public}\n".encode(), name=f"zone-key-{found.county}.txt", mimetype="text/plain")


def _page(found: ExchangeKey, form: CompareForm) -> str:
    proposed = found.state is KeyState.PROPOSED
    mine = found.proposed_by == current_actor().account_id
    return render_template(
        "enrolment/exchange/key.html",
        key=found,
        form=form,
        place=place_text,
        groups=[found.fingerprint[at : at + 4] for at in range(0, len(found.fingerprint), 4)],
        may_compare=proposed and not mine,
        waits=proposed and mine,
    )
