"""Corrections after the release and score reviews before it: two persons, old and new readable (T45, X7)."""

import io
import uuid
from decimal import Decimal

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from core.documents.models import DocumentState, IssuedDocument
from core.errors import Conflict, NotAllowed, NotVisible, Refused
from core.notices.models import Notice
from enrolment.appeals.models import CaseKind, CorrectionCase
from enrolment.appeals.notes import correction_notes
from enrolment.appeals.operations import Wanted, approve, propose, refuse, withdraw
from enrolment.applications.models import SubjectScore
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.operations import confirmation_of
from enrolment.confirmations.vacancies import vacancies
from enrolment.plans.ledger import free
from enrolment.results.models import Placement, PublicAnswer, SealedRoster
from enrolment.results.public_answers import look_up
from enrolment.rounds.models import Run, RunState
from registry.schools.models import Programme
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.scene import SITE, Released, released, store_by_hand, stored, usual
from tests.enrolment.rounds.stage import Stage, ready
from tests.factories import JS, account, organisation, sign_in


def picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(made, "JPEG")
    made.seek(0)
    return made


def open_case(scene: Released, name: str, programme: Programme | None, by: Actor | None = None) -> CorrectionCase:
    wanted = Wanted(CaseKind.CORRECTION, "录入有误。", programme.id if programme else None)
    case = propose(
        by or scene.stage.actor,
        application_id=scene.stage.applications[name].id,
        wanted=wanted,
        evidence=picture(),
        name="proof.jpg",
    )
    return db.session.get_one(CorrectionCase, case.id)


def swap() -> tuple[Released, CorrectionCase, Placement]:
    """钱二 declined; 赵一, who accepted, is moved to the seat that became free."""
    scene = released()
    with clock.frozen(scene.at):
        old = scene.accept("赵一")
        scene.decline("钱二")
        case = open_case(scene, "赵一", scene.stage.second)
        approve(scene.stage.other, case_id=case.id, version=case.version, site=SITE)
    return scene, db.session.get_one(CorrectionCase, case.id), db.session.get_one(Placement, old.id)


def test_t45_a_correction_replaces_letter_list_and_roster_and_tells_the_family(context: Flask) -> None:
    scene, case, old = swap()
    with clock.frozen(scene.at):
        new = scene.place("赵一")
        assert (new.corrects_id, new.programme_id, new.rank, new.adjusted) == (
            old.id,
            scene.stage.second.id,
            2,
            False,
        )
        assert case.made_placement_id == new.id
        letters = {one.subject_id: one for one in db.session.scalars(select(IssuedDocument))}
        assert letters[old.id].state is DocumentState.REPLACED
        assert letters[old.id].replaced_by_id == letters[new.id].id
        assert letters[new.id].state is DocumentState.VALID
        assert confirmation_of(new.id) is not None
        rosters = db.session.scalars(select(SealedRoster).order_by(SealedRoster.number)).all()
        assert [one.number for one in rosters] == [1, 2]
        names = [{line["name"]: (line["programme"], line["corrected"]) for line in one.lines} for one in rosters]
        assert names[0]["赵一"] == (scene.stage.first.code, False)
        assert names[1]["赵一"] == (scene.stage.second.code, True)
        applicant = scene.stage.applications["赵一"].applicant
        said = look_up(scene.round.cycle.year, applicant.candidate_number, applicant.document_number[-6:])
        assert said is not None
        assert (said.corrected, said.programme_id) == (True, scene.stage.second.id)
        ended = db.session.scalars(select(PublicAnswer).where(PublicAnswer.placement_id == old.id)).one()
        assert ended.ended_at == scene.at
        with context.test_request_context():
            (note,) = correction_notes(new)
            assert "录入有误" in str(note)
            assert correction_notes(old) == ()
    told = db.session.scalars(select(Notice).where(Notice.template == "appeals.corrected")).all()
    assert len(told) == 2


def test_the_ledger_is_right_after_a_correction(context: Flask) -> None:
    scene, _case, old = swap()
    with clock.frozen(scene.at):
        new = scene.place("赵一")
        rows = vacancies(scene.round)
        assert all(one.free == one.counted == free(one.cell_id) for one in rows)
        by_id = {one.cell_id: one for one in rows}
        assert old.cell_id is not None
        assert new.cell_id is not None
        assert (by_id[old.cell_id].returned, by_id[old.cell_id].free) == (1, 1)
        assert by_id[new.cell_id].free == 0


def test_x7_a_place_taken_away_is_free_in_the_same_cell_and_moves_nobody_up(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.at):
        old = scene.accept("赵一")
        letter = letter_of(old.id)
        case = open_case(scene, "赵一", None)
        approve(scene.stage.other, case_id=case.id, version=case.version, site=SITE)
        assert letter is not None
        assert db.session.get_one(IssuedDocument, letter.id).state is DocumentState.REVOKED
        assert old.cell_id is not None
        assert free(old.cell_id) == 1
        assert scene.place("赵一").programme_id is None
        assert scene.place("孙三").programme_id is None, "nobody is moved up"
        assert all(one.free == one.counted for one in vacancies(scene.round))


