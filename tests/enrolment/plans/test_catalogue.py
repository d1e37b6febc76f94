"""The public catalogue: no sign-in, places for my county, filters in the address, a fixed number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from core.access import Actor, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db, housekeeping
from enrolment.cycles.models import Round
from enrolment.plans import catalogue
from enrolment.plans.models import Plan
from enrolment.plans.states import PlanState
from registry.schools.models import Programme
from tests.enrolment import factories as make
from tests.factories import JS, QP, WJ, account, organisation, programme, school, sign_in


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent while the block runs."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def in_round(context: Flask) -> Round:
    for county, name in ((QP, "青浦区教育局"), (WJ, "吴江区教育局"), (JS, "嘉善县教育局")):
        organisation(OrganisationKind.COUNTY, county, name)
    return make.open_round()


@pytest.fixture
def offered(in_round: Round) -> tuple[Programme, Programme]:
    """A plain programme shut to 青浦, and a two-stage one with a partner college."""
    plain = programme(school(WJ, name="吴江示例学校", boarding=False))
    college = organisation(OrganisationKind.COLLEGE, WJ, "苏州示例学院")
    staged = programme(school(QP, name="青浦示例学校"), college="510201")
    with housekeeping() as session:
        row = session.get_one(Programme, staged.id)
        row.partner_college_id, row.tuition_yuan = college.id, 2200
    make.plan(in_round, [(plain, {QP: 0, WJ: 30, JS: 5}), (staged, {QP: 12, WJ: 8, JS: 0})])
    return plain, staged


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_everybody_sees_both_majors_and_all_places(offered: tuple[Programme, Programme], client: FlaskClient) -> None:
    text = page(client, "/schools")
    for word in ("计算机应用 → 计算机应用技术", "苏州示例学院", "2200 元/学年", offered[1].code, ">吴江区</option>"):
        assert word in text


def test_my_county_shows_its_places_and_leaves_out_what_is_shut(
    offered: tuple[Programme, Programme], client: FlaskClient
) -> None:
    plain, staged = offered
    text = page(client, f"/schools?mine={QP}")
    assert "12 个名额" in text
    assert plain.code not in text
    assert "另有 1 个专业" in text
    assert f"/schools/programmes/{staged.id}?mine={QP}" in text
    shut = page(client, f"/schools/programmes/{plain.id}?mine={QP}")
    assert "没有招生计划，不能填报" in shut


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (f"county={WJ}", "plain"),
        ("form=3%2B2", "staged"),
        ("boarding=no", "plain"),
        ("boarding=yes", "staged"),
        ("q=苏州", "staged"),
        ("q=Major", "both"),
        ("county=999999&form=zzz&boarding=x", "both"),
        ("q=没有这个", "none"),
    ],
)
def test_filters(offered: tuple[Programme, Programme], client: FlaskClient, query: str, kept: str) -> None:
    text = page(client, f"/schools?{query}")
    wanted = {"plain": (True, False), "staged": (False, True), "both": (True, True), "none": (False, False)}[kept]
    assert tuple(one.code in text for one in offered) == wanted


def test_a_signed_in_reader_starts_with_the_own_county(
    offered: tuple[Programme, Programme], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def county(_actor: Actor) -> str:
        return WJ

    monkeypatch.setattr(catalogue, "_COUNTY_SOURCES", [])
    catalogue.add_reader_county(county)
    catalogue.add_reader_county(county)
    assert "个名额" not in page(client, "/schools")
    sign_in(client, account(Role.APPLICANT))
    assert "30 个名额" in page(client, "/schools")
    assert "30 个名额" not in page(client, "/schools?mine=")


def test_the_catalogue_begins_with_the_county_of_the_pupil_or_of_the_child(
    offered: tuple[Programme, Programme], in_round: Round, client: FlaskClient
) -> None:
    child, parent = make.family(in_round, JS)
    for owner in (child.account_id, parent.account_id):
        sign_in(client, db.session.get_one(Account, owner))
        assert "5 个名额" in page(client, "/schools")


def test_a_draft_shows_no_places(in_round: Round, client: FlaskClient) -> None:
    one = programme(school(QP))
    make.plan(in_round, [(one, {QP: 77})], state=PlanState.REPORTED)
    text = page(client, f"/schools?mine={QP}")
    assert one.code in text
    assert "77 个名额" not in text
    assert "计划数还没有公布" in text


def test_a_school_and_an_unknown_one(offered: tuple[Programme, Programme], client: FlaskClient) -> None:
    plain, staged = offered
    text = page(client, f"/schools/{plain.school_id}")
    assert plain.code in text
    assert staged.code not in text
    assert client.get(f"/schools/{staged.id}").status_code == 404
    assert client.get(f"/schools/programmes/{staged.school_id}").status_code == 404


def test_without_a_year_the_page_says_so(context: Flask, client: FlaskClient) -> None:
    assert "还没有公布" in page(client, "/schools")


def test_the_number_of_queries_does_not_grow(offered: tuple[Programme, Programme], client: FlaskClient) -> None:
    page(client, "/schools")
    with counting() as few:
        page(client, f"/schools?mine={QP}")
    plan = db.session.query(Plan).one()
    added = [programme(school(JS, name=f"学校{number}")) for number in range(6)]
    with housekeeping() as session:
        for number, more in enumerate(added):
            row = make.PlanProgramme(
                plan_id=plan.id, programme_id=more.id, position=10 + number, capacity=9,
                stated=make.stated(make.registered_row(more)),
            )  # fmt: skip
            row.cells = [make.QuotaCell(county=county, seats=3) for county in (QP, WJ, JS)]
            session.add(row)
    db.session.expire_all()
    with counting() as many:
        page(client, f"/schools?mine={QP}")
    assert len(many) == len(few)
    assert len(few) <= 8
