"""One person, two counties: both applications are held until both bureaus agree which county goes on.

The same person is the same document, told by its blind index; no bureau sees the other county's list.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from core import clock
from core.access import Actor, Organisation, OrganisationKind, Role
from core.accounts.models import RoleGrant
from core.audit import record
from core.audit.operations import Signature
from core.db import db, expect_version, find, find_in, lock_row, require_transaction, transaction
from core.divisions import division
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.notices.operations import notify
from enrolment.applications import notices
from enrolment.applications.clash_models import NEITHER, ClashBasis, ClashState, FilingClash
from enrolment.applications.models import Applicant, Application, ApplicationState
from enrolment.applications.receipts import end_receipt
from enrolment.applications.records import hold_round, move, version_in_force
from enrolment.applications.states import Event

SEE, DECIDE = "clashes.see", "clashes.decide"
LIVE = (ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.PASSED)


def open_clashes(actor: Signature, application: Application) -> tuple[FilingClash, ...]:
    """Inside a transaction, after a submission: a case for every other county where the person has submitted.

    The person's rows are locked first, so that two submissions at once see each other. Both families' accounts
    and both bureaus are told.
    """
    session = require_transaction()
    applicant = application.applicant
    same = (
        select(Applicant)
        .where(
            Applicant.cycle_id == applicant.cycle_id,
            Applicant.document_type == applicant.document_type,
            Applicant.document_index == applicant.document_index,
        )
        .order_by(Applicant.id)
        .with_for_update(key_share=True)  # consents written before hold a key share of the own row
    )
    others = [one.id for one in session.scalars(same) if one.county != applicant.county]
    if not others:
        return ()
    query = select(Application).where(
        Application.round_id == application.round_id,
        Application.applicant_id.in_(others),
        Application.state.in_(LIVE),
    )
    made = [_open(actor, application, one) for one in session.scalars(query.order_by(Application.id)).all()]
    return tuple(one for one in made if one is not None)


def end_clashes(actor: Signature, application: Application) -> None:
    """Inside a transaction, after a withdrawal: the open cases of the application end, nobody is held any more."""
    session = require_transaction()
    for clash in session.scalars(_open_of(application).with_for_update()):
        clash.state, clash.ended_at = ClashState.ENDED, clock.now()
        record(actor, "applications.end_clash", clash)
    session.flush()


def answer(
    actor: Actor, *, clash_id: uuid.UUID, version: int, county: str, goes_on: str, basis: ClashBasis
) -> FilingClash:
    """A bureau says for its county which one goes on; with the second, equal answer the case is decided.

    The application that does not go on is withdrawn and both families read why. Raises NotAllowed for a county
    that is not the actor's, Refused when the case is closed, the round is locked or the answer is no choice;
    Conflict when the case changed meanwhile.
    """
    with transaction() as session:
        clash = lock_row(FilingClash, clash_id)
        if county not in clash.counties or county not in actor.counties(DECIDE):
            raise NotAllowed(_l("请由本县区教育局的审批人员答复。"))
        expect_version(clash, version)
        if clash.state is not ClashState.OPEN:
            raise Refused(_l("这件事已经办理完。"))
        if goes_on not in (*clash.counties, NEITHER):
            raise Refused(_l("请选择由哪个县区继续办理。"), field="goes_on")
        if hold_round(clash.one.round_id).locked_at is not None:
            raise Refused(_l("本轮已经锁定，不能再办理。"))
        if county == clash.one_county:
            clash.one_answer, clash.one_basis, clash.one_by = goes_on, basis, actor.account_id
            clash.one_at = clock.now()
        else:
            clash.other_answer, clash.other_basis, clash.other_by = goes_on, basis, actor.account_id
            clash.other_at = clock.now()
        if clash.one_answer and clash.one_by == clash.other_by:
            raise Refused(_l("两个县区要由两位人员分别答复。"))
        session.flush()
        record(actor, "applications.answer_clash", clash, county=county, goes_on=goes_on, basis=basis.value)
        if clash.one_answer == clash.other_answer:
            _carry_out(actor, clash)
        return clash


def demand_not_held(application: Application) -> None:
    """Raise Refused, naming the other county, while a case of the application is open."""
    clash = db.session.scalars(_open_of(application).limit(1)).one_or_none()
    if clash is not None:
        raise Refused(held_sentence(clash, application.applicant.county))


def held_where(application: Application) -> str:
    """The code of the other county while a case of a live application is open; "" otherwise."""
    if application.state not in LIVE:
        return ""
    clash = db.session.scalars(_open_of(application).limit(1)).one_or_none()
    if clash is None:
        return ""
    return clash.other_county if application.applicant.county == clash.one_county else clash.one_county


def held_sentence(clash: FilingClash, county: str) -> object:
    """Why an application of a county is held: all that its bureau is told of the other one is its name."""
    other = clash.other_county if county == clash.one_county else clash.one_county
    return _l("这名考生在%(county)s也提交了报名，两个县区教育局商定之前暂停办理。", county=division(other).zh)


def demand_not_lost(applicant: Applicant, round_id: uuid.UUID) -> None:
    """Raise Refused when both bureaus agreed that this county's application of the round does not go on."""
    mine = select(Application.id).where(Application.applicant_id == applicant.id, Application.round_id == round_id)
    query = select(FilingClash).where(
        or_(FilingClash.one_id.in_(mine), FilingClash.other_id.in_(mine)),
        FilingClash.state == ClashState.DECIDED,
        FilingClash.outcome != applicant.county,
    )
    if db.session.scalars(query).first() is not None:
        raise Refused(_l("两个县区教育局已经商定，这份报名不再办理。有疑问请联系本县区招生办。"))


