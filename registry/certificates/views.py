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
@blueprint.route("/<code>", methods=["GET", "POST"])
@anonymous("a stranger checks a paper by its code; the holder's last four digits lift the mask from the name")
def verify(code: str = "") -> Response | str | tuple[str, int]:
    if not code:
        return _ask()
    document, sentence = _find(code)
    if document is None:
        return render_template("registry/certificates/unknown.html", sentence=sentence), 404
    form = SecondFactForm()
    revealed = request.method == "POST" and _reveals(document, form)
    return _page(document, form, revealed=revealed), 200


def _ask() -> str | Response:
    form = CodeForm(request.args)
    if "code" in request.args and form.validate():
        return redirect(url_for(".verify", code=form.code.data.strip().replace("/", "")), 303)
    return render_template("registry/certificates/ask.html", form=form)


def _reveals(document: IssuedDocument, form: SecondFactForm) -> bool:
    """Whether the second fact fits; each try is counted before it is made."""
    form.validate()
    tries = throttle.bucket("second-fact", document.id)
    throttle.attempt(tries)
    if knows_second_fact(document, form.tail.data or ""):
        throttle.succeeded(tries)
        return True
    form.tail.errors = [_("后四位与文件不符，请核对后再填。")]
    return False


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
