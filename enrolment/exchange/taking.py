"""Taking packages in: every check again at each step, a preview that writes nothing, then all or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from core import clock
from core.access import Actor, Grant, OrganisationKind, Role
from core.audit.operations import record_denied
from core.db import db, lock_row, transaction
from core.errors import DomainError, Refused
from core.i18n import lazy as _l
from core.sheets import BadSheets, SheetFault
from enrolment.applications.intake import ImportReport, compare_candidates
from enrolment.applications.sheet import CandidateSheet
from enrolment.applications.wishes import WishReport, compare_wishes, take_list
from enrolment.cycles.models import Cycle
from enrolment.cycles.queries import open_round
from enrolment.exchange.keys import private_of, public_of
from enrolment.exchange.models import ExchangeKey, ExchangePackage, ExchangeResult, Way
from enrolment.exchange.packages import BadPackage, Fault, Header, Kind, demand_next, read_package
from enrolment.exchange.result_lists import BadResults, ResultList, pupils_of, read_results
from enrolment.exchange.scope import TAKE, confirmed_key
from enrolment.exchange.sending import keep_package, last_package, own_key, read_roster
from enrolment.exchange.words import fault_text

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a package in would do; with ``faults`` or ``refusal`` it can only be set aside."""

    header: Header
    roster: ImportReport | None = None
    wishes: WishReport | None = None
    results: ResultList | None = None
    faults: tuple[SheetFault, ...] = field(default=())
    refusal: object = None

    @property
    def sound(self) -> bool:
        """Whether it can be taken in."""
        return not self.faults and self.refusal is None


@dataclass(frozen=True, slots=True)
class _Opened:
    header: Header
    content: bytes
    cycle: Cycle


def preview(actor: Actor, data: bytes) -> Preview:
    """Check a package and compare its content with the records; nothing is written.

    Raises Refused with one sentence for a package that is not in order; the refusal stands in the audit trail.
    """
    try:
        opened = _checked(actor, data)
    except BadPackage as bad:
        raise _refused(actor, data, bad) from bad
    header = opened.header
    try:
        if header.kind is Kind.RESULTS:
            results = read_results(opened.content)
            pupils_of(opened.cycle, header.receiver, results)
            return Preview(header, results=results)
        sheet = read_roster(opened.content, opened.cycle, header.sender)
        sender, in_round = _for_sender(actor, header), open_round(opened.cycle)
        report = compare_candidates(sender, cycle_id=opened.cycle.id, sheet=sheet)
        if header.kind is Kind.SCORES or not _wishes_in(sheet):
            return Preview(header, roster=report)
        if in_round is None:
            raise _no_round()
        return Preview(header, roster=report, wishes=compare_wishes(sender, in_round=in_round, sheet=sheet))
    except BadSheets as bad:
        return Preview(header, faults=tuple(bad.faults))
    except BadResults as bad:
        return Preview(header, refusal=_results_text(bad))
    except DomainError as error:
        return Preview(header, refusal=error.sentence)


def take_in(actor: Actor, data: bytes) -> ExchangePackage:
    """Take a package in, all or nothing, in one transaction. Raises Refused like `preview`, and for bad content."""
    try:
        with transaction():
            opened = _checked(actor, data, lock=True)
            counts = _results(opened) if opened.header.kind is Kind.RESULTS else _roster(actor, opened)
            made = keep_package(actor, Way.TAKEN, opened.header, data, counts=counts)
            if opened.header.kind is Kind.RESULTS:
                _write_results(made, opened)
            return made
    except BadPackage as bad:
        raise _refused(actor, data, bad) from bad
    except BadSheets as bad:
        raise Refused(_l("包里的名册有 %(count)s 处错误，没有采用。", count=len(bad.faults))) from bad
    except BadResults as bad:
        raise Refused(_results_text(bad)) from bad


def set_aside(actor: Actor, data: bytes, *, note: str) -> ExchangePackage:
    """Do not use a package that is in order, and say why; the next one can be taken then. Raises Refused."""
    told = note.strip()
    if not told or len(told) > LONGEST_NOTE:
        raise Refused(_l("请写明不采用的理由，最多 %(most)s 字。", most=LONGEST_NOTE), field="note")
    try:
        with transaction():
            opened = _checked(actor, data, lock=True)
            return keep_package(actor, Way.SET_ASIDE, opened.header, data, counts={}, note=told)
    except BadPackage as bad:
        raise _refused(actor, data, bad) from bad


