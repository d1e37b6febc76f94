"""One county's small world for the tests of this room: bureau, plan, pupil with guardian, and their actors."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.access import Actor, Grant, Organisation, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from core.notices.models import Notice
from enrolment.applications import choosing, confirming, operations
from enrolment.applications.consents import notice_for
from enrolment.applications.models import (
    Applicant,
    ApplicantGuardian,
    Application,
    ApplicationVersion,
    ConsentPurpose,
    PaperKind,
)
from enrolment.applications.records import newest_version
from enrolment.cycles.models import Round
from registry.schools.models import Programme
from tests.enrolment import factories as make
from tests.factories import QP, WJ, organisation, programme, school


def actor_for(account: Account | uuid.UUID | None) -> Actor:
    """The Actor a session of this account would have."""
    found = account if isinstance(account, Account) else db.session.get_one(Account, account)
    grants = tuple(
        Grant(
            Role(grant.role),
            grant.organisation_id,
            grant.organisation.kind if grant.organisation else None,
            grant.organisation.division if grant.organisation else "",
        )
        for grant in found.grants
    )
    return Actor(account_id=found.id, label=found.sign_in_name, grants=grants)


@dataclass
class Scene:
    """A pupil of 青浦 with a guardian, a round with three programmes, and the bureau."""

    in_round: Round
    bureau: Organisation
    near: Programme
    far: Programme
    shut: Programme
    child: Applicant
    parent: ApplicantGuardian

    @property
    def pupil(self) -> Actor:
        return actor_for(self.child.account_id)

    @property
    def guardian(self) -> Actor:
        return actor_for(self.parent.account_id)

    def open(self) -> Application:
        return operations.open_application(self.pupil, applicant_id=self.child.id, at=clock.now())

    def ready(self, *chosen: Programme) -> Application:
        """An application with everything done but the sending."""
        application = self.open()
        operations.check_identity(
            self.pupil, application_id=application.id, version=application.version, at=clock.now()
        )
        for kind in (PaperKind.IDENTITY, PaperKind.HOUSEHOLD):
            make.paper(self.child, kind)
        db.session.expire_all()
        for one in chosen or (self.near, self.far):
            self.choose(application, one)
        return application

    def choose(self, application: Application, one: Programme) -> ApplicationVersion:
        return choosing.add_choice(
            self.pupil,
            application_id=application.id,
            programme_id=one.id,
            version=newest_version(application).version,
            at=clock.now(),
        )

    def send(self, application: Application, at: dt.datetime | None = None) -> Application:
        return operations.send(
            self.pupil,
            application_id=application.id,
            version=newest_version(application).version,
            at=at or clock.now(),
        )

    def confirm(self, application: Application, at: dt.datetime | None = None) -> Application:
        at = at or clock.now()
        return confirming.confirm(
            self.guardian,
            application_id=application.id,
            version=newest_version(application).version,
            purposes=set(ConsentPurpose),
            notice_version=notice_for(self.child.birth_date, clock.beijing_day(at)),
            at=at,
        )

    def submitted(self, *chosen: Programme) -> Application:
        return self.confirm(self.send(self.ready(*chosen)))


def scene(**child: object) -> Scene:
    """Build it; ``child`` changes the pupil's row."""
    in_round = make.open_round()
    bureau = organisation(OrganisationKind.COUNTY, QP, "甲区教育局")
    near = programme(school(QP, name="甲职校"))
    far = programme(school(WJ, name="乙职校"), "660103", college="460104")
    shut = programme(school(WJ, name="丙职校"), "630101")
    make.plan(in_round, [(near, {QP: 2, WJ: 5}), (far, {QP: 3, WJ: 0}), (shut, {QP: 0, WJ: 9})])
    pupil, parent = make.family(in_round, QP, **child)
    return Scene(in_round, bureau, near, far, shut, pupil, parent)


def notices_of(account_id: object) -> list[str]:
    return list(db.session.scalars(select(Notice.template).where(Notice.account_id == account_id)))
