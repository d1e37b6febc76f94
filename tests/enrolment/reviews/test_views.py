"""The review pages: queue, case, preview of the sentence, batch, scope, mass assignment, query budget."""

import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from core import clock
from core.audit import AuditEntry
from core.audit.operations import House
from core.db import db, housekeeping, transaction
from core.files.models import StoredFile
from core.identity import DocumentKind
from enrolment.applications.models import ApplicationState
from enrolment.reviews import claims, operations, refusals
from enrolment.reviews.codes import return_codes
from enrolment.reviews.models import ReviewDecision, Verdict
from registry.front import Admission, PersonFacts, SpellFacts, admit
from tests.client import Browser
from tests.enrolment.reviews.review_samples import Desk, desk, seen_of
from tests.factories import QP, WJ, sign_in

SITE = {"Referer": "https://localhost"}


@pytest.fixture
def at(context: Flask) -> Desk:
    return desk()


@pytest.fixture
def officer(at: Desk, client: FlaskClient) -> Browser:
    sign_in(client, at.first)
    assert isinstance(client, Browser)
    return client


def post(client: Browser, page: str, to: str = "", **fields: object) -> TestResponse:
    """Post with the tokens of ``page``; several browsers share the test's context, not their tokens."""
    g.pop("csrf_token", None)
    text = client.get(page).get_data(as_text=True)
    hidden = client.hidden_fields(text)
    number = re.search(r'name="number" value="(\d+)"', text)
    if number:
        hidden["number"] = number[1]
    return client.post(to or page, data={**hidden, **fields}, headers=SITE)


def page(client: Browser, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_queue_shows_own_pupils_with_what_the_machine_noticed(at: Desk, officer: Browser) -> None:
    at.submitted(name="甲生")
    at.submitted(name="乙生", papers=False)
    at.submitted(WJ, name="外县生")
    text = page(officer, "/reviews")
    for word in ("甲生", "乙生", "缺材料", "全部通过", "还有 3 天", "已办 0 / 2 份"):
        assert word in text
    assert "外县生" not in text
    assert "乙生" not in page(officer, "/reviews?q=甲生")
    assert "甲生" not in page(officer, "/reviews?stage=passed")
    assert officer.get("/reviews?stage=nonsense").status_code == 422
    exported = officer.get("/reviews?export=xlsx")
    assert exported.status_code == 200
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "reviews.export")).one()


def test_claim_pass_and_the_next_case_opens(at: Desk, officer: Browser) -> None:
    first, second = at.submitted(name="甲生"), at.submitted(name="乙生")
    taken = post(officer, "/reviews", "/reviews/next")
    assert taken.location == f"/reviews/{first.id}"
    text = page(officer, taken.location)
    assert first.applicant.document_number in text
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "reviews.see_case")).first()
    seen = seen_of(first)
    done = post(officer, taken.location, f"{taken.location}/pass", version=seen.version, number=seen.number)
    assert done.location == f"/reviews/{second.id}?done={first.id}"
    text = page(officer, done.location)
    assert "撤销上一份的结论：甲生" in text
    undone = post(officer, done.location, f"/reviews/{first.id}/undo")
    assert undone.status_code == 303
    db.session.expire_all()
    assert first.state is ApplicationState.SUBMITTED


def test_the_officer_previews_what_the_pupil_will_read(at: Desk, officer: Browser) -> None:
    application = at.submitted()
    claims.claim(at.officer, application_id=application.id)
    here = f"/reviews/{application.id}/return"
    assert "graduation_unclear" not in page(officer, here)
    seen_page = post(officer, here, codes=["id_unclear"], days="3", step="preview")
    text = seen_page.get_data(as_text=True)
    assert seen_page.status_code == 200
    assert text.count(return_codes()["id_unclear"].zh) == 2
    assert post(officer, here, days="3").status_code == 422
    assert post(officer, here, codes=["id_unclear"], days="30").status_code == 422
    assert post(officer, here, codes=["id_unclear"], days="3").status_code == 303
    db.session.expire_all()
    assert application.state is ApplicationState.RETURNED
    assert return_codes()["id_unclear"].sentence == next(p.reason for p in application.applicant.papers if p.reason)


