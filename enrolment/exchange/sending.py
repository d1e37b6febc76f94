"""Making packages: checked first, then numbered, sealed, signed and kept."""

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.divisions import division
from core.errors import NotAllowed, Refused
from core.files.gate import check_upload
from core.files.limits import SHEET
from core.files.limits import Kind as FileKind
from core.files.models import StoredFile
from core.files.operations import file_store
from core.i18n import lazy as _l
from core.sheets import BadSheets
from enrolment.applications.expecting import expected_in
from enrolment.applications.sheet import CandidateSheet, read_candidates
from enrolment.cycles.models import Cycle, Round
from enrolment.exchange.keys import private_of, public_of
from enrolment.exchange.models import ExchangeKey, ExchangePackage, Way
from enrolment.exchange.packages import ENDING, Header, Kind, Letter, make_package, read_package
from enrolment.exchange.result_lists import released_list
from enrolment.exchange.scope import SEND, confirmed_key
from enrolment.exchange.words import place_text

WORKBOOK = replace(SHEET, kinds=frozenset({FileKind.XLSX}))
MEDIA_TYPE = "application/octet-stream"


def pack_roster(
    actor: Actor, *, kind: Kind, cycle: Cycle, sender: str, receiver: str, workbook: bytes
) -> ExchangePackage:
    """A package of the own county's candidates: with their wishes (filing), or for their scores.

    The workbook is read first, so that nothing unreadable is sent. Raises Refused naming the first fault.
    """
    _demand_own(actor, sender)
    try:
        sheet = read_roster(workbook, cycle, sender)
    except BadSheets as bad:
        raise Refused(
            _l("名册有 %(count)s 处错误，请先在“导入考生”页面检查改好。", count=len(bad.faults)), field="workbook"
        ) from bad
    people = sum(len(one.candidates) for one in sheet.counties)
    return _make(actor, kind, cycle.year, (sender, receiver), workbook, {"people": people})


def pack_results(actor: Actor, *, in_round: Round, sender: str, receiver: str) -> ExchangePackage:
    """A package with the released results of the receiver's pupils. Raises Refused before the release."""
    _demand_own(actor, sender)
    results = released_list(in_round, receiver)
    if not results.lines:
        raise Refused(_l("这一轮没有%(county)s考生的结果。", county=place_text(receiver)), field="receiver")
    counts = {"people": len(results.lines), "admitted": results.admitted}
    content = results.model_dump_json().encode()
    return _make(actor, Kind.RESULTS, in_round.cycle.year, (sender, receiver), content, counts)


def read_roster(workbook: bytes, cycle: Cycle, county: str) -> CandidateSheet:
    """The candidates of one county in a workbook that passed the gate; raises BadSheets, or Refused by the gate."""
    checked = check_upload(io.BytesIO(workbook), "roster.xlsx", WORKBOOK)
    return read_candidates(checked.data, expected_in(cycle, {county: division(county).zh}))


def keep_package(
    actor: Actor, way: Way, header: Header, data: bytes, *, counts: Mapping[str, int], note: str = ""
) -> ExchangePackage:
    """Inside a transaction: the file and its line in the book of packages."""
    session = db.session()
    sha256, now = file_store().put(data), clock.now()
    file = StoredFile(
        sha256=sha256,
        media_type=MEDIA_TYPE,
        extension=ENDING,
        size=len(data),
        stored_at=now,
        stored_by=actor.account_id,
    )
    session.add(file)
    session.flush()
    made = ExchangePackage(
        way=way,
        kind=header.kind,
        year=header.year,
        sender=header.sender,
        receiver=header.receiver,
        number=header.number,
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=header.content_sha256,
        made_at=header.created_at,
        file_id=file.id,
        counts=dict(counts),
        note=note,
        acted_by=actor.account_id,
        acted_by_label=actor.label,
        acted_at=now,
    )
    session.add(made)
    session.flush()
    told = {"kind": header.kind.value, "sender": header.sender, "receiver": header.receiver}
    record(actor, f"exchange.{way.value}", made, number=header.number, sha256=made.sha256, **told, **counts)
    return made


def last_package(sender: str, receiver: str, *, sent: bool) -> tuple[int, str] | None:
    """Number and SHA-256 of the newest package from one bureau to another, as made here or as received here."""
    query = (
        select(ExchangePackage.number, ExchangePackage.sha256)
        .where(
            ExchangePackage.sender == sender,
            ExchangePackage.receiver == receiver,
            (ExchangePackage.way == Way.SENT) if sent else (ExchangePackage.way != Way.SENT),
        )
        .order_by(ExchangePackage.number.desc())
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return (row.number, row.sha256) if row else None


def own_key(county: str) -> ExchangeKey:
    """The bureau's own confirmed key; raises Refused when there is none."""
    found = confirmed_key(county, county)
    if found is None:
        raise Refused(_l("本县区还没有核对过的密钥。请先生成密钥，由另一位人员核对。"))
    return found


def _make(
    actor: Actor, kind: Kind, year: int, ends: tuple[str, str], content: bytes, counts: Mapping[str, int]
) -> ExchangePackage:
    sender, receiver = ends
    with transaction():
        own = lock_row(ExchangeKey, own_key(sender).id)
        partner = confirmed_key(sender, receiver)
        if partner is None or sender == receiver:
            raise Refused(_l("还没有核对过对方的公钥，不能加密给对方。"), field="receiver")
        number, previous = last_package(sender, receiver, sent=True) or (0, "")
        letter = Letter(kind, year, sender, receiver, number + 1, previous, _now())
        data = make_package(content, letter, private_of(own), public_of(partner))
        return keep_package(actor, Way.SENT, read_package(data).header, data, counts=counts)


def _now() -> dt.datetime:
    return clock.now().replace(microsecond=0)


def _demand_own(actor: Actor, sender: str) -> None:
    if sender not in actor.counties(SEND):
        raise NotAllowed(_l("只能生成本县区发出的包。"))
