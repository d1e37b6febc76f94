"""Accepting, declining with the guardian's agreement, and arriving at the school."""

import uuid
from decimal import Decimal

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import db, lock_row, transaction
from core.documents.models import DocumentKind, DocumentState, IssuedDocument
from core.documents.operations import find_by_code_or_number
from core.errors import Refused
from core.i18n import current_language
from core.i18n import lazy as _l
from core.identity import DocumentKind as IdentityKind
from enrolment.applications.models import Applicant, ApplicantGuardian
from enrolment.confirmations.giving_up import tell_family, undo_place
from enrolment.confirmations.letters import issue_letter
from enrolment.confirmations.models import Arrival, ArrivalMethod, Confirmation, ConfirmationState, NoShow
from enrolment.plans.models import SeatKind
from enrolment.results.models import Placement
from enrolment.results.promises import give_up_words
from registry.front import Admission, ExamFacts, GuardianFacts, PersonFacts, SpellFacts, admit


def accept(actor: Actor, *, placement: Placement, site: str) -> Confirmation:
    """Take the place: the letter is issued in the same transaction.

    Raises Refused after the deadline, for an unplaced pupil, or once a decline is complete.
    """
    with transaction() as session:
        lock_row(Placement, placement.id)
        _refuse_late(placement)
        answer = confirmation_of(placement.id)
        if answer is not None and answer.state is ConfirmationState.DECLINED:
            raise Refused(_l("您已放弃这次录取，名额已经退回，不能再确认。"))
        if answer is None:
            answer = Confirmation(
                placement_id=placement.id, state=ConfirmationState.ACCEPTED, answered_at=clock.now()
            )
            session.add(answer)
        answer.state = ConfirmationState.ACCEPTED
        answer.answered_at = clock.now()
        answer.answered_by = actor.account_id
        session.flush()
        letter = issue_letter(actor, placement, site)
        record(actor, "confirmations.accept", answer, placement=str(placement.id), letter=letter.number)
        tell_family(placement, "confirmations.accepted", {"number": letter.number})
        return answer


def ask_decline(actor: Actor, *, placement: Placement) -> Confirmation:
    """The pupil wants to decline; the place is kept until a guardian agrees."""
    with transaction() as session:
        lock_row(Placement, placement.id)
        _refuse_late(placement)
        _refuse_arrived(placement)
        answer = confirmation_of(placement.id)
        if answer is not None and answer.state is not ConfirmationState.ACCEPTED:
            raise Refused(_l("已经提出过放弃，正在等待监护人同意。"))
        if answer is None:
            answer = Confirmation(
                placement_id=placement.id, state=ConfirmationState.DECLINE_ASKED, answered_at=clock.now()
            )
            session.add(answer)
        answer.state = ConfirmationState.DECLINE_ASKED
        answer.answered_at = clock.now()
        answer.answered_by = actor.account_id
        session.flush()
        record(actor, "confirmations.ask_decline", answer, placement=str(placement.id))
        tell_family(placement, "confirmations.decline_asked")
        return answer


def agree_decline(actor: Actor, *, placement: Placement, guardian: ApplicantGuardian) -> Confirmation:
    """A guardian agrees: the seat goes back through the ledger and a letter already issued is revoked."""
    with transaction() as session:
        lock_row(Placement, placement.id)
        _refuse_late(placement)
        _refuse_arrived(placement)
        answer = confirmation_of(placement.id)
        if answer is None or answer.state is not ConfirmationState.DECLINE_ASKED:
            raise Refused(_l("孩子没有提出放弃，不用确认。"))
        answer.guardian_id = guardian.id
        answer.guardian_at = clock.now()
        answer.state = ConfirmationState.DECLINED
        session.flush()
        undo_place(actor, placement, SeatKind.DECLINED, reason="declined")
        record(actor, "confirmations.agree_decline", answer, placement=str(placement.id))
        application = placement.application
        cost = give_up_words(application.applicant, application.round)
        tell_family(placement, "confirmations.declined", {"cost": cost})
        return answer


def arrive(actor: Actor, *, raw: str, method: ArrivalMethod) -> Arrival:
    """Let a pupil in by the letter's QR code, typed code or number; the registry record opens with it.

    Raises Refused saying why not: unknown letter, another school's, revoked, already arrived, or a
    record that is still open elsewhere.
    """
    letter = find_by_code_or_number(raw, DocumentKind.ADMISSION_LETTER)
    if letter is None:
        raise Refused(_l("没有这份录取通知书。请核对编号，或改用二维码。"), field="code")
    with transaction() as session:
        placement = lock_row(Placement, letter.subject_id)
        _refuse_letter(actor, letter)
        _refuse_arrived(placement)
        admitted = admit(actor, _admission(placement))
        arrival = Arrival(
            placement_id=placement.id,
            letter_id=letter.id,
            spell_id=admitted.spell_id,
            method=method,
            arrived_at=clock.now(),
            recorded_by=actor.account_id,
        )
        session.add(arrival)
        session.flush()
        record(actor, "confirmations.arrive", arrival, letter=letter.number, spell=str(admitted.spell_id))
        return arrival