def held_among(applications: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Which of these applications are held; one query for all."""
    if not applications:
        return frozenset()
    query = select(FilingClash.one_id, FilingClash.other_id).where(
        FilingClash.state == ClashState.OPEN,
        or_(FilingClash.one_id.in_(applications), FilingClash.other_id.in_(applications)),
    )
    return frozenset(one for pair in db.session.execute(query) for one in pair)


def unsettled(round_id: uuid.UUID) -> tuple[tuple[str, str], ...]:
    """The counties of every pair of a round in which one person is live twice, decided or not looked at yet."""
    one, other = aliased(Applicant), aliased(Applicant)
    first, second = aliased(Application), aliased(Application)
    query = (
        select(one.county, other.county)
        .join(first, first.applicant_id == one.id)
        .join(
            other,
            and_(
                other.cycle_id == one.cycle_id,
                other.document_type == one.document_type,
                other.document_index == one.document_index,
                other.county > one.county,
            ),
        )
        .join(second, and_(second.applicant_id == other.id, second.round_id == first.round_id))
        .where(first.round_id == round_id, first.state.in_(LIVE), second.state.in_(LIVE))
        .order_by(one.county, other.county, first.id)
    )
    return tuple((here, there) for here, there in db.session.execute(query))


def visible_clashes(actor: Actor, permission: str = SEE) -> Select[FilingClash]:
    """The cases of the actor's counties."""
    counties = actor.counties(permission)
    return select(FilingClash).where(
        or_(FilingClash.one_county.in_(counties), FilingClash.other_county.in_(counties))
    )


def get_clash(actor: Actor, clash_id: uuid.UUID) -> FilingClash:
    """The case with both applications, if visible; NotVisible otherwise."""
    query = (
        visible_clashes(actor)
        .where(FilingClash.id == clash_id)
        .options(
            *(
                joinedload(side).options(joinedload(Application.applicant), joinedload(Application.round))
                for side in (FilingClash.one, FilingClash.other)
            )
        )
    )
    return find_in(query)


def _open_of(application: Application) -> Select[FilingClash]:
    return select(FilingClash).where(
        FilingClash.state == ClashState.OPEN,
        or_(FilingClash.one_id == application.id, FilingClash.other_id == application.id),
    )


def _open(actor: Signature, application: Application, against: Application) -> FilingClash | None:
    """A case for the pair; None where one is open."""
    session = require_transaction()
    one, other = sorted((application, against), key=lambda each: each.applicant.county)
    there = select(
        exists().where(
            FilingClash.one_id == one.id, FilingClash.other_id == other.id, FilingClash.state == ClashState.OPEN
        )
    )
    if session.scalar(there):
        return None
    made = FilingClash(
        one_id=one.id,
        other_id=other.id,
        one_county=one.applicant.county,
        other_county=other.applicant.county,
        opened_at=clock.now(),
    )
    session.add(made)
    session.flush()
    record(actor, "applications.open_clash", made, counties=list(made.counties))
    for mine, away in ((one, other), (other, one)):
        facts = {"county": division(away.applicant.county).name}
        notices.tell_family(mine.applicant, notices.HELD, facts, link=f"/applications/{mine.id}")
    for account_id in _deciders(made.counties):
        notify(account_id, notices.HELD_BUREAU, {}, link=f"/clashes/{made.id}")
    return made


def _deciders(counties: tuple[str, str]) -> list[uuid.UUID]:
    """The approvers of both bureaus."""
    query = (
        select(RoleGrant.account_id)
        .distinct()
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(
            RoleGrant.role == Role.COUNTY_APPROVER,
            RoleGrant.ended_at.is_(None),
            Organisation.kind == OrganisationKind.COUNTY,
            Organisation.division.in_(counties),
        )
    )
    return sorted(db.session.scalars(query), key=str)


def _carry_out(actor: Actor, clash: FilingClash) -> None:
    """Both agree: what does not go on is withdrawn, its receipt ends, both families are told."""
    session = require_transaction()
    clash.state, clash.outcome, clash.ended_at = ClashState.DECIDED, clash.one_answer, clock.now()
    session.flush()
    for county in clash.counties:
        application = lock_row(Application, clash.application_of(county).id)
        goes_on = county == clash.outcome
        if not goes_on:
            in_force = version_in_force(application)
            move(application, Event.WITHDRAW)
            if in_force is not None:
                end_receipt(actor, in_force)
            record(actor, "applications.withdraw", application, clash=str(clash.id))
            end_clashes(actor, application)
        kept = clash.outcome if clash.outcome != NEITHER else ""
        template = notices.HELD_ENDED if kept else notices.HELD_NEITHER
        facts = {"county": division(kept).name} if kept else {}
        notices.tell_family(application.applicant, template, facts, link=f"/applications/{application.id}")
    session.flush()
    record(actor, "applications.decide_clash", find(FilingClash, clash.id), outcome=clash.outcome)
