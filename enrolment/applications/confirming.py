"""A guardian's word: consents, the confirmation that submits an application, the request to change it."""

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy import select

from core.access import Actor
from core.audit import record
from core.clock import beijing_day
from core.db import db, expect_version, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.words import Words
from enrolment.applications import notices
from enrolment.applications.catalogue import catalogue_of
from enrolment.applications.clashes import end_clashes, open_clashes
from enrolment.applications.consents import notice_for
from enrolment.applications.models import (
    ApplicantGuardian,
    Application,
    ApplicationVersion,
    Consent,
    ConsentPurpose,
)
from enrolment.applications.progress import consents_to_ask
from enrolment.applications.receipts import confirmed_by, end_receipt, freeze_version
from enrolment.applications.records import (
    demand_open,
    demand_possible,
    filing_until,
    lock_own,
    move,
    newest_version,
    position_of,
    version_in_force,
)
from enrolment.applications.scope import guardian_of, own_applications
from enrolment.applications.states import Event, possible
from enrolment.applications.words import PURPOSES

LONGEST_COMMENT = 300


def give_consents(
    actor: Actor,
    *,
    applicant_id: uuid.UUID,
    purposes: Collection[ConsentPurpose],
    notice_version: str,
    at: dt.datetime,
) -> tuple[Consent, ...]:
    """A guardian agrees to purposes under the notice that was shown; the application itself is agreed to
    only together with its confirmation. Raises Refused when a newer notice is in force.
    """
    with transaction():
        guardian = _acting_guardian(actor, applicant_id)
        wanted = set(purposes) - {ConsentPurpose.APPLICATION}
        if not wanted:
            raise Refused(_l("请勾选您同意的事项。不同意就不用提交。"))
        return _consents(actor, guardian, wanted, notice_version, at)


def confirm(
    actor: Actor,
    *,
    application_id: uuid.UUID,
    version: int,
    purposes: Collection[ConsentPurpose],
    notice_version: str,
    at: dt.datetime,
) -> Application:
    """The guardian agrees and so submits the version that was shown; it is in force from now on.

    Raises Refused naming the first box that was left empty, outside the window, or when nothing waits for a
    guardian; Conflict when the list changed since the page was made.
    """
    with transaction():
        application = lock_own(actor, application_id)
        guardian = _acting_guardian(actor, application.applicant_id)
        demand_open(application, at)
        demand_possible(application, Event.GUARDIAN_CONFIRM)
        waiting, before = newest_version(application), version_in_force(application)
        expect_version(waiting, version)
        asked = consents_to_ask(application.applicant, beijing_day(at))
        for purpose in asked:
            if purpose not in purposes:
                raise Refused(_l("请勾选“%(purpose)s”。", purpose=PURPOSES[purpose]), field=purpose.value)
        _consents(actor, guardian, asked, notice_version, at)
        catalogue = catalogue_of(application.round, application.applicant.county)
        document = freeze_version(
            actor,
            waiting,
            confirmed=confirmed_by(guardian, notice_version),
            changes_until=filing_until(application),
            at=at,
            policy={"version": catalogue.sheet_version, "sha256": catalogue.sheet_digest},
        )
        waiting.confirmed_by_id = guardian.id
        move(application, Event.GUARDIAN_CONFIRM)
        if before is not None:
            end_receipt(actor, before, replaced_by=document)
        open_clashes(actor, application)
        record(actor, "applications.submit", application, number=document.number, sha256=waiting.content_sha256)
        notices.tell_family(
            application.applicant,
            notices.SUBMITTED,
            {"number": document.number, "choices": _list_of(waiting)},
            link=f"/applications/{application.id}",
        )
        return application


