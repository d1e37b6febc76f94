"""Entering and correcting schools, programmes and years; scope; what the database holds afterwards."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access import OrganisationKind, Role
from core.audit import AuditEntry
from core.audit.operations import House
from core.db import db
from core.errors import Conflict, NotVisible, Refused
from registry.schools import operations
from registry.schools.models import Major, Programme, School, SchoolYear, TrainingForm
from registry.schools.operations import ArrivalFacts, MajorKey, OfferFacts, ProgrammeFacts, SchoolFacts
from tests.client import Browser
from tests.enrolment.plans.plan_samples import actor_for
from tests.factories import QP, WJ, account, organisation, programme, school, sign_in

SECONDARY, COLLEGE = MajorKey(2021, "710201"), MajorKey(2021, "510201")


def opened(code: str = "SCHOOL01") -> School:
    office = organisation(OrganisationKind.SCHOOL, QP, "新登记学校")
    return operations.open_school(House(), organisation_id=office.id, code=code)


def programme_facts(**changes: object) -> ProgrammeFacts:
    values: dict[str, object] = {"code": "P1", "major": SECONDARY, "form": TrainingForm.PLAIN, "years": 3, **changes}
    return ProgrammeFacts(**values)


def test_majors_are_entered_once(context: Flask) -> None:
    added = operations.seed_majors(House())
    assert added == db.session.scalar(select(func.count()).select_from(Major))
    assert added > 20
    assert operations.seed_majors(House()) == 0


def test_a_school_belongs_to_the_county_of_its_organisation(context: Flask) -> None:
    made = opened()
    assert (made.county, made.organisation.name_zh) == (QP, "新登记学校")
    with pytest.raises(Refused) as twice:
        operations.open_school(House(), organisation_id=made.organisation_id, code="OTHER")
    assert "已经登记" in str(twice.value.sentence)
    with pytest.raises(Refused):
        operations.open_school(House(), organisation_id=organisation(OrganisationKind.COUNTY, QP).id, code="X")


def test_a_joint_programme_names_both_majors_and_its_owners(context: Flask) -> None:
    operations.seed_majors(House())
    college = organisation(OrganisationKind.COLLEGE, WJ)
    made = operations.open_programme(
        House(),
        school_id=opened().id,
        facts=programme_facts(
            form=TrainingForm.THREE_TWO,
            years=5,
            college_major=COLLEGE,
            partner_college_id=college.id,
            owners=(college.id, college.id),
            tuition_yuan=2200,
        ),
    )
    assert made.two_stage
    assert " → " in made.name("zh")
    assert [one.organisation_id for one in made.owners] == [college.id]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"college_major": COLLEGE}, "贯通培养"),
        ({"form": TrainingForm.FIVE, "years": 5}, "贯通培养"),
        ({"major": MajorKey(2021, "999999")}, "999999"),
        ({"major": COLLEGE}, "510201"),
        ({"years": 9}, "学制"),
        ({"tuition_yuan": -1}, "收费"),
    ],
)
def test_what_does_not_fit_is_refused(context: Flask, changes: dict[str, object], word: str) -> None:
    operations.seed_majors(House())
    made = opened()
    with pytest.raises(Refused) as refusal:
        operations.open_programme(House(), school_id=made.id, facts=programme_facts(**changes))
    assert word in str(refusal.value.sentence)
    assert db.session.scalars(select(Programme)).all() == []


def test_a_code_is_used_once(context: Flask) -> None:
    operations.seed_majors(House())
    made = opened()
    operations.open_programme(House(), school_id=made.id, facts=programme_facts())
    with pytest.raises(Refused) as refusal:
        operations.open_programme(House(), school_id=made.id, facts=programme_facts())
    assert "P1" in str(refusal.value.sentence)


def test_a_year_takes_over_the_arrangements_of_the_last(context: Flask) -> None:
    made = opened()
    staff = actor_for(account(Role.SCHOOL_ADMISSIONS, made.organisation))
    first = operations.take_part(House(), school_id=made.id, year=2025)
    facts = ArrivalFacts("体育馆", "8:30—16:00", ("身份证", "录取通知书"), "请先打电话请假。")
    operations.correct_arrival(staff, school_year_id=first.id, version=first.version, facts=facts)
    second = operations.take_part(House(), school_id=made.id, year=2026, letter_pattern="{serial:06}")
    assert (second.arrival_place, second.bring, second.letter_pattern) == (
        "体育馆",
        ["身份证", "录取通知书"],
        "{serial:06}",
    )
    assert operations.take_part(House(), school_id=made.id, year=2026).id == second.id
    assert db.session.scalar(select(func.count()).select_from(SchoolYear)) == 2


def test_corrections_stay_in_their_scope_and_notice_a_second_editor(context: Flask) -> None:
    made, other = opened(), school(WJ)
    staff = actor_for(account(Role.SCHOOL_ADMISSIONS, made.organisation))
    bureau = actor_for(account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, QP)))
    facts = SchoolFacts(phone="021-1", boarding=True)
    operations.correct_school(staff, school_id=made.id, version=made.version, facts=facts)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.operation == "schools.correct")).one()
    assert entry.facts["changed"] == ["phone", "boarding"]
    with pytest.raises(Conflict):
        operations.correct_school(bureau, school_id=made.id, version=1, facts=SchoolFacts(phone="x"))
    foreign = programme(other)
    for actor in (staff, bureau):
        with pytest.raises(NotVisible):
            operations.correct_school(actor, school_id=other.id, version=1, facts=facts)
        with pytest.raises(NotVisible):
            operations.correct_programme(actor, programme_id=foreign.id, version=1, facts=OfferFacts(1, True, 1))


def test_a_school_corrects_its_arrival_and_fee_on_its_page(context: Flask, client: FlaskClient) -> None:
    assert isinstance(client, Browser)
    mine, other = school(QP, name="本校"), school(WJ)
    sign_in(client, account(Role.SCHOOL_ADMISSIONS, mine.organisation))
    home = client.get("/own-schools")
    assert home.location == f"/own-schools/{mine.id}"
    one = programme(mine)
    year = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == mine.id)).one()
    assert one.code in client.get(home.location).get_data(as_text=True)
    here = f"/own-schools/arrival/{year.id}"
    assert client.submit(here, {"arrival_place": "", "arrival_hours": "8:30"}).status_code == 422
    good = {"arrival_place": "体育馆", "arrival_hours": "8:30", "bring": "身份证\n\n 通知书 ", "letter_pattern": "x"}
    assert client.submit(here, good).status_code == 303
    db.session.expire_all()
    assert (year.bring, year.letter_pattern) == (["身份证", "通知书"], "{year}{school:10}{serial:05}")
    assert client.submit(here, {**good, "version": "1"}).status_code == 409
    assert client.submit(here, {**good, "bring": "字" * 101}).status_code == 422
    there = f"/own-schools/programmes/{one.id}"
    assert client.submit(there, {"tuition_yuan": "-5", "boarding_yuan": "0"}).status_code == 422
    fields = {"tuition_yuan": "0", "boarding_yuan": "600", "boarding": "y", "code": "HACK", "years": "1"}
    assert client.submit(there, fields).status_code == 303
    db.session.expire_all()
    assert (one.tuition_yuan, one.boarding_yuan, one.years, one.code == "HACK") == (0, 600, 3, False)
    foreign = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == other.id)).one()
    for address in (f"/own-schools/{other.id}", f"/own-schools/arrival/{foreign.id}"):
        assert client.get(address).status_code == 404
    assert client.get(f"/own-schools/programmes/{programme(other).id}").status_code == 404


def test_a_bureau_sees_the_list_of_its_schools(context: Flask, client: FlaskClient) -> None:
    sign_in(client, account(Role.COUNTY_APPROVER, organisation(OrganisationKind.COUNTY, QP)))
    assert "还没有登记的学校" in client.get("/own-schools").get_data(as_text=True)
    first, second, foreign = school(QP, name="一校"), school(QP, name="二校"), school(WJ, name="外校")
    text = client.get("/own-schools").get_data(as_text=True)
    assert first.code in text
    assert second.code in text
    assert foreign.code not in text
    page = client.get(f"/own-schools/{first.id}")
    assert page.status_code == 200
    assert "更改" not in page.get_data(as_text=True)