def test_one_person_alone_and_a_full_programme_change_nothing(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.at):
        case = open_case(scene, "孙三", scene.stage.first)
        for actor, error in ((scene.stage.actor, Refused), (scene.stage.other, Refused)):
            with pytest.raises(error):
                approve(actor, case_id=case.id, version=case.version, site=SITE)
        with pytest.raises(Refused):
            open_case(scene, "孙三", scene.stage.second)
        with pytest.raises(Refused):
            refuse(scene.stage.other, case_id=case.id, version=case.version, note=" ")
        with pytest.raises(Conflict):
            refuse(scene.stage.other, case_id=case.id, version=case.version + 1, note="证据不足")
        refuse(scene.stage.other, case_id=case.id, version=case.version, note="证据不足")
        assert scene.place("孙三").programme_id is None
        again = open_case(scene, "孙三", scene.stage.second)
        with pytest.raises(Refused):
            withdraw(scene.stage.other, case_id=again.id, version=again.version)
        withdraw(scene.stage.actor, case_id=again.id, version=again.version)
        with pytest.raises(Refused):
            approve(scene.stage.other, case_id=again.id, version=again.version, site=SITE)
        with pytest.raises(Refused):
            open_case(scene, "赵一", scene.stage.first)
    with pytest.raises(DatabaseError, match="decided case"), housekeeping() as session:
        session.execute(text("UPDATE correction_case SET reason = 'x'"))


def test_only_the_pupils_own_county_opens_and_sees_cases(context: Flask) -> None:
    scene = released()
    stranger = actor_for(account(Role.COUNTY_APPROVER, organisation(OrganisationKind.COUNTY, JS)))
    with clock.frozen(scene.at):
        with pytest.raises(NotAllowed):
            open_case(scene, "赵一", None, by=stranger)
        case = open_case(scene, "赵一", None)
        with pytest.raises(NotVisible):
            approve(stranger, case_id=case.id, version=case.version, site=SITE)


def review(stage: Stage, points: str) -> CorrectionCase:
    case = propose(
        stage.actor,
        application_id=stage.applications["孙三"].id,
        wanted=Wanted(CaseKind.SCORE_REVIEW, "漏加一题。", subject="语文", points=Decimal(points)),
        evidence=picture(),
        name="proof.jpg",
    )
    return db.session.get_one(CorrectionCase, case.id)


def test_a_score_review_before_the_release_changes_the_input_and_supersedes_the_run(context: Flask) -> None:
    stage = ready()
    run = stored(stage, usual(stage))
    for wrong in ("110", "151", "-1"):
        with pytest.raises(Refused) as refused:
            review(stage, wrong)
        assert refused.value.field == "points"
    case = review(stage, "118.5")
    approve(stage.other, case_id=case.id, version=case.version, site=SITE)
    score = db.session.scalars(
        select(SubjectScore).where(
            SubjectScore.applicant_id == stage.applications["孙三"].applicant_id, SubjectScore.subject == "语文"
        )
    ).one()
    assert score.points == Decimal("118.5")
    assert db.session.get_one(Run, run.id).state is RunState.SUPERSEDED
    assert db.session.get_one(CorrectionCase, case.id).superseded_run_id == run.id
    cells = [cell.id for row in stage.plan.programmes for cell in row.cells]
    assert [free(one) for one in cells] == [cell.seats for row in stage.plan.programmes for cell in row.cells]
    second = store_by_hand(stage, stage.round.id, {**usual(stage), "赵一": None, "孙三": stage.first})
    assert second.snapshot.sha256 != db.session.get_one(Run, run.id).snapshot.sha256


def test_after_the_release_a_review_leads_to_a_correction(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.at), pytest.raises(Refused):
        review(scene.stage, "118.5")
    assert db.session.scalars(select(CorrectionCase)).all() == []


def test_the_pages_of_a_case(context: Flask, client: Browser) -> None:
    scene = released()
    with clock.frozen(scene.at):
        scene.accept("赵一")
        scene.decline("钱二")
        number = scene.stage.applications["赵一"].applicant.candidate_number
        sign_in(client, scene.stage.approver)
        fields = {
            "kind": "correction",
            "candidate_number": number,
            "programme": scene.stage.second.code,
            "reason": "录入有误",
        }
        assert client.submit("/corrections/new", fields).status_code == 422, "no evidence"
        wrong = {**fields, "candidate_number": "nobody", "evidence": (picture(), "a.jpg")}
        assert client.submit("/corrections/new", wrong).status_code == 422
        answer = client.submit("/corrections/new", {**fields, "evidence": (picture(), "a.jpg")})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        address = answer.headers["Location"]
        assert "另一位审批人员" in client.get(address).get_data(as_text=True)
        assert "赵一" in client.get("/corrections").get_data(as_text=True)
        sign_in(client, scene.stage.colleague)
        refused = client.submit(address, {"note": ""}, to=f"{address}/refuse")
        assert refused.status_code == 422
        done = client.submit(address, {}, to=f"{address}/approve")
        assert done.status_code == 303, done.get_data(as_text=True)
        page = client.get(address).get_data(as_text=True)
        every = db.session.scalars(select(IssuedDocument)).all()
        old, new = sorted(every, key=lambda one: one.replaced_by_id is None)
        assert old.number in page
        assert new.number in page
        assert client.get(f"{address}/evidence").get_data()[:2] == b"\xff\xd8"
        assert "更正" in client.get("/public-results").get_data(as_text=True)
        verified = client.get(f"/verify/{old.verification_code}").get_data(as_text=True)
        assert "已被新文件替代" in verified
        assert new.number in verified
        for stranger in strangers(scene):
            sign_in(client, stranger)
            assert client.get(address).status_code in (403, 404)
        assert client.get(f"/corrections/{uuid.uuid4()}").status_code in (403, 404)


def strangers(scene: Released) -> tuple[Account, ...]:
    other = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    return (other, scene.account_of("赵一"), account(Role.SCHOOL_ADMISSIONS, scene.stage.school.organisation))
