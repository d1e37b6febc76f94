"""The book of packages, one package with its file, and sending."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core.access import requires
from core.audit import record_read
from core.db import db
from core.errors import DomainError, NotVisible, Refused
from core.files.operations import content
from core.i18n import current_language
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.sheets import SheetOut, plain, write_workbook
from core.tables import MIMETYPE, Column, ListQuery, ListSpec, choice
from core.web.actor import current_actor
from core.web.downloads import download
from enrolment.cycles.models import Cycle
from enrolment.cycles.queries import current_cycle, newest_round
from enrolment.exchange import sending
from enrolment.exchange.forms import SendForm
from enrolment.exchange.models import ExchangePackage, ExchangeResult, Way
from enrolment.exchange.packages import ENDING, Kind
from enrolment.exchange.scope import SEND, get_package, visible_keys, visible_packages
from enrolment.exchange.sending import MEDIA_TYPE
from enrolment.exchange.words import KINDS, place_text

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")

PACKAGES: ListSpec[ExchangePackage] = ListSpec(
    columns=(
        Column(
            "number",
            _l("编号"),
            value=lambda row: row.number,
            link=lambda row: url_for("exchange.package", package_id=row.id),
        ),
        Column("kind", _l("内容"), value=lambda row: KINDS[row.kind]),
        Column("sender", _l("发出"), value=lambda row: place_text(row.sender)),
        Column("receiver", _l("收到"), value=lambda row: place_text(row.receiver)),
        Column("made", _l("生成时间"), value=lambda row: row.made_at),
        Column("acted", _l("办理时间"), value=lambda row: row.acted_at, sort=ExchangePackage.acted_at),
        Column("way", _l("状态"), value=lambda row: row.way, status="exchange_package"),
    ),
    last=(ExchangePackage.acted_at.desc(), ExchangePackage.id.asc()),
    filters=(
        choice(
            "way",
            _l("状态"),
            [("sent", _l("已生成")), ("taken", _l("已采用")), ("set_aside", _l("不采用"))],
            lambda value: ExchangePackage.way == Way(value),
        ),
    ),
)


@blueprint.get("")
@requires("exchange.see")
def packages() -> str:
    query = ListQuery.from_request(PACKAGES, request)
    keys = db.session.scalars(visible_keys(current_actor()).order_by("county", "proposed_at")).all()
    return render_template(
        "enrolment/exchange/packages.html",
        query=query,
        page=query.page(db.session(), visible_packages(current_actor())),
        keys=keys,
        place=place_text,
    )


@blueprint.get("/packages/<uuid:package_id>")
@requires("exchange.see")
def package(package_id: uuid.UUID) -> str:
    found = get_package(current_actor(), package_id)
    rows = _results(found)
    if rows:
        record_read(current_actor(), "exchange.see_results", found)
    return render_template(
        "enrolment/exchange/package.html", package=found, results=rows, kinds=KINDS, place=place_text
    )


@blueprint.get("/packages/<uuid:package_id>/file")
@requires("exchange.see")
def file(package_id: uuid.UUID) -> Response:
    """The package itself, sealed as it is: for the receiver's stick, or as evidence."""
    found = get_package(current_actor(), package_id)
    record_read(current_actor(), "exchange.fetch", found)
    name = f"{found.sender}-{found.receiver}-{found.number:04}-{found.kind}.{ENDING}"
    return download(content(found.file), name=name, mimetype=MEDIA_TYPE)


@blueprint.get("/packages/<uuid:package_id>/results.xlsx")
@requires("exchange.see")
def results(package_id: uuid.UUID) -> Response:
    """The results that came with a package, for the county's own announcement."""
    found = get_package(current_actor(), package_id)
    rows = _results(found)
    if not rows:
        raise NotVisible
    record_read(current_actor(), "exchange.export_results", found, rows=len(rows))
    language = current_language()
    sheet = SheetOut(
        _("录取结果"),
        (
            plain(_("考生号"), width=20),
            plain(_("姓名"), width=16),
            plain(_("录取专业代码"), width=20),
            plain(_("录取学校和专业"), width=50),
            plain(_("录取志愿"), width=12),
        ),
        [
            (
                one.applicant.candidate_number,
                one.applicant.name,
                one.programme_code or None,
                one.place.text(language) if one.place else _("未录取"),
                str(one.rank) if one.rank else None,
            )
            for one in rows
        ],
    )
    name = f"{found.year} {_('录取结果')} {found.number}.xlsx"
    return download(write_workbook([sheet], title=_("录取结果")), name=name, mimetype=MIMETYPE)


@blueprint.route("/send", methods=["GET", "POST"])
@requires("exchange.send")
def send() -> str | AnyResponse | tuple[str, int]:
    form = SendForm(own=current_actor().counties(SEND))
    if form.validate_on_submit():
        try:
            made = _send(form)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("已生成第 %(number)s 号包，请下载后交给对方。", number=made.number), "success")
            return redirect(url_for(".package", package_id=made.id), 303)
    page = render_template("enrolment/exchange/send.html", form=form)
    return (page, 422) if form.errors or form.form_errors else page


def _send(form: SendForm) -> ExchangePackage:
    actor, cycle = current_actor(), _cycle()
    sender = one_county(actor.counties(SEND))
    kind = Kind(form.kind.data)
    if kind is Kind.RESULTS:
        in_round = newest_round(cycle)
        if in_round is None:
            raise Refused(_l("还没有开启过轮次，没有结果。"))
        return sending.pack_results(actor, in_round=in_round, sender=sender, receiver=form.receiver.data)
    return sending.pack_roster(
        actor,
        kind=kind,
        cycle=cycle,
        sender=sender,
        receiver=form.receiver.data,
        workbook=form.workbook.data.stream.read(),
    )


def one_county(own: frozenset[str]) -> str:
    """The county the actor works for. Raises NotVisible for an account without one."""
    if not own:
        raise NotVisible
    return sorted(own)[0]


def _cycle() -> Cycle:
    cycle = current_cycle()
    if cycle is None:
        raise Refused(_l("还没有建立招生年度，暂时不能生成包。"))
    return cycle


def _results(found: ExchangePackage) -> list[ExchangeResult]:
    query = (
        select(ExchangeResult)
        .where(ExchangeResult.package_id == found.id)
        .options(joinedload(ExchangeResult.applicant))
    )
    return sorted(db.session.scalars(query), key=lambda one: one.applicant.candidate_number)
