"""The county's pages: a workbook uploaded, checked, confirmed; slips; nobody else's pupils."""

import io
import re
from decimal import Decimal

import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.access import OrganisationKind, Role
from core.accounts.models import Account
from core.audit import AuditEntry
from core.db import db
from core.identity import DocumentKind
from enrolment.applications.models import Applicant
from enrolment.applications.sheet import Candidate, CandidateSheet, CountySheet, Subject, write_candidates
from tests.client import Browser
from tests.enrolment import factories as make
from tests.enrolment.applications.scene import Scene, scene
from tests.factories import JS, QP, account, organisation, sign_in

ZH = {"Accept-Language": "zh"}


def text(response: TestResponse) -> str:
    return response.get_data(as_text=True)


@pytest.fixture
def world(context: Flask) -> Scene:
    return scene()


@pytest.fixture
def desk(world: Scene, client: Browser) -> Browser:
    sign_in(client, make.officer(world.bureau))
    return client


def person(number: str, name: str = "欧阳〇𬭎", *, id_number: str = "", score: str = "110.5") -> Candidate:
    document = id_number or make.id_number()
    return Candidate(
        number=number,
        name=name,
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=document,
        sex="F",
        scores=(Decimal(score), Decimal(120)),
        wishes=(),
        birth_date=make.dt.date(int(document[6:10]), int(document[10:12]), int(document[12:14])),
        school="第一初级中学",
    )


def workbook(*people: Candidate, county: str = "青浦区", code: str = QP) -> bytes:
    subjects = (Subject("语文", Decimal(150)), Subject("数学", Decimal(150)))
    return write_candidates(CandidateSheet((CountySheet(code, county, subjects, tuple(people)),)))


def upload(desk: Browser, data: bytes, name: str = "名册.xlsx") -> TestResponse:
    return desk.submit("/candidates/import", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Applicant)) or 0


def test_a_workbook_is_checked_before_it_is_taken_in(world: Scene, desk: Browser) -> None:
    before = count()
    people = [person("2026000001"), person("2026000002", "买买提·阿布都热合曼")]
    sent = upload(desk, workbook(*people))
    assert sent.status_code == 303
    review = sent.headers["Location"]
    shown = text(desk.get(review, headers=ZH))
    assert "新增 2 人 · 更新 0 人 · 无变化 0 人" in shown
    assert count() == before
    assert desk.submit(review, {}).status_code == 303
    assert count() == before + 2
    listed = text(desk.get("/candidates", headers=ZH))
    assert "导入完成：新增 2 人" in listed
    assert "买买提·阿布都热合曼" in listed
    assert people[0].document_number not in listed
    again = upload(desk, workbook(*people)).headers["Location"]
    assert "和现有内容完全一样" in text(desk.get(again, headers=ZH))


def test_what_would_change_is_shown_field_by_field(world: Scene, desk: Browser) -> None:
    one = person("2026000001")
    desk.submit(upload(desk, workbook(one)).headers["Location"], {})
    raised = person("2026000001", id_number=one.document_number, score="111")
    review = upload(desk, workbook(raised)).headers["Location"]
    shown = text(desk.get(review, headers=ZH))
    assert "更新 1 人" in shown
    assert "110.5/150" in shown
    assert "111/150" in shown


def test_every_fault_at_once_with_the_marked_workbook(world: Scene, desk: Browser) -> None:
    good, bad = person("2026000001"), person("2026000001", id_number="310118201009150001")
    review = upload(desk, workbook(good, bad)).headers["Location"]
    answer = desk.get(review, headers=ZH)
    assert answer.status_code == 422
    shown = text(answer)
    assert "没有导入任何内容" in shown
    assert "310118201009150001" not in shown
    assert desk.submit("/candidates/import", {}, to=review).status_code == 422
    marked = desk.get(re.sub("$", "/annotated.xlsx", review))
    assert marked.status_code == 200
    assert CalamineWorkbook.from_filelike(io.BytesIO(marked.data)).sheet_names
    assert count() == 1


def test_another_countys_list_is_not_taken(world: Scene, desk: Browser) -> None:
    review = upload(desk, workbook(person("2026000001"), county="嘉善县", code=JS)).headers["Location"]
    assert desk.get(review).status_code == 422
    assert count() == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xlsx", b""), ("a.xlsx", b"MZ"), ("a.txt", b"hello"), ("a.xlsx", b"PK\x03\x04broken"), ("", b"")],
)
def test_what_is_no_workbook_is_refused(world: Scene, desk: Browser, name: str, data: bytes) -> None:
    assert upload(desk, data, name).status_code == 422


