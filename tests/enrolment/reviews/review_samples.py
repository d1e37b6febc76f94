"""A county with two officers and an approver, and pupils whose applications were submitted."""

from dataclasses import dataclass

from core.access import Actor, Organisation, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from enrolment.applications.models import Application, ApplicationState, PaperKind
from enrolment.applications.records import version_in_force
from enrolment.cycles.models import Round
from enrolment.reviews.operations import Seen
from registry.schools.models import Programme
from tests.enrolment import factories as make
from tests.enrolment.plans.plan_samples import actor_for
from tests.factories import QP, WJ, account, organisation, programme, school


@dataclass
class Desk:
    """The review desk of one county."""

    in_round: Round
    office: Organisation
    first: Account
    second: Account
    approver: Account
    offered: Programme
    shut: Programme

    @property
    def officer(self) -> Actor:
        return actor_for(self.first)

    @property
    def colleague(self) -> Actor:
        return actor_for(self.second)

    @property
    def chief(self) -> Actor:
        return actor_for(self.approver)

    def submitted(
        self, county: str = QP, *, name: str = "欧阳〇𬭎", papers: bool = True, **changes: object
    ) -> Application:
        """A submitted application of a pupil with a guardian and both papers."""
        child, parent = make.family(self.in_round, county, name=name, **changes)
        if papers:
            for kind in (PaperKind.IDENTITY, PaperKind.HOUSEHOLD):
                make.paper(child, kind)
        return make.application(
            child, self.in_round, [self.offered], state=ApplicationState.SUBMITTED, confirmed_by=parent
        )


def desk() -> Desk:
    """青浦's desk in an open round with one programme offered and one shut to its pupils."""
    in_round = make.open_round()
    office = organisation(OrganisationKind.COUNTY, QP, "青浦区教育局")
    host = school(WJ, name="吴江示例学校")
    offered, shut = programme(host), programme(host, college="510201")
    make.plan(in_round, [(offered, {QP: 10, WJ: 10}), (shut, {QP: 0, WJ: 5})])
    return Desk(
        in_round=in_round,
        office=office,
        first=account(Role.COUNTY_OFFICER, office, name="王办事"),
        second=account(Role.COUNTY_OFFICER, office, name="李办事"),
        approver=account(Role.COUNTY_APPROVER, office, name="赵批准"),
        offered=offered,
        shut=shut,
    )


def seen_of(application: Application) -> Seen:
    """What a page opened now would show."""
    db.session.refresh(application)
    in_force = version_in_force(application)
    assert in_force is not None
    return Seen(application.version, in_force.number)
