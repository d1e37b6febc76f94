"""The list of students and the page of one student, masked by default."""

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.identity import mask_document, mask_phone
from core.tables import MIMETYPE, ListQuery, export
from core.web.actor import current_actor
from core.web.downloads import download
from core.web.pages import settings
from registry.students.forms import AsOfForm, RevealForm
from registry.students.listing import STUDENTS, listed_spells
from registry.students.models import Person, Spell
from registry.students.scope import get_person, visible_spells
from registry.students.timeline import status_word, timeline

blueprint = Blueprint("students", __name__, url_prefix="/students")
REVEAL_SECONDS = 300


@blueprint.get("")
@requires("students.see")
def students() -> str | Response:
    actor = current_actor()
    query = ListQuery.from_request(STUDENTS, request)
    if query.values.get("q"):
        record_read(actor, "students.search", ("spell", "list"))
    if query.export:
        made = export(db.session(), query, listed_spells(actor), title=_("学生"))
        record_read(actor, "students.export", ("spell", "list"), rows=made.rows, columns=list(made.columns))
        return download(made.data, name=made.name, mimetype=MIMETYPE)
    page = query.page(db.session(), listed_spells(actor))
    return render_template("registry/students/list.html", query=query, page=page)


@blueprint.get("/<uuid:person_id>")
@requires("students.see")
def student(person_id: uuid.UUID) -> str:
    return _page(get_person(current_actor(), person_id))


def _page(person: Person) -> str:
    form = AsOfForm(request.args)
    form.validate()
    day = form.on.data or clock.today()
    known = form.known.data.replace(tzinfo=clock.BEIJING) if form.known.data else None
    shown = _revealed(person)
    spells = db.session.scalars(
        visible_spells(current_actor()).where(Spell.person_id == person.id).order_by(Spell.entered_on.desc())
    ).all()
    return render_template(
        "registry/students/student.html",
        person=person,
        spells=spells,
        form=form,
        reveal_form=RevealForm(),
        day=day,
        known=known,
        revealed=shown,
        document=_number(person, shown),
        phone=(person.phone if shown else mask_phone(person.phone)) if person.phone else "",
        status_word=status_word,
        timeline=timeline,
    )


@blueprint.post("/<uuid:person_id>/reveal")
@requires("students.see")
def reveal(person_id: uuid.UUID) -> Response:
    person = get_person(current_actor(), person_id)
    form = RevealForm()
    if not form.validate():
        raise Refused(_l("请先选择查看原因。"))
    record_read(current_actor(), "students.reveal", person, reason=form.reason.data)
    return redirect(url_for(".student", person_id=person.id, revealed=_signer().dumps(_claim(person))), 303)


def _number(person: Person, shown: bool) -> str:
    if not person.document_number:
        return ""
    return person.document_number if shown else mask_document(person.document_number)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt="students.reveal")


def _claim(person: Person) -> list[str]:
    return [str(person.id), str(current_actor().session_id)]


def _revealed(person: Person) -> bool:
    """Whether this very session gave a reason for this person within the last five minutes."""
    token = request.args.get("revealed", "")
    try:
        claim: object = _signer().loads(token, max_age=REVEAL_SECONDS)
    except BadSignature:
        return False
    return claim == _claim(person)
