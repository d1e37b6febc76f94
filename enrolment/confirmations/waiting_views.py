"""The waiting lists of a round as the bureau of the pupils reads them: places now, at the release, and why."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from core import clock
from core.access import Actor, requires
from core.audit import record_read
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import MIMETYPE, Column, ListQuery, ListSpec, export, text
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.applications.models import Applicant, Application
from enrolment.confirmations.models import ExitReason, WaitingEntry, WaitingExit
from enrolment.plans.models import PlanProgramme, QuotaCell
from enrolment.results.models import Publication, PublicationState
from enrolment.rounds.queries import get_round
from registry.schools.models import Programme, School

blueprint = Blueprint("waiting_lists", __name__)
SEE = "waiting.see"
Listed = Row[WaitingEntry, WaitingExit | None]
_WORDS: Mapping[ExitReason | None, object] = {
    None: _l("等待中"),
    ExitReason.MOVED_UP: _l("已递补录取"),
    ExitReason.ELSEWHERE: _l("已在其他专业递补录取"),
}


@blueprint.get("/rounds/<uuid:round_id>/waiting")
@requires("waiting.see")
def waiting(round_id: uuid.UUID) -> str | Response:
    found = get_round(round_id)
    left = _left(found.id)
    query = ListQuery.from_request(_spec(left), request)
    statement = waiting_entries(current_actor(), found.id)
    if query.export:
        made = export(db.session(), query, statement, title=_("候补名单"))
        record_read(current_actor(), "waiting.export", found, rows=made.rows, columns=list(made.columns))
        return download(made.data, name=made.name, mimetype=MIMETYPE)
    return render_template(
        "enrolment/confirmations/waiting.html",
        round=found,
        query=query,
        page=query.page(db.session(), statement),
    )


def waiting_entries(actor: Actor, round_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """The own pupils' places on a round's waiting lists, and how they left; nothing before the release."""
    return (
        select(WaitingEntry, WaitingExit)
        .outerjoin(WaitingExit, WaitingExit.entry_id == WaitingEntry.id)
        .join(Application, Application.id == WaitingEntry.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .join(QuotaCell, QuotaCell.id == WaitingEntry.cell_id)
        .join(PlanProgramme, PlanProgramme.id == QuotaCell.plan_programme_id)
        .join(Programme, Programme.id == PlanProgramme.programme_id)
        .join(Publication, Publication.id == WaitingEntry.publication_id)
        .where(
            Application.round_id == round_id,
            Applicant.county.in_(actor.counties(SEE)),
            Publication.state == PublicationState.APPROVED,
            Publication.release_at <= clock.now(),
        )
        .options(
            joinedload(WaitingEntry.application).joinedload(Application.applicant),
            joinedload(WaitingEntry.cell)
            .joinedload(QuotaCell.plan_programme)
            .joinedload(PlanProgramme.programme)
            .options(
                joinedload(Programme.major),
                joinedload(Programme.college_major),
                joinedload(Programme.school).options(joinedload(School.organisation), selectinload(School.names)),
            ),
        )
    )


def _left(round_id: uuid.UUID) -> Mapping[uuid.UUID, Sequence[int]]:
    """The places at the release of everybody who has left a list, by cell: each moves those behind forward."""
    query = (
        select(WaitingEntry.cell_id, WaitingEntry.place)
        .join(WaitingExit, WaitingExit.entry_id == WaitingEntry.id)
        .join(Application, Application.id == WaitingEntry.application_id)
        .where(Application.round_id == round_id)
    )
    found: defaultdict[uuid.UUID, list[int]] = defaultdict(list)
    for cell_id, place in db.session.execute(query):
        found[cell_id].append(place)
    return found


def _spec(left: Mapping[uuid.UUID, Sequence[int]]) -> ListSpec[Listed]:
    def now(row: Listed) -> int | None:
        if row[1] is not None:
            return None
        return row[0].place - sum(place < row[0].place for place in left.get(row[0].cell_id, ()))

    return ListSpec(
        columns=(
            Column("code", _l("招生代码"), value=lambda row: _programme(row).code, sort=Programme.code),
            Column("school", _l("学校"), value=lambda row: _programme(row).school.name(current_language()), width=28),
            Column("major", _l("专业"), value=lambda row: _programme(row).name(current_language()), width=28),
            Column("now", _l("现在第几位"), value=now, number=True),
            Column("first", _l("公布时第几位"), value=lambda row: row[0].place, number=True),
            Column("number", _l("考生号"), value=lambda row: row[0].application.applicant.candidate_number),
            Column("name", _l("姓名"), value=lambda row: row[0].application.applicant.name),
            Column("state", _l("情况"), value=lambda row: _WORDS[row[1].reason if row[1] else None]),
        ),
        last=(Programme.code.asc(), WaitingEntry.place.asc(), WaitingEntry.id.asc()),
        filters=(
            text("q", _l("考生号"), lambda value: Applicant.candidate_number == value.strip()),
            text("code", _l("招生代码"), lambda value: Programme.code == value.strip().upper()),
        ),
        sort="code",
    )


def _programme(row: Listed) -> Programme:
    return row[0].cell.plan_programme.programme
