"""Families file: each step by the operation behind its button, at a moment inside the county's window."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core import clock
from core.access import Actor
from core.db import db
from demo.actors import actor_of_account
from demo.invented import Inventor
from demo.lists import Listed
from demo.papers import show_papers
from enrolment.applications import choosing, confirming, operations
from enrolment.applications.consents import ConsentPurpose, notice_for, under_14
from enrolment.applications.guardianship import GuardianFacts, name_guardian
from enrolment.applications.models import ApplicantGuardian, Application
from enrolment.applications.progress import consents_to_ask
from enrolment.applications.records import newest_version

_FATHER, _MOTHER = "51", "52"
_NONE = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Parent:
    """A guardian as a family names one; the same phone is the same account."""

    name: str
    relation: str
    phone: str


@dataclass
class Family:
    """One pupil at work on an application, and the guardian who confirms it."""

    listed: Listed
    parent: Parent
    application_id: uuid.UUID = _NONE
    guardian_id: uuid.UUID = _NONE

    @cached_property
    def pupil(self) -> Actor:
        return actor_of_account(self.listed.account_id)

    @cached_property
    def guardian(self) -> Actor:
        return actor_of_account(db.session.get_one(ApplicantGuardian, self.guardian_id).account_id)

    @property
    def application(self) -> Application:
        return db.session.get_one(Application, self.application_id)

    def _draft_version(self) -> int:
        """The counter the page of the list would carry; many steps share one transaction here."""
        db.session.flush()
        return newest_version(self.application).version

    def begin(self) -> Application:
        """Open the application of the open round."""
        at = clock.now()
        application = operations.open_application(self.pupil, applicant_id=self.listed.applicant_id, at=at)
        self.application_id = application.id
        operations.check_identity(self.pupil, application_id=application.id, version=application.version, at=at)
        return application

    def name_parent(self) -> None:
        """Name the guardian; one named in an earlier round stays."""
        known = self.application.applicant.guardians
        if known:
            self.guardian_id = known[0].id
            return
        facts = GuardianFacts(self.parent.name, self.parent.relation, self.parent.phone)
        guardian = name_guardian(self.pupil, application_id=self.application_id, facts=facts, at=clock.now())
        self.guardian_id = guardian.id
        db.session.expire(self.application.applicant, ["guardians"])

    def show_papers(self) -> None:
        """Upload the papers asked for; under 14 only after the guardian has agreed."""
        person, at = self.listed.person, clock.now()
        if under_14(person.birth_date, clock.beijing_day(at)):
            confirming.give_consents(
                self.guardian,
                applicant_id=self.listed.applicant_id,
                purposes=(ConsentPurpose.PERSONAL_DATA, ConsentPurpose.SENSITIVE_DATA),
                notice_version=notice_for(person.birth_date, clock.beijing_day(at)),
                at=at,
            )
        show_papers(self.pupil, self.application)

    def choose(self, programme_ids: Sequence[uuid.UUID], *, adjusts: bool) -> None:
        """Put programmes on the list, and answer about adjustment."""
        for programme_id in programme_ids:
            choosing.add_choice(
                self.pupil,
                application_id=self.application_id,
                programme_id=programme_id,
                version=self._draft_version(),
                at=clock.now(),
            )
        choosing.set_adjustment(
            self.pupil,
            application_id=self.application_id,
            accepts=adjusts,
            version=self._draft_version(),
            at=clock.now(),
        )

    def send(self) -> None:
        """Send the list to the guardian."""
        operations.send(
            self.pupil,
            application_id=self.application_id,
            version=self._draft_version(),
            at=clock.now(),
        )

    def confirm(self) -> None:
        """The guardian agrees to everything asked, and so submits."""
        at = clock.now()
        day = clock.beijing_day(at)
        confirming.confirm(
            self.guardian,
            application_id=self.application_id,
            version=self._draft_version(),
            purposes=consents_to_ask(self.application.applicant, day),
            notice_version=notice_for(self.listed.person.birth_date, day),
            at=at,
        )

    def submit(self, programme_ids: Sequence[uuid.UUID], *, adjusts: bool) -> None:
        """Everything from the first page to the receipt."""
        self.begin()
        self.name_parent()
        self.show_papers()
        self.choose(programme_ids, adjusts=adjusts)
        self.send()
        self.confirm()


def parent_of(listed: Listed, inventor: Inventor) -> Parent:
    """An invented guardian of a pupil."""
    relation = inventor.chance.choice((_FATHER, _MOTHER))
    return Parent(inventor.guardian_name(listed.person.name), relation, inventor.phone())


def moment_between(opens: dt.datetime, closes: dt.datetime, chance: random.Random) -> dt.datetime:
    """Some second of a filing window, the last ten minutes left out."""
    span = (closes - opens - dt.timedelta(minutes=10)).total_seconds()
    return opens + dt.timedelta(seconds=chance.uniform(60, span))


def ids_of(codes: Sequence[str], programmes: Mapping[str, uuid.UUID]) -> list[uuid.UUID]:
    """Programme ids of a list of codes."""
    return [programmes[code] for code in codes]