def confirmation_of(placement_id: uuid.UUID) -> Confirmation | None:
    """The family's answer to a place, if they gave one."""
    return db.session.scalars(select(Confirmation).where(Confirmation.placement_id == placement_id)).one_or_none()


def arrival_of(placement_id: uuid.UUID) -> Arrival | None:
    """The arrival of a placement, if the pupil has come."""
    return db.session.scalars(select(Arrival).where(Arrival.placement_id == placement_id)).one_or_none()


def no_show_of(placement_id: uuid.UUID) -> NoShow | None:
    """The hand-over of a placement whose pupil never came, if there was one."""
    return db.session.scalars(select(NoShow).where(NoShow.placement_id == placement_id)).one_or_none()


def standing_of(placement_id: uuid.UUID) -> tuple[Arrival | None, NoShow | None, Confirmation | None]:
    """All three of a placement at once, for a page."""
    query = (
        select(Arrival, NoShow, Confirmation)
        .select_from(Placement)
        .outerjoin(Arrival, Arrival.placement_id == Placement.id)
        .outerjoin(NoShow, NoShow.placement_id == Placement.id)
        .outerjoin(Confirmation, Confirmation.placement_id == Placement.id)
        .where(Placement.id == placement_id)
    )
    arrival, no_show, confirmation = db.session.execute(query).one()
    return arrival, no_show, confirmation


def _refuse_late(placement: Placement) -> None:
    if placement.programme_id is None:
        raise Refused(_l("本轮没有录取，没有需要确认的学校。"))
    if clock.now() >= placement.application.round.confirm_until:
        raise Refused(_l("确认时间已过，不能再更改。如有特殊情况，请联系生源地教育局。"))


def _refuse_arrived(placement: Placement) -> None:
    arrived = arrival_of(placement.id)
    if arrived is not None:
        moment = clock.moment_text(arrived.arrived_at, current_language())
        raise Refused(_l("已于 %(at)s 报到，不用重复办理。", at=moment), field="code")


def _refuse_letter(actor: Actor, letter: IssuedDocument) -> None:
    if letter.issuer_id not in actor.schools("arrivals.record"):
        raise Refused(
            _l("这份通知书是%(school)s签发的，请到该校报到。", school=letter.issuer.name(current_language())),
            field="code",
        )
    if letter.state is not DocumentState.VALID:
        raise Refused(_l("这份通知书已经失效，不能报到。请联系招生办公室。"), field="code")


def _admission(placement: Placement) -> Admission:
    """Carry the checked facts over to the registry; nobody types them again."""
    applicant = placement.application.applicant
    programme = placement.programme
    if programme is None:
        raise Refused(_l("本轮没有录取，不能报到。"))
    return Admission(
        person=_person(applicant),
        spell=SpellFacts(
            school_id=programme.school_id,
            programme_id=programme.id,
            source_county=applicant.county,
            entered_on=clock.today(),
            boards=bool(applicant.boards),
            exam=_exam(applicant),
            origin_id=placement.id,
        ),
    )


def _person(applicant: Applicant) -> PersonFacts:
    return PersonFacts(
        name=applicant.name,
        sex=applicant.sex,
        birth_date=applicant.birth_date,
        document_type=IdentityKind(applicant.document_type),
        document_number=applicant.document_number,
        ethnicity=applicant.ethnicity,
        phone=applicant.phone,
        address=applicant.address,
        account_id=applicant.account_id,
        guardians=tuple(
            GuardianFacts(name=one.name, relation=one.relation, phone=one.phone, account_id=one.account_id)
            for one in applicant.guardians
        ),
    )


def _exam(applicant: Applicant) -> ExamFacts:
    """Total and full mark exist only where every subject was scored: a missing score is never zero."""
    scores = applicant.scores
    return ExamFacts(
        year=applicant.cycle.year,
        number=applicant.candidate_number,
        score=sum((one.points for one in scores), start=Decimal(0)) if scores else None,
        full=sum((one.full for one in scores), start=Decimal(0)) if scores else None,
    )
