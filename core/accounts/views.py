"""Signing in and out, the second factor, activation."""

import uuid

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from core.access import Actor, anonymous, signed_in
from core.accounts import activation, browser, proving, second_factor, signing
from core.accounts.forms import ActivationCodeForm, NewPasswordForm, SecondFactorForm, SignInForm
from core.documents.qr import qr_svg
from core.errors import NotAllowed
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.web.actor import current_actor
from core.web.gate import is_fresh

blueprint = Blueprint("accounts", __name__)

_ACTIVATING = "activating"
_ENROLLING = "enrolling"
_RECOVERY = "recovery"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@anonymous("everybody must be able to sign in")
def sign_in() -> Response:
    way = browser.here_or_next()
    if current_actor().account_id is not None:
        return redirect(way, 303)
    form = SignInForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            token = signing.sign_in(
                name=form.name.data,
                password=form.password.data,
                address=browser.address(),
                device=browser.device(),
            )
            return browser.begin(token, to=way)
    return browser.page("core/accounts/sign_in.html", form)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    signing.sign_out(current_actor())
    return browser.end(to="/")


@blueprint.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@signed_in
def give_second_factor() -> Response:
    actor = _staff()
    if actor.must_enrol_second_factor:
        return redirect(url_for("accounts.enrol_second_factor", next=browser.here_or_next()), 303)
    form = SecondFactorForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            token = proving.give_second_factor(actor, code=form.code.data)
            return browser.renew(token, to=browser.here_or_next())
    return browser.page("core/accounts/second_factor.html", form)


@blueprint.route("/second-factor/set-up", methods=["GET", "POST"])
@signed_in
def enrol_second_factor() -> Response:
    actor, way = _staff(), browser.here_or_next()
    if not actor.must_enrol_second_factor and not is_fresh(actor):
        return redirect(url_for("accounts.second_factor", next=request.full_path), 303)
    if not browser.kept(_ENROLLING):
        browser.keep_once(_ENROLLING, second_factor.new_secret())
    (secret,) = browser.kept(_ENROLLING)
    form = SecondFactorForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            done = proving.enrol_second_factor(actor, secret=secret, code=form.code.data)
            browser.drop(_ENROLLING)
            browser.keep_once(_RECOVERY, *done.recovery_codes)
            return browser.renew(done.token, to=url_for("accounts.recovery_codes", next=way))
    address = second_factor.address_of(secret, name=actor.label, issuer=_("跨省中职招生与学籍服务"))
    return browser.page(
        "core/accounts/enrol_second_factor.html",
        form,
        picture=qr_svg(address, title=_("验证器二维码")),
        secret=second_factor.readable(secret),
    )


@blueprint.route("/second-factor/recovery-codes", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> Response:
    """Show new recovery codes until their owner says they are written down; make new ones on request."""
    actor, way = _staff(), browser.here_or_next()
    if not is_fresh(actor) and not browser.kept(_RECOVERY):
        return redirect(url_for("accounts.second_factor", next=request.full_path), 303)
    form = SecondFactorForm()
    if request.method == "POST":
        if request.form.get("step") == "renew":
            browser.keep_once(_RECOVERY, *proving.renew_recovery_codes(actor))
            return redirect(url_for("accounts.recovery_codes", next=way), 303)
        browser.drop(_RECOVERY)
        return redirect(way, 303)
    return browser.page("core/accounts/recovery_codes.html", form, codes=browser.kept(_RECOVERY))


@blueprint.route("/activate", methods=["GET", "POST"])
@anonymous("the activation slip opens an account that has no password yet")
def activate() -> Response:
    form = ActivationCodeForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            found = activation.look_up(code=form.code.data, fact=form.fact.data or "", address=browser.address())
            browser.keep_once(_ACTIVATING, str(found.code_id), found.sign_in_name, found.display_name)
            return redirect(url_for("accounts.choose_password"), 303)
    return browser.page("core/accounts/activate.html", form)


@blueprint.route("/activate/password", methods=["GET", "POST"])
@anonymous("the second page of the activation, open to the browser that gave the code")
def choose_password() -> Response:
    known = browser.kept(_ACTIVATING)
    if not known:
        return redirect(url_for("accounts.activate"), 303)
    code_id, sign_in_name, display_name = known
    form = NewPasswordForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            token = activation.activate(
                code_id=uuid.UUID(code_id),
                password=form.password.data,
                address=browser.address(),
                device=browser.device(),
            )
            return browser.begin(token, to="/")
    return browser.page(
        "core/accounts/choose_password.html", form, sign_in_name=sign_in_name, display_name=display_name
    )


def _staff() -> Actor:
    """The signed-in member of staff: families work without a second factor."""
    actor = current_actor()
    if not actor.is_staff:
        raise NotAllowed(_l("学生和监护人登录不需要验证器，可以直接办理。"))
    return actor
