"""The security administration's pages: staff accounts, their roles, their codes."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.access import Organisation, Role, requires
from core.accounts import administration, browser, operations
from core.accounts.account_list import ACCOUNTS, with_last_sign_in
from core.accounts.forms import OpenAccountForm, RoleForm
from core.accounts.models import Account
from core.accounts.operations import ADMINISTER, NewGrant
from core.accounts.role_words import role_word
from core.accounts.scope import visible_account, visible_accounts, visible_grant
from core.accounts.sessions import holds_today
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from core.tables import ListQuery
from core.web.actor import current_actor

blueprint = Blueprint("security", __name__, url_prefix="/security/accounts")

_SLIP = "slip"


@blueprint.get("")
@requires(ADMINISTER)
def accounts() -> str:
    query = ListQuery.from_request(ACCOUNTS, request)
    page = query.page(db.session(), with_last_sign_in(visible_accounts(current_actor())))
    return render_template("core/accounts/staff_accounts.html", page=page)


@blueprint.route("/open", methods=["GET", "POST"])
@requires(ADMINISTER, second_factor=True)
def open_account() -> Response:
    form = OpenAccountForm()
    form.offer(_offices(), current_language())
    if form.validate_on_submit():
        with browser.refusals_in(form):
            opened = operations.open_account(
                current_actor(),
                display_name=form.display_name.data,
                grants=[_grant_of(form)],
                phone=form.phone.data,
                sign_in_name=form.sign_in_name.data or "",
            )
            return _slip(opened.account, opened.code)
    return browser.page("core/accounts/open_account.html", form)


@blueprint.get("/<uuid:account_id>")
@requires(ADMINISTER, second_factor=True)
def show(account_id: uuid.UUID) -> Response:
    return _shown(visible_account(current_actor(), account_id), _role_form())


@blueprint.post("/<uuid:account_id>/roles")
@requires(ADMINISTER, second_factor=True)
def give_role(account_id: uuid.UUID) -> Response:
    account, form = visible_account(current_actor(), account_id), _role_form()
    if form.validate_on_submit():
        with browser.refusals_in(form):
            administration.give_role(current_actor(), account_id=account_id, new=_grant_of(form))
            return _done(account_id, _("角色已授予。"))
    return _shown(account, form)


@blueprint.post("/roles/<uuid:grant_id>/end")
@requires(ADMINISTER, second_factor=True)
def end_role(grant_id: uuid.UUID) -> Response:
    account_id = visible_grant(current_actor(), grant_id).account_id
    administration.end_role(current_actor(), grant_id=grant_id)
    return _done(account_id, _("角色已收回，这个账号的登录都已退出。"))


@blueprint.post("/<uuid:account_id>/disable")
@requires(ADMINISTER, second_factor=True)
def disable(account_id: uuid.UUID) -> Response:
    visible_account(current_actor(), account_id)
    administration.disable(current_actor(), account_id=account_id)
    return _done(account_id, _("账号已停用，所有登录都已退出。"))


@blueprint.post("/<uuid:account_id>/enable")
@requires(ADMINISTER, second_factor=True)
def enable(account_id: uuid.UUID) -> Response:
    visible_account(current_actor(), account_id)
    administration.enable(current_actor(), account_id=account_id)
    return _done(account_id, _("账号已恢复使用。"))


@blueprint.post("/<uuid:account_id>/reset-second-factor")
@requires(ADMINISTER, second_factor=True)
def reset_second_factor(account_id: uuid.UUID) -> Response:
    visible_account(current_actor(), account_id)
    administration.reset_second_factor(current_actor(), account_id=account_id)
    return _done(account_id, _("验证器已重置。本人下次登录时会重新设置。"))


@blueprint.post("/<uuid:account_id>/reissue-code")
@requires(ADMINISTER, second_factor=True)
def reissue_code(account_id: uuid.UUID) -> Response:
    account = visible_account(current_actor(), account_id)
    code = operations.reissue_code(current_actor(), account_id=account_id)
    return _slip(account, code)


@blueprint.route("/slip", methods=["GET", "POST"])
@requires(ADMINISTER, second_factor=True)
def slip() -> Response | str:
    """The activation slip, readable until it is put away, a quarter of an hour at most."""
    if request.method == "POST":
        browser.drop(_SLIP)
    lines = browser.kept(_SLIP)
    if not lines:
        return redirect(url_for("security.accounts"), 303)
    sign_in_name, code = lines
    return render_template("core/accounts/slip.html", sign_in_name=sign_in_name, code=code)


def _offices() -> list[Organisation]:
    return list(db.session.scalars(select(Organisation).order_by(Organisation.kind, Organisation.code)))


def _role_form() -> RoleForm:
    form = RoleForm()
    form.offer(_offices(), current_language())
    return form


def _grant_of(form: RoleForm) -> NewGrant:
    return NewGrant(Role(form.role.data), form.organisation_id, form.valid_from.data, form.valid_to.data)


def _shown(account: Account, form: RoleForm) -> Response:
    grants = [(grant, role_word(grant.role), holds_today(grant)) for grant in account.grants]
    own = account.id == current_actor().account_id
    return browser.page("core/accounts/staff_account.html", form, account=account, grants=grants, own=own)


def _slip(account: Account, code: str) -> Response:
    browser.keep_once(_SLIP, account.sign_in_name, code)
    return redirect(url_for("security.slip"), 303)


def _done(account_id: uuid.UUID, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("security.show", account_id=account_id), 303)
