"""One person in two counties: found at submission, held from review and lock, decided by both bureaus alike."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.audit import entries_about
from core.db import db, housekeeping
from core.errors import NotAllowed, NotVisible, Refused
from core.i18n import say
from core.notices.models import Notice
from enrolment.applications import clashes, operations
from enrolment.applications.clash_models import NEITHER, ClashBasis, ClashState, FilingClash
from enrolment.applications.models import Application, ApplicationState
from enrolment.applications.receipts import receipt_document
from enrolment.applications.records import version_in_force
from enrolment.cycles.models import Cycle
from enrolment.reviews.cases import findings_of
from enrolment.reviews.claims import claim
from enrolment.reviews.operations import Seen, pass_
from enrolment.reviews.precheck import Check
from enrolment.rounds.readiness import blocking, readiness
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, actor_for, scene
from tests.factories import QP, WJ, account, organisation, sign_in


class Two:
    """A pupil of QP who has submitted in WJ as well."""

    def __init__(self) -> None:
        self.world: Scene = scene()
        offices = {QP: self.world.bureau, WJ: organisation(OrganisationKind.COUNTY, WJ, "乙区教育局")}
        self.bureaus = {code: account(Role.COUNTY_APPROVER, office) for code, office in offices.items()}
        self.officer = account(Role.COUNTY_OFFICER, offices[QP])
        year = db.session.get_one(Cycle, self.world.in_round.cycle_id)
        twin = make.applicant(year, WJ, name=self.world.child.name, document_number=self.world.child.document_number)
        make.guardian(twin)
        self.there = make.application(twin, self.world.in_round, [self.world.near], state=ApplicationState.SUBMITTED)
        self.here = self.world.submitted()
        self.clash = db.session.scalars(select(FilingClash)).one()

    def actor(self, county: str) -> Actor:
        return actor_for(self.bureaus[county])

    def answers(self, county: str, goes_on: str) -> FilingClash:
        clash = db.session.get_one(FilingClash, self.clash.id)
        return clashes.answer(
            self.actor(county),
            clash_id=clash.id,
            version=clash.version,
            county=county,
            goes_on=goes_on,
            basis=ClashBasis.EXAM,
        )


def told(account_id: object) -> list[str]:
    return list(db.session.scalars(select(Notice.template).where(Notice.account_id == account_id)))


def test_both_are_held_and_told(context: Flask) -> None:
    two = Two()
    assert two.clash.counties == (QP, WJ)
    for application in (two.here, two.there):
        assert "applications.held" in told(application.applicant.account_id)
        assert findings_of([application])[application.id][0].check is Check.HELD
    assert all("applications.held_bureau" in told(one.id) for one in two.bureaus.values())
    officer = actor_for(two.officer)
    claim(officer, application_id=two.here.id)
    seen = Seen(db.session.get_one(Application, two.here.id).version, 1)
    with pytest.raises(Refused) as refusal:
        pass_(officer, application_id=two.here.id, seen=seen)
    assert "吴江区" in say(refusal.value.sentence)
    line = next(one for one in blocking(readiness(two.world.in_round)) if one.link == "clashes.cases")
    assert "1 名考生" in line.detail


def test_both_bureaus_decide_alike(context: Flask) -> None:
    two = Two()
    with pytest.raises(NotAllowed):
        clashes.answer(
            actor_for(two.officer),
            clash_id=two.clash.id,
            version=two.clash.version,
            county=QP,
            goes_on=QP,
            basis=ClashBasis.ROLL,
        )
    assert two.answers(QP, QP).state is ClashState.OPEN
    assert two.answers(WJ, WJ).state is ClashState.OPEN
    done = two.answers(WJ, QP)
    assert (done.state, done.outcome) == (ClashState.DECIDED, QP)
    here, there = (db.session.get_one(Application, one.id) for one in (two.here, two.there))
    assert (here.state, there.state) == (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN)
    assert "applications.held_ended" in told(there.applicant.account_id)
    assert clashes.unsettled(two.world.in_round.id) == ()
    clashes.demand_not_held(here)
    with pytest.raises(Refused) as refusal:
        operations.take_up_again(
            actor_for(there.applicant.account_id), application_id=there.id, version=there.version, at=clock.now()
        )
    assert "已经商定" in say(refusal.value.sentence)
    assert [one.operation for one in entries_about("filing_clash", done.id)][0] == "applications.decide_clash"
    with pytest.raises(Refused):
        two.answers(QP, WJ)


def test_or_neither_goes_on(context: Flask) -> None:
    two = Two()
    version = version_in_force(two.here)
    two.answers(QP, NEITHER)
    two.answers(WJ, NEITHER)
    states = {db.session.get_one(Application, one.id).state for one in (two.here, two.there)}
    assert states == {ApplicationState.WITHDRAWN}
    assert version is not None
    document = receipt_document(version)
    assert document is not None
    assert document.state.value != "valid"


def test_a_family_that_withdraws_one_ends_it(context: Flask) -> None:
    two = Two()
    here = db.session.get_one(Application, two.here.id)
    operations.withdraw(two.world.pupil, application_id=here.id, version=here.version, at=clock.now())
    assert db.session.get_one(FilingClash, two.clash.id).state is ClashState.ENDED
    clashes.demand_not_held(db.session.get_one(Application, two.there.id))
    again = db.session.get_one(Application, two.here.id)
    operations.take_up_again(two.world.pupil, application_id=again.id, version=again.version, at=clock.now())
    two.world.confirm(two.world.send(again))
    found = db.session.scalars(select(FilingClash).where(FilingClash.state == ClashState.OPEN)).one()
    assert found.id != two.clash.id


def test_one_person_cannot_answer_for_both(context: Flask) -> None:
    two = Two()
    alone = update(FilingClash).values(
        one_answer=QP,
        other_answer=QP,
        outcome=QP,
        one_by=two.officer.id,
        other_by=two.officer.id,
        state=ClashState.DECIDED,
        ended_at=clock.now(),
    )
    with pytest.raises(IntegrityError, match="both_agree"), housekeeping() as session:
        session.execute(alone)
    with pytest.raises(NotVisible):
        clashes.get_clash(two.world.pupil, two.clash.id)


def test_the_pages_show_the_other_county_and_no_more(context: Flask, client: Browser) -> None:
    two = Two()
    sign_in(client, two.bureaus[QP])
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    address = f"/clashes/{two.clash.id}"
    page = text(client.get(address))
    assert two.here.applicant.candidate_number in page
    assert two.there.applicant.candidate_number not in page
    assert "吴江区" in page
    assert two.there.applicant.candidate_number not in text(client.get("/clashes"))
    assert client.submit(address, {"county": QP, "basis": "exam"}).status_code == 422
    answered = client.submit(address, {"county": QP, "goes_on": WJ, "basis": "family"})
    assert answered.status_code == 303
    assert "由吴江区继续办理" in text(client.get(address))
    other = Browser(client.application, client.application.response_class)
    sign_in(other, account(Role.COUNTY_APPROVER, organisation(OrganisationKind.COUNTY, "330421", "丙县教育局")))
    assert other.get(address).status_code == 404


def text(response: object) -> str:
    return str(response.get_data(as_text=True))