def test_a_refusal_is_confirmed_by_the_approver_only(at: Desk, officer: Browser, app: Flask) -> None:
    application = at.submitted()
    claims.claim(at.officer, application_id=application.id)
    here = f"/reviews/{application.id}"
    assert post(officer, f"{here}/refuse", reason="").status_code == 422
    assert post(officer, f"{here}/refuse", reason="材料不实").status_code == 303
    seen = seen_of(application)
    fields = {"version": seen.version, "number": seen.number}
    own = post(officer, here, f"{here}/refusal/confirm", **fields)
    assert own.status_code == 403
    assert "同意不通过" not in page(officer, here)
    chief = Browser(app, app.response_class, use_cookies=True)
    g.pop("csrf_token", None)
    sign_in(chief, at.approver)
    assert "同意不通过" in page(chief, here)
    assert post(chief, here, f"{here}/pass", **fields).status_code == 403
    assert post(chief, here, f"{here}/refusal/confirm", **fields).status_code == 303
    db.session.expire_all()
    assert application.state is ApplicationState.REFUSED


def test_the_second_officer_gives_a_case_back_by_button(at: Desk, client: Browser) -> None:
    application = at.submitted()
    claims.claim(at.officer, application_id=application.id)
    refusals.propose_refusal(at.officer, application_id=application.id, seen=seen_of(application), reason="不实")
    sign_in(client, at.second)
    here, seen = f"/reviews/{application.id}", seen_of(application)
    back = post(client, here, f"{here}/refusal/reject", version=seen.version, number=seen.number)
    assert back.status_code == 303
    assert post(client, here, f"{here}/claim").status_code == 303
    assert post(client, here, f"{here}/give-back").status_code == 303


def test_a_foreign_case_is_not_found_on_any_address(at: Desk, officer: Browser) -> None:
    foreign = at.submitted(WJ)
    here = f"/reviews/{foreign.id}"
    for address in (here, f"{here}/return", f"{here}/refuse"):
        assert officer.get(address).status_code == 404
    for step in ("claim", "give-back", "pass", "return", "refuse", "refusal/confirm", "refusal/reject", "undo"):
        answer = post(officer, "/reviews", f"{here}/{step}", version=1, number=1, codes=["id_unclear"], reason="x")
        assert answer.status_code == 404, step
    assert db.session.scalars(select(ReviewDecision)).all() == []


def test_hidden_fields_of_the_row_are_not_taken_from_the_form(at: Desk, officer: Browser) -> None:
    application = at.submitted()
    claims.claim(at.officer, application_id=application.id)
    here, seen = f"/reviews/{application.id}", seen_of(application)
    answer = post(
        officer, here, f"{here}/pass",
        version=seen.version, number=seen.number, state="refused", verdict="refused", decided_by=str(at.second.id),
        decided_at="2000-01-01", note="x",
        correct_by="2030-01-01", open_items="identity", account_id=str(at.second.id),
    )  # fmt: skip
    assert answer.status_code == 303
    decision = db.session.scalars(select(ReviewDecision)).one()
    assert (decision.verdict, decision.decided_by, decision.note) == (Verdict.PASSED, at.first.id, "")
    db.session.expire_all()
    assert (application.state, application.open_items) == (ApplicationState.PASSED, [])


def test_a_verdict_without_what_was_seen_is_refused(at: Desk, officer: Browser) -> None:
    application = at.submitted()
    claims.claim(at.officer, application_id=application.id)
    here = f"/reviews/{application.id}"
    assert post(officer, here, f"{here}/pass", version="", number="").status_code == 422
    assert post(officer, here, f"{here}/pass", version="99", number="1").status_code == 409