def _checked(actor: Actor, data: bytes, *, lock: bool = False) -> _Opened:
    """Form, address, sender, signature, seal, order, year: in this order. Raises BadPackage."""
    package = read_package(data)
    header = package.header
    if header.receiver not in actor.counties(TAKE):
        raise BadPackage(Fault.WRONG_ADDRESS, header)
    own = own_key(header.receiver)
    if lock:
        own = lock_row(ExchangeKey, own.id)
    if not package.signature:
        raise BadPackage(Fault.UNSIGNED, header)
    sender = confirmed_key(header.receiver, header.sender)
    if sender is None:
        raise BadPackage(Fault.UNKNOWN_SENDER, header)
    package.demand_signed(public_of(sender))
    demand_next(header, package.sha256, last_package(header.sender, header.receiver, sent=False))
    content = package.opened(private_of(own))
    cycle = db.session.scalars(select(Cycle).where(Cycle.year == header.year)).one_or_none()
    if cycle is None:
        raise BadPackage(Fault.UNKNOWN_YEAR, header)
    return _Opened(header, content, cycle)


def _roster(actor: Actor, opened: _Opened) -> Mapping[str, int]:
    """Inside a transaction: the sender's pupils, their scores, and of a filing their wishes."""
    header, sender = opened.header, _for_sender(actor, opened.header)
    sheet = read_roster(opened.content, opened.cycle, header.sender)
    in_round = open_round(opened.cycle) if header.kind is Kind.FILING else None
    if header.kind is Kind.FILING and in_round is None and _wishes_in(sheet):
        raise _no_round()
    report = take_list(
        sender,
        cycle_id=opened.cycle.id,
        round_id=in_round.id if in_round else None,
        sheet=sheet,
        at=min(header.created_at, clock.now()),
    )
    return {"new": report.new, "changed": len(report.changed), "same": report.same}


def _results(opened: _Opened) -> Mapping[str, int]:
    results = read_results(opened.content)
    pupils_of(opened.cycle, opened.header.receiver, results)
    return {"people": len(results.lines), "admitted": results.admitted}


def _write_results(made: ExchangePackage, opened: _Opened) -> None:
    results = read_results(opened.content)
    pupils = pupils_of(opened.cycle, opened.header.receiver, results)
    db.session.add_all(
        ExchangeResult(
            package_id=made.id,
            applicant_id=pupils[one.number].id,
            round_number=results.round,
            programme_code=one.programme,
            place=one.place,
            rank=one.rank,
            adjusted=one.adjusted,
        )
        for one in results.lines
    )
    db.session.flush()


def _for_sender(actor: Actor, header: Header) -> Actor:
    """Who takes the list in, with the authority of the bureau that signed it and of no other."""
    grant = Grant(Role.COUNTY_OFFICER, None, OrganisationKind.COUNTY, header.sender)
    return Actor(actor.account_id, f"{actor.label} ({header.sender} #{header.number})", (grant,))


def _wishes_in(sheet: CandidateSheet) -> bool:
    return any(one.wishes for county in sheet.counties for one in county.candidates)


def _no_round() -> Refused:
    return Refused(_l("现在没有开启的轮次，包里的志愿不能登记。"))


def _results_text(bad: BadResults) -> object:
    if not bad.unknown:
        return _l("包里不是录取结果，或者同一考生出现两次。请对方重新生成。")
    return _l(
        "包里有 %(count)s 个考生号不在本县区名册中，第一个是 %(number)s。",
        count=len(bad.unknown),
        number=bad.unknown[0],
    )


def _refused(actor: Actor, data: bytes, bad: BadPackage) -> Refused:
    """The refusal in words; the attempt is put on record, and nothing else is."""
    header = bad.header
    facts = {"sender": header.sender, "receiver": header.receiver, "number": header.number} if header else {}
    subject = ("exchange_package", hashlib.sha256(data).hexdigest()[:32])
    record_denied(actor, "exchange.refuse_package", subject, reason=bad.fault.value, **facts)
    return Refused(fault_text(bad))
