"""The sealed rosters of a school: list, workbook, PDF."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.access import requires
from core.accounts.models import Account
from core.audit import record_read
from core.db import db
from core.divisions import full_name
from core.documents.roster import Roster, RosterRow
from core.documents.typeset import to_pdf
from core.i18n import gettext as _
from core.identity import mask_name
from core.sheets import SheetOut, figure, plain, write_workbook
from core.tables import MIMETYPE
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.results.models import Publication, SealedRoster
from enrolment.results.rosters import get_roster, signed_soundly, visible_rosters
from enrolment.rounds.models import Run

blueprint = Blueprint("rosters", __name__, url_prefix="/rosters")
_SEX = {"1": "男", "2": "女"}


@blueprint.get("")
@requires("rosters.read")
def rosters() -> str:
    query = (
        visible_rosters(current_actor())
        .options(joinedload(SealedRoster.school), joinedload(SealedRoster.publication).joinedload(Publication.run))
        .order_by(SealedRoster.sealed_at.desc(), SealedRoster.number.desc())
    )
    return render_template("enrolment/results/rosters.html", rosters=db.session.scalars(query).all())


@blueprint.get("/<uuid:roster_id>")
@requires("rosters.read")
def roster(roster_id: uuid.UUID) -> str:
    found = _read(roster_id, "rosters.read")
    return render_template(
        "enrolment/results/roster.html",
        roster=found,
        run=found.publication.run,
        sound=signed_soundly(found),
        signers=_signers(found),
    )


@blueprint.get("/<uuid:roster_id>.xlsx")
@requires("rosters.read")
def workbook(roster_id: uuid.UUID) -> Response:
    found = _read(roster_id, "rosters.download", file="xlsx")
    headings = (
        plain(_("考生号")),
        plain(_("姓名")),
        plain(_("性别"), width=8),
        plain(_("生源县区"), width=24),
        plain(_("专业编号")),
        plain(_("专业"), width=28),
        figure(_("志愿顺序")),
        plain(_("备注")),
    )
    lines = [
        (
            one["number"],
            one["name"],
            _SEX[one["sex"]],
            full_name(one["county"]),
            one["programme"],
            one["major"],
            one["rank"],
            _mark(one),
        )
        for one in found.lines
    ]
    preamble = (
        _title(found),
        f"SHA-256 {found.sha256}",
        f"{_('签名（SHA-256）')} {found.signature}",
        _("封存时间：%(at)s", at=clock.moment_text(found.sealed_at)),
    )
    data = write_workbook([SheetOut(_("录取名册"), headings, lines, preamble=preamble)], title=_title(found))
    return download(data, name=_("录取名册") + ".xlsx", mimetype=MIMETYPE)


@blueprint.get("/<uuid:roster_id>.pdf")
@requires("rosters.read")
def paper(roster_id: uuid.UUID) -> Response:
    found = _read(roster_id, "rosters.download", file="pdf")
    run: Run = found.publication.run
    rows = [
        RosterRow(
            one["number"],
            one["name"],
            _SEX[one["sex"]],
            full_name(one["county"]),
            one["major"],
            str(one["rank"]),
            _mark(one),
        )
        for one in found.lines
    ]
    made = Roster(
        school=found.school.name("zh", clock.beijing_day(found.sealed_at)),
        year=run.round.cycle.year,
        round_name=f"第{run.round.number}轮",
        edition=found.number,
        rows=rows,
        sha256=found.sha256,
        signature=found.signature,
        signers=_signers(found),
        sealed_at=found.sealed_at,
    )
    return download(to_pdf(made), name=_("录取名册") + ".pdf", mimetype="application/pdf")


def _read(roster_id: uuid.UUID, operation: str, **facts: str) -> SealedRoster:
    """The roster, after it was written down that its names are shown; NotVisible if the actor may not see it."""
    actor = current_actor()
    get_roster(actor, roster_id)
    record_read(actor, operation, (SealedRoster.__tablename__, roster_id), **facts)
    return get_roster(actor, roster_id)


def _mark(line: Mapping[str, Any]) -> str:
    words = {"corrected": "更正", "adjusted": "调剂"}
    return "、".join(word for key, word in words.items() if line[key])


def _signers(found: SealedRoster) -> tuple[str, str]:
    query = select(Account.id, Account.display_name).where(Account.id.in_((found.first_signer, found.second_signer)))
    names = {account_id: mask_name(name) for account_id, name in db.session.execute(query)}
    return names[found.first_signer], names[found.second_signer]


def _title(found: SealedRoster) -> str:
    run: Run = found.publication.run
    return _(
        "%(school)s %(year)s 年第 %(number)s 轮录取名册（第 %(edition)s 版）",
        school=found.school.organisation.name_zh,
        year=run.round.cycle.year,
        number=run.round.number,
        edition=found.number,
    )