def test_the_batch_page_lists_green_cases_only(at: Desk, officer: Browser) -> None:
    green = at.submitted(name="甲生")
    at.submitted(name="乙生", papers=False)
    text = page(officer, "/reviews/batch")
    assert "甲生" in text
    assert "乙生" not in text
    ticks = re.findall(r'name="case" value="([^"]+)"', text)
    assert post(officer, "/reviews/batch", typed="1").status_code == 422
    assert post(officer, "/reviews/batch", case=["x"], typed="1").status_code == 422
    miscounted = post(officer, "/reviews/batch", case=ticks, typed="2")
    assert miscounted.status_code == 422
    assert "填写的份数不同" in miscounted.get_data(as_text=True)
    assert post(officer, "/reviews/batch", case=ticks, typed="1").status_code == 303
    db.session.expire_all()
    assert green.state is ApplicationState.PASSED
    batch = re.search(r'name="batch" value="([^"]+)"', page(officer, "/reviews"))
    assert batch is not None
    assert post(officer, "/reviews", "/reviews/batch/undo", batch="x").status_code == 422
    assert post(officer, "/reviews", "/reviews/batch/undo", batch=batch[1]).status_code == 303
    db.session.expire_all()
    assert green.state is ApplicationState.SUBMITTED
    assert "撤销刚才批量通过" not in page(officer, "/reviews").split('class="actions"', 1)[1]


def test_the_figures_have_their_own_page(at: Desk, officer: Browser) -> None:
    assert "还没有提交的报名" in page(officer, "/reviews/figures")
    application = at.submitted()
    assert "最近 3 天没有办结" in page(officer, "/reviews/figures")
    claims.claim(at.officer, application_id=application.id)
    operations.return_(at.officer, application_id=application.id, seen=seen_of(application), codes=["id_unclear"])
    text = page(officer, "/reviews/figures")
    for word in ("已办 1 / 1 份", "退回补正的原因", "各人员的工作量", "王办事"):
        assert word in text


def test_what_other_records_say_of_a_pupil_is_a_finding(at: Desk, officer: Browser) -> None:
    first, second = at.submitted(name="甲生"), at.submitted(name="乙生")
    with housekeeping() as session:
        files = [one.applicant.papers[0].file for one in (first, second)]
        session.get_one(StoredFile, files[0].id).sha256 = session.get_one(StoredFile, files[1].id).sha256
    with transaction():
        admit(
            House(),
            Admission(
                PersonFacts(
                    name="甲生",
                    sex="2",
                    birth_date=None,
                    document_type=DocumentKind.RESIDENT_ID,
                    document_number=first.applicant.document_number,
                ),
                SpellFacts(
                    school_id=at.offered.school_id,
                    programme_id=at.offered.id,
                    source_county=QP,
                    entered_on=clock.today(),
                    boards=False,
                ),
            ),
        )
    text = page(officer, "/reviews")
    assert text.count("材料重复") == 2
    assert text.count("已有学籍") == 1
    assert "甲生" not in page(officer, "/reviews/batch")
    assert "同一份文件也出现在另一名考生的材料中" in page(officer, f"/reviews/{second.id}")


def test_the_home_page_counts_what_waits(at: Desk, officer: Browser) -> None:
    at.submitted()
    text = page(officer, "/")
    for word in ("待预审", "补正中", "我领取的", "待复核"):
        assert word in text


def test_no_case_no_round(context: Flask, client: Browser) -> None:
    from core.access import OrganisationKind
    from tests.enrolment import factories as make
    from tests.factories import QP, organisation

    sign_in(client, make.officer(organisation(OrganisationKind.COUNTY, QP)))
    assert "没有开启的轮次" in page(client, "/reviews")
    assert "没有可以批量通过" in page(client, "/reviews/batch")
    assert "待预审" not in page(client, "/").split("<main", 1)[1]


def test_the_queue_needs_a_fixed_number_of_queries(at: Desk, officer: Browser) -> None:
    sent: list[str] = []
    for number in range(2):
        at.submitted(name=f"甲{number}")
    page(officer, "/reviews")
    event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(str(args[2])))
    db.session.expire_all()
    sent.clear()
    page(officer, "/reviews")
    few = len(sent)
    for number in range(6):
        at.submitted(name=f"乙{number}")
    db.session.expire_all()
    sent.clear()
    page(officer, "/reviews")
    assert len(sent) == few