def send_back(actor: Actor, *, application_id: uuid.UUID, version: int, comment: str, at: dt.datetime) -> Application:
    """The guardian asks the child to change something; the comment is shown on the child's pages."""
    words = " ".join(comment.split())[:LONGEST_COMMENT]
    if not words:
        raise Refused(_l("请写明希望孩子改什么。"), field="comment")
    with transaction():
        application = lock_own(actor, application_id)
        _acting_guardian(actor, application.applicant_id)
        demand_open(application, at)
        demand_possible(application, Event.GUARDIAN_SEND_BACK)
        waiting = newest_version(application)
        expect_version(waiting, version)
        move(application, Event.GUARDIAN_SEND_BACK)
        waiting.guardian_comment = words
        record(actor, "applications.guardian_send_back", application, number=waiting.number)
        notices.tell_pupil(
            application.applicant,
            notices.SENT_BACK,
            {"comment": words},
            link=f"/applications/{application.id}/tasks",
        )
        return application


def withdraw_consents(actor: Actor, *, applicant_id: uuid.UUID, at: dt.datetime) -> tuple[Application, ...]:
    """A guardian takes the consents back; applications whose round is not locked are withdrawn with them.

    Returns the applications that were withdrawn. What the law keeps after an admission stays.
    """
    with transaction() as session:
        leaving = _leaving(actor, applicant_id)
        guardian = _acting_guardian(actor, applicant_id)
        given = session.scalars(
            select(Consent).where(Consent.applicant_id == applicant_id, Consent.withdrawn_at.is_(None))
        ).all()
        if not given:
            raise Refused(_l("现在没有生效的同意，不需要撤回。"))
        for consent in given:
            consent.withdrawn_at = at
        purposes = sorted(consent.purpose.value for consent in given)
        record(actor, "applications.withdraw_consents", guardian, purposes=purposes)
        return tuple(_leave(actor, application) for application in leaving)


def _list_of(version: ApplicationVersion) -> Words:
    """The choices in their order, as both languages name them."""
    zh, en = ((f"{one.rank} {one.programme.name(language)}" for one in version.choices) for language in ("zh", "en"))
    return Words("；".join(zh), "; ".join(en))


def _leaving(actor: Actor, applicant_id: uuid.UUID) -> list[Application]:
    """The applications that can still be withdrawn, locked, and before the guardian's row as everywhere."""
    query = own_applications(actor).where(Application.applicant_id == applicant_id).with_only_columns(Application.id)
    locked = [lock_own(actor, one) for one in db.session.scalars(query.order_by(Application.id)).all()]
    return [application for application in locked if possible(position_of(application), Event.WITHDRAW)]


def _leave(actor: Actor, application: Application) -> Application:
    in_force = version_in_force(application)
    move(application, Event.WITHDRAW)
    if in_force is not None:
        end_receipt(actor, in_force)
    end_clashes(actor, application)
    record(actor, "applications.withdraw", application, consents=True)
    return application


def _acting_guardian(actor: Actor, applicant_id: uuid.UUID) -> ApplicantGuardian:
    guardian = guardian_of(actor, applicant_id)
    if guardian is None:
        raise NotAllowed(_l("只有考生的监护人可以确认。请监护人用自己的账号登录。"))
    return lock_row(ApplicantGuardian, guardian.id)


def _consents(
    actor: Actor,
    guardian: ApplicantGuardian,
    purposes: Collection[ConsentPurpose],
    notice_version: str,
    at: dt.datetime,
) -> tuple[Consent, ...]:
    if notice_version != notice_for(guardian.applicant.birth_date, beijing_day(at)):
        raise Refused(_l("告知书已经更新，请重新阅读后再确认。"))
    made = tuple(
        Consent(
            applicant_id=guardian.applicant_id,
            guardian_id=guardian.id,
            purpose=purpose,
            notice_version=notice_version,
            given_at=at,
        )
        for purpose in ConsentPurpose
        if purpose in purposes
    )
    db.session.add_all(made)
    db.session.flush()
    record(
        actor,
        "applications.consent",
        guardian,
        purposes=[one.purpose.value for one in made],
        notice=notice_version,
    )
    return made
