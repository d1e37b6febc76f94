"""The list of students and the page of one student, masked by default."""

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, or_
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import Refused
from core.i18n import lazy as _l
from core.identity import mask_document, mask_phone
from core.tables import Page, paginate
from core.web.actor import current_actor
from core.web.pages import settings
from registry.students.forms import AsOfForm, RevealForm, SearchForm
from registry.students.models import Person, Spell
from registry.students.scope import get_person, visible_spells
from registry.students.timeline import status_word, timeline

blueprint = Blueprint("students", __name__, url_prefix="/students")
REVEAL_SECONDS = 300


@blueprint.get("")
@requires("students.see")
def students() -> str:
    form = SearchForm(request.args)
    query = visible_spells(current_actor()).join(Person, Person.id == Spell.person_id)
    wanted = (form.q.data or "").strip()
    if form.validate() and wanted:
        query = query.where(_matches(wanted))
        record_read(current_actor(), "students.search", ("spell", "list"), length=len(wanted))
    page: Page[Spell] = paginate(query.order_by(Person.name_pinyin, Spell.entered_on, Spell.id))
    return render_template(
        "registry/students/list.html", form=form, page=page, status_word=status_word, today=clock.today()
    )


def _matches(wanted: str) -> ColumnElement[bool]:
    """Name (any part), pinyin initials, full pinyin, or the school's own number."""
    lowered = wanted.lower()
    return or_(
        Person.name.contains(wanted, autoescape=True),
        Person.name_initials.startswith(lowered, autoescape=True),
        Person.name_pinyin.startswith(lowered, autoescape=True),
        Spell.school_number == wanted,
    )


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
