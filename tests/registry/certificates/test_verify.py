"""Public verification: the content, the state, the successor; guessing is slow and finds nothing."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import OrganisationKind
from core.audit.operations import House
from core.db import new_id, transaction
from core.documents.content import Issuer, Verification
from core.documents.models import DocumentKind, IssuedDocument
from core.documents.operations import Holder, issue, print_again, reserve, revoke
from core.documents.qr import short_form, verification_code
from core.documents.status_proof import StatusProof
from core.errors import Refused
from tests.client import Browser
from tests.factories import JS, organisation

DAY = dt.date(2026, 9, 10)


def proof(verification: Verification, major: str = "计算机应用") -> StatusProof:
    return StatusProof(
        verification=verification,
        issuer=Issuer("甲职校", "甲路 1 号", "0573-00000000"),
        student_name="张小三",
        sex="女",
        id_shown="330***********0004",
        student_number="G…",
        status="在读",
        major=major,
        form="三年制",
        years=3,
        grade="2026 级",
        class_name="1 班",
        entered_on=DAY,
        expected_until=dt.date(2029, 6, 30),
        purpose="补贴",
        issued_on=DAY,
        valid_until=dt.date(2026, 12, 31),
    )


def issued(context: Flask) -> IssuedDocument:
    school = organisation(OrganisationKind.SCHOOL, JS, "甲职校")
    with transaction():
        reserved = reserve(
            school.id, DocumentKind.STATUS_PROOF, 2026, "{year}{school:7}{serial:04}", school=school.code
        )
        paper = proof(Verification(reserved.number, reserved.code, "https://localhost/verify"))
        return issue(
            House(),
            kind=DocumentKind.STATUS_PROOF,
            issuer_id=school.id,
            reserved=reserved,
            holder=Holder("spell", new_id(), "张小三", "000X"),
            paper=paper,
            masked={"student_name": "张*三"},
            digest=paper.content_digest(),
        )


def test_a_stranger_sees_state_and_content_but_not_the_name(context: Flask, client: FlaskClient) -> None:
    document = issued(context)
    for code in (document.verification_code, short_form(document.verification_code).lower()):
        page = client.get(f"/verify/{code}").get_data(as_text=True)
        assert "有效" in page
        assert "计算机应用" in page
        assert "张*三" in page
        assert "张小三" not in page


def test_the_second_fact_lifts_the_mask(context: Flask, client: Browser) -> None:
    address = f"/verify/{issued(context).verification_code}"
    assert "张小三" in client.submit(address, {"tail": "000x"}).get_data(as_text=True)
    wrong = client.submit(address, {"tail": "1111"}).get_data(as_text=True)
    assert "张小三" not in wrong
    assert "后四位与文件不符" in wrong


def test_a_revoked_paper_says_so_and_names_no_reason(context: Flask, client: FlaskClient) -> None:
    document = issued(context)
    revoke(House(), document_id=document.id, reason="家庭隐情")
    page = client.get(f"/verify/{document.verification_code}").get_data(as_text=True)
    assert "已撤销" in page
    assert "家庭隐情" not in page
    with pytest.raises(Refused):
        revoke(House(), document_id=document.id, reason="again")


def test_a_replaced_paper_names_its_successor(context: Flask, client: FlaskClient) -> None:
    document, successor = issued(context), issued(context)
    revoke(House(), document_id=document.id, reason="更正", replaced_by_id=successor.id)
    assert successor.number in client.get(f"/verify/{document.verification_code}").get_data(as_text=True)


def test_a_thousand_guesses_find_nothing_and_are_slowed(context: Flask, client: FlaskClient) -> None:
    issued(context)
    answers = [client.get(f"/verify/{verification_code()}").status_code for _ in range(30)]
    assert set(answers) <= {404, 429}
    assert answers[0] == 404
    assert 429 in answers


def test_numbers_count_up_and_a_changed_paper_cannot_be_printed(context: Flask) -> None:
    document = issued(context)
    verification = Verification(document.number, document.verification_code, "https://localhost/verify")
    digest = proof(verification).content_digest()
    assert [print_again(House(), document_id=document.id, digest=digest) for _ in range(2)] == [1, 2]
    with pytest.raises(Refused):
        print_again(House(), document_id=document.id, digest=proof(verification, "护理").content_digest())
