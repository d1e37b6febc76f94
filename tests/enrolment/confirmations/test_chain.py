"""From the released place to the registry record: answer, letter, gate, person, timeline."""

import datetime as dt
import io

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from core import clock
from core.access import Actor, Role
from core.accounts.models import Account
from core.audit import AuditEntry, verify_chain
from core.db import db
from core.documents.models import DocumentState, IssuedDocument
from core.errors import Refused
from enrolment.applications.models import Application
from enrolment.confirmations.letters import letter_of, print_letter
from enrolment.confirmations.models import Arrival, ArrivalMethod, ConfirmationState
from enrolment.confirmations.operations import accept, agree_decline, arrive, ask_decline
from enrolment.cycles.models import Round
from enrolment.plans.ledger import free
from enrolment.results.models import Placement
from enrolment.results.visibility import released_placement_of
from registry.students.history import status_on
from registry.students.models import Person, Spell
from registry.students.states import Status
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.results.test_release import approved
from tests.enrolment.rounds.stage import Stage
from tests.factories import account, school, sign_in

SITE = "https://localhost/verify"


def released() -> tuple[Stage, dt.datetime]:
    stage, _run, publication = approved()
    return stage, publication.release_at


def place_of(stage: Stage, name: str) -> Placement:
    found = released_placement_of(stage.applications[name].id)
    assert found is not None
    return found


def pupil(stage: Stage, name: str) -> Actor:
    return actor_for(stage.applications[name].applicant.account_id)


def registrar(stage: Stage) -> Account:
    return account(Role.SCHOOL_REGISTRAR, stage.school.organisation)


def test_accepting_issues_a_letter_that_opens_a_record_at_the_gate(context: Flask) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = place_of(stage, "赵一")
        accept(pupil(stage, "赵一"), placement=place, site=SITE)
        letter = letter_of(place.id)
        assert letter is not None
        desk = actor_for(registrar(stage))
        arrival = arrive(desk, raw=letter.number, method=ArrivalMethod.NUMBER)
        spell = db.session.get_one(Spell, arrival.spell_id)
        assert status_on(spell.entries, clock.today()) is Status.AWAITING_APPROVAL
        assert (spell.person.name, spell.origin_id, str(spell.exam_score)) == ("赵一", place.id, "611.5")
        assert len(spell.person.guardians) == 1
        with pytest.raises(Refused):
            arrive(desk, raw=letter.verification_code, method=ArrivalMethod.SCAN)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert verify_chain(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).sound


def test_accepting_twice_keeps_one_letter_and_prints_copies(context: Flask) -> None:
    stage, at = released()
    with clock.frozen(at):
        place, actor = place_of(stage, "赵一"), pupil(stage, "赵一")
        accept(actor, placement=place, site=SITE)
        accept(actor, placement=place, site=SITE)
        texts = [
            "".join(page.extract_text() for page in PdfReader(io.BytesIO(print_letter(actor, place, SITE))).pages)
            for _ in range(2)
        ]
    assert db.session.scalar(select(func.count()).select_from(IssuedDocument)) == 1
    assert "赵一" in texts[0]
    assert "副本" not in "".join(texts[0].split())
    assert "副本" in "".join(texts[1].split())


def test_another_school_and_a_revoked_letter_are_turned_away_with_the_reason(context: Flask) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = place_of(stage, "赵一")
        accept(pupil(stage, "赵一"), placement=place, site=SITE)
        letter = letter_of(place.id)
        assert letter is not None
        elsewhere = actor_for(account(Role.SCHOOL_REGISTRAR, school().organisation))
        with pytest.raises(Refused) as refused, context.test_request_context():
            arrive(elsewhere, raw=letter.number, method=ArrivalMethod.NUMBER)
        with context.test_request_context():
            assert "甲职校" in str(refused.value.sentence)
        decline(stage, "赵一")
        with pytest.raises(Refused):
            arrive(actor_for(registrar(stage)), raw=letter.number, method=ArrivalMethod.NUMBER)
        assert db.session.get_one(IssuedDocument, letter.id).state is DocumentState.REVOKED
    assert db.session.scalar(select(func.count()).select_from(Spell)) == 0


def decline(stage: Stage, name: str) -> Placement:
    place = place_of(stage, name)
    guardian = db.session.get_one(Application, stage.applications[name].id).applicant.guardians[0]
    ask_decline(pupil(stage, name), placement=place)
    agree_decline(actor_for(guardian.account_id), placement=place, guardian=guardian)
    return place


