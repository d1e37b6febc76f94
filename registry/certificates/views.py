"""Public verification (证书查验): the content of a paper, its state, its successor. No sign-in."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import clock
from core.access import anonymous
from core.accounts import throttle
from core.documents.actions import document_actions
from core.documents.models import IssuedDocument
from core.documents.operations import find_by_code, knows_second_fact
from core.documents.qr import BadCode
from core.i18n import gettext as _
from core.i18n import say
from core.identity import mask_name
from core.web.actor import current_actor
from registry.certificates.forms import CodeForm, SecondFactForm
from registry.certificates.rows import rows_of

blueprint = Blueprint("certificates", __name__, url_prefix="/verify")


@blueprint.get("")
@anonymous("a stranger checks a paper by its code")
def ask() -> str | Response:
    form = CodeForm(request.args)
    if "code" in request.args and form.validate():
        return redirect(url_for(".show", code=form.code.data.strip().replace("/", "")), 303)
    return render_template("registry/certificates/ask.html", form=form)


@blueprint.get("/<code>")
@anonymous("a stranger checks a paper by its code")
def show(code: str) -> tuple[str, int]:
    document, sentence = _find(code)
    if document is None:
        return render_template("registry/certificates/unknown.html", sentence=sentence), 404
    return _page(document, SecondFactForm(), revealed=False), 200


@blueprint.post("/<code>")
@anonymous("the holder's last four digits lift the mask from the name")
def show_name(code: str) -> tuple[str, int]:
    document, sentence = _find(code)
    if document is None:
        return render_template("registry/certificates/unknown.html", sentence=sentence), 404
    form = SecondFactForm()
    form.validate()
    tries = throttle.bucket("second-fact", document.id)
    throttle.attempt(tries)
    known = knows_second_fact(document, form.tail.data or "")
    if known:
        throttle.succeeded(tries)
    else:
        form.tail.errors = [_("后四位与文件不符，请核对后再填。")]
    return _page(document, form, revealed=known), 200


def _find(code: str) -> tuple[IssuedDocument | None, str]:
    """The paper, or the sentence why there is none; guessing slows the guesser down."""
    guesses = throttle.bucket("verify", throttle.source_of(request.remote_addr or ""))
    throttle.check(guesses)
    try:
        document = find_by_code(code)
    except BadCode as error:
        return None, say(error.sentence)
    if document is None:
        throttle.failed(guesses)
    return document, _("没有这份文件的记录。请核对验证码；如仍查不到，请拨打文件上的电话。")


def _page(document: IssuedDocument, form: SecondFactForm, *, revealed: bool) -> str:
    name = document.holder_name if revealed else mask_name(document.holder_name)
    return render_template(
        "registry/certificates/document.html",
        document=document,
        rows=rows_of(document, name),
        form=form,
        revealed=revealed,
        checked_at=clock.now(),
        actions=document_actions(current_actor(), document),
    )
