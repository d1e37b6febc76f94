"""One's own account: password, where one is signed in, and the stop button."""

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import signed_in
from core.accounts import browser, operations, signing
from core.accounts.forms import ChangePasswordForm
from core.accounts.models import Account
from core.accounts.role_words import role_word
from core.accounts.sessions import holds_today, live_sessions, touch
from core.db import db, find
from core.errors import NotVisible
from core.i18n import current_language
from core.i18n import gettext as _
from core.web.actor import current_actor
from core.web.gate import local_path

blueprint = Blueprint("own_account", __name__, url_prefix="/account")


@blueprint.get("")
@signed_in
def show() -> str:
    account = find(Account, signing.account_id_of(current_actor()))
    roles = [
        (role_word(grant.role), grant.organisation.name(current_language()) if grant.organisation else "")
        for grant in account.grants
        if holds_today(grant)
    ]
    return render_template("core/accounts/account.html", account=account, roles=roles)


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def change_password() -> Response:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            signing.change_password(current_actor(), current=form.current.data, new=form.password.data)
            flash(_("密码已更改。其他设备上的登录都已退出。"), "success")
            return redirect(url_for("own_account.show"), 303)
    return browser.page("core/accounts/change_password.html", form)


@blueprint.get("/sessions")
@signed_in
def sessions() -> str:
    actor = current_actor()
    rows = db.session.scalars(live_sessions(actor)).all()
    return render_template("core/accounts/sessions.html", sessions=rows, own=actor.session_id)


@blueprint.post("/sessions/<uuid:session_id>/end")
@signed_in
def end_session(session_id: uuid.UUID) -> Response:
    actor = current_actor()
    signing.end_session(actor, session_id=session_id)
    if session_id == actor.session_id:
        return browser.end(to="/")
    flash(_("那台设备上的登录已退出。"), "success")
    return redirect(url_for("own_account.sessions"), 303)


@blueprint.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> Response:
    signing.end_other_sessions(current_actor())
    flash(_("其他设备上的登录都已退出。"), "success")
    return redirect(url_for("own_account.sessions"), 303)


@blueprint.get("/session-ending")
@signed_in
def session_ending() -> str:
    return render_template("core/accounts/session_ending.html", way=browser.here_or_next())


@blueprint.post("/extend-session")
@signed_in
def extend_session() -> Response:
    """Stay signed in: a page goes back where it came from, a script gets the new end as JSON."""
    actor = current_actor()
    if actor.session_id is None:
        raise NotVisible
    touch(actor.session_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(ends_at=actor.session_ends_at.isoformat() if actor.session_ends_at else None)
    return redirect(local_path(request.form.get("next")), 303)


@blueprint.route("/freeze", methods=["GET", "POST"])
@signed_in
def freeze() -> Response | str:
    """Stop the account because "that was not me", until its owner has shown who they are."""
    if request.method == "GET":
        return render_template("core/accounts/freeze.html")
    actor = current_actor()
    operations.freeze(actor, account_id=signing.account_id_of(actor))
    flash(_("您的账号已冻结，所有设备都已退出。请到发放激活单的单位核对身份后重新启用。"), "success")
    return browser.end(to="/")