def test_a_file_belongs_to_who_sent_it(world: Scene, desk: Browser, app: Flask) -> None:
    review = upload(desk, workbook(person("2026000001"))).headers["Location"]
    other = Browser(app, app.response_class, use_cookies=True)
    sign_in(other, make.officer(world.bureau))
    assert other.get(review).status_code == 404
    assert other.get(f"{review}/annotated.xlsx").status_code == 404


def test_the_template_can_be_filled_in(world: Scene, desk: Browser) -> None:
    answer = desk.get("/candidates/template.xlsx")
    names = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).sheet_names
    assert "青浦区" in names
    assert upload(desk, answer.data).status_code == 303


def test_slips_are_a_pdf_and_nothing_is_kept(world: Scene, desk: Browser) -> None:
    make.applicant(world.in_round.cycle, QP, name="买买提·阿布都热合曼", with_account=False)
    make.applicant(world.in_round.cycle, JS, name="外县考生", with_account=False)
    answer = fetched(desk, desk.submit("/candidates/slips", {"junior_school": ""}))
    assert answer.mimetype == "application/pdf"
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
    assert "买买提·阿布都热合曼" in words
    assert "外县考生" not in words
    found = re.search(r"[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}", words)
    assert found is not None
    facts = "".join(str(entry.facts) for entry in db.session.scalars(select(AuditEntry)))
    assert found[0] not in facts
    assert desk.submit("/candidates/slips", {"junior_school": ""}).status_code == 422
    assert desk.submit("/candidates/slips", {"junior_school": "99"}).status_code == 422


def test_one_pupils_page_and_slip(world: Scene, desk: Browser) -> None:
    address = f"/candidates/{world.child.id}"
    shown = text(desk.get(address, headers=ZH))
    assert "欧阳〇𬭎" in shown
    assert world.child.document_number not in shown
    for to in (f"{address}/slip", f"/candidates/guardians/{world.parent.id}/slip"):
        assert fetched(desk, desk.submit(address, {}, to=to)).mimetype == "application/pdf"


def fetched(desk: Browser, answer: TestResponse) -> TestResponse:
    """The PDF behind the 303: for its maker, not for a colleague."""
    assert answer.status_code == 303, text(answer)[:300]
    other = Browser(desk.application, desk.application.response_class, use_cookies=True)
    sign_in(other, account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, QP)))
    assert other.get(answer.location).status_code == 404
    return desk.get(answer.location)


def test_foreign_pupils_do_not_exist_here(world: Scene, desk: Browser) -> None:
    far = make.applicant(world.in_round.cycle, JS)
    parent = make.guardian(far)
    assert desk.get(f"/candidates/{far.id}").status_code == 404
    assert desk.submit("/candidates", {}, to=f"/candidates/{far.id}/slip").status_code == 404
    assert desk.submit("/candidates", {}, to=f"/candidates/guardians/{parent.id}/slip").status_code == 404
    assert far.candidate_number not in text(desk.get("/candidates"))


def test_the_export_is_the_list_and_is_logged(world: Scene, desk: Browser) -> None:
    answer = desk.get("/candidates?q=欧阳&export=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["欧阳〇𬭎"]
    assert world.child.document_number not in str(rows)
    logged = db.session.scalars(
        select(AuditEntry).where(AuditEntry.operation == "applications.export_candidates")
    ).one()
    assert logged.facts["rows"] == 1


def test_who_may_not_come_in(world: Scene, client: Browser) -> None:
    for who in (
        account(Role.APPLICANT),
        account(Role.GUARDIAN),
        account(Role.SCHOOL_ADMISSIONS, organisation(OrganisationKind.SCHOOL, QP)),
        account(Role.COMMITTEE, organisation(OrganisationKind.COMMITTEE)),
        account(Role.PROVINCE_OFFICER, organisation(OrganisationKind.PROVINCE, "310000")),
    ):
        sign_in(client, db.session.get_one(Account, who.id))
        for address in ("/candidates", "/candidates/import", "/candidates/slips", f"/candidates/{world.child.id}"):
            assert client.get(address).status_code == 403, (who.sign_in_name, address)