def test_a_decline_needs_the_guardian_and_gives_the_seat_back_once(context: Flask) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = decline(stage, "钱二")
        assert place.cell_id is not None
        assert free(place.cell_id) == 1
        with pytest.raises(Refused):
            decline(stage, "钱二")
        with pytest.raises(Refused):
            accept(pupil(stage, "钱二"), placement=place, site=SITE)
        assert free(place.cell_id) == 1


def test_nobody_answers_after_the_deadline_or_without_a_place(context: Flask) -> None:
    stage, at = released()
    with clock.frozen(at), pytest.raises(Refused):
        accept(pupil(stage, "孙三"), placement=place_of(stage, "孙三"), site=SITE)
    late = db.session.get_one(Round, stage.round.id).confirm_until
    with clock.frozen(late), pytest.raises(Refused):
        accept(pupil(stage, "赵一"), placement=place_of(stage, "赵一"), site=SITE)


def test_the_pages_lead_from_the_result_to_the_student(context: Flask, client: Browser) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = place_of(stage, "赵一")
        who = db.session.get_one(Account, stage.applications["赵一"].applicant.account_id)
        sign_in(client, who)
        address = f"/results/{place.application_id}"
        accepted = client.submit(address, {}, to=f"/placements/{place.id}/accept")
        assert accepted.status_code == 303
        assert "下载录取通知书" in client.get(address).get_data(as_text=True)
        status = client.get(f"/applications/{place.application_id}").get_data(as_text=True)
        assert "查看录取结果" in status
        letter = client.get(f"/placements/{place.id}/letter.pdf")
        assert letter.get_data().startswith(b"%PDF")
        assert "attachment" in letter.headers["Content-Disposition"]
        code = db.session.scalars(select(IssuedDocument)).one().verification_code
        assert "计算机应用" in client.get(f"/verify/{code}").get_data(as_text=True)
        sign_in(client, registrar(stage))
        unknown = client.submit("/arrivals", {"code": "12345"})
        assert unknown.status_code == 422
        answer = client.submit("/arrivals", {"code": f"{SITE}/{code}"})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert "赵一" in client.get(answer.headers["Location"]).get_data(as_text=True)
        person = db.session.scalars(select(Person)).one()
        page = client.get(f"/students/{person.id}").get_data(as_text=True)
        assert "待核准" in page
        assert person.document_number not in page
        shown = client.submit(f"/students/{person.id}", {"reason": "verify"}, to=f"/students/{person.id}/reveal")
        assert str(person.document_number) in client.get(shown.headers["Location"]).get_data(as_text=True)


def test_asking_to_decline_shows_on_both_sides(context: Flask, client: Browser) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = place_of(stage, "钱二")
        applicant = stage.applications["钱二"].applicant
        sign_in(client, db.session.get_one(Account, applicant.account_id))
        client.submit(f"/placements/{place.id}/decline", {})
        address = f"/results/{place.application_id}"
        assert "等待监护人" in client.get(address).get_data(as_text=True)
        sign_in(client, db.session.get_one(Account, applicant.guardians[0].account_id))
        client.submit(f"/placements/{place.id}/decline", {})
        assert "已放弃" in client.get(address).get_data(as_text=True)
    assert ConfirmationState.DECLINED.value == "declined"


def test_a_scanned_letter_offers_the_arrival_to_its_own_school_only(context: Flask, client: Browser) -> None:
    stage, at = released()
    with clock.frozen(at):
        place = place_of(stage, "赵一")
        accept(pupil(stage, "赵一"), placement=place, site=SITE)
        letter = letter_of(place.id)
        assert letter is not None
        address = f"/verify/{letter.verification_code}"
        foreign = account(Role.SCHOOL_REGISTRAR, school(name="乙职校").organisation)
        family = db.session.get_one(Account, stage.applications["赵一"].applicant.account_id)
        assert "办理报到" not in client.get(address).text
        for stranger in (foreign, family):
            sign_in(client, stranger)
            assert "办理报到" not in client.get(address).text
        sign_in(client, registrar(stage))
        assert "办理报到" in client.get(address).text
        answer = client.submit(address, {"code": f"https://localhost{address}"}, to="/arrivals")
        assert answer.status_code == 303
        assert "办理报到" not in client.get(address).text
    assert db.session.scalars(select(Arrival.method)).one() is ArrivalMethod.SCAN
