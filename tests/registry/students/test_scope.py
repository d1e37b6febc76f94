"""Who sees whom: generated worlds of schools, counties and pupils, each role against each record."""

import datetime as dt
import itertools
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from core.access import Actor, Grant, OrganisationKind, Role
from core.audit.operations import House
from core.db import db, transaction
from core.errors import NotVisible
from core.identity import DocumentKind
from registry.front import PersonFacts, SpellFacts
from registry.students.models import Spell
from registry.students.operations import open_spell
from registry.students.scope import get_person, visible_persons, visible_spells
from tests.client import Browser
from tests.factories import JS, QP, WJ, account, organisation, programme, school, sign_in

COUNTIES = (QP, WJ, JS)
PROVINCE_OF = {QP: "310000", WJ: "320000", JS: "330000"}


def pupil(at: object, source: str, name: str = "张三") -> Spell:
    """A pupil without an ID number, so that any number of them can be made."""
    chosen = programme(at)
    with transaction():
        return open_spell(
            House(),
            person=PersonFacts(
                name=name, sex="2", birth_date=None, document_type=DocumentKind.OTHER, document_number=None
            ),
            spell=SpellFacts(
                school_id=chosen.school_id,
                programme_id=chosen.id,
                source_county=source,
                entered_on=dt.date(2026, 9, 1),
                boards=False,
            ),
        )


def grant(role: Role, kind: OrganisationKind, division: str = "", office: uuid.UUID | None = None) -> Actor:
    return Actor(uuid.uuid4(), role.value, (Grant(role, office, kind, division),))


def test_each_role_sees_exactly_its_part(context: Flask) -> None:
    schools = {county: school(county) for county in COUNTIES}
    spells = {(at, source): pupil(schools[at], source) for at, source in itertools.product(COUNTIES, COUNTIES)}
    cells = wrong = 0
    for county in COUNTIES:
        own = schools[county].organisation_id
        bureau = {pair for pair in spells if county in pair}
        expected = {
            grant(Role.COUNTY_OFFICER, OrganisationKind.COUNTY, county): bureau,
            grant(Role.COUNTY_APPROVER, OrganisationKind.COUNTY, county): bureau,
            grant(Role.PROVINCE_OFFICER, OrganisationKind.PROVINCE, PROVINCE_OF[county]): bureau,
            grant(Role.SCHOOL_REGISTRAR, OrganisationKind.SCHOOL, county, own): {p for p in spells if p[0] == county},
            grant(Role.SCHOOL_ADMISSIONS, OrganisationKind.SCHOOL, county, own): set(),
            grant(Role.COMMITTEE, OrganisationKind.COMMITTEE): set(),
            grant(Role.AUDITOR, OrganisationKind.PLATFORM): set(),
            grant(Role.SYSTEM_ADMIN, OrganisationKind.PLATFORM): set(),
            grant(Role.APPLICANT, OrganisationKind.PLATFORM): set(),
        }
        for actor, allowed in expected.items():
            seen = set(db.session.scalars(visible_spells(actor).with_only_columns(Spell.id)))
            persons = {one.id for one in db.session.scalars(visible_persons(actor))}
            for pair, spell in spells.items():
                cells += 2
                wrong += (spell.id in seen) != (pair in allowed)
                wrong += (spell.person_id in persons) != (pair in allowed)
    assert (cells, wrong) == (486, 0)


def test_a_stranger_gets_not_found_and_leaves_a_trace(context: Flask, client: FlaskClient) -> None:
    spell = pupil(school(QP), WJ)
    outsider = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    with pytest.raises(NotVisible):
        get_person(grant(Role.COUNTY_OFFICER, OrganisationKind.COUNTY, JS), spell.person_id)
    sign_in(client, outsider)
    assert client.get(f"/students/{spell.person_id}").status_code == 404
    from core.audit import AuditEntry

    denied = db.session.scalars(db.select(AuditEntry).where(AuditEntry.operation == "web.denied")).all()
    assert [entry.actor_id for entry in denied] == [outsider.id]


def test_the_list_searches_and_needs_the_same_queries_for_any_number_of_rows(context: Flask, client: Browser) -> None:
    host = school(QP)
    officer = account(Role.SCHOOL_REGISTRAR, host.organisation)
    sign_in(client, officer)
    counts = []
    for name in ("欧阳〇", "钱𬭎", "孙三"):
        pupil(host, QP, name)
        counts.append(queries_of(client, "/students"))
    assert counts[0] == counts[-1]
    assert counts[0] <= 9  # eight and the BEGIN
    for wanted, found in (("oy", "欧阳〇"), ("钱", "钱𬭎"), ("sunsan", "孙三")):
        page = client.get("/students", query_string={"q": wanted}).get_data(as_text=True)
        assert found in page
        assert sum(name in page for name in ("欧阳〇", "钱𬭎", "孙三")) == 1
    assert client.get("/students?export=xlsx").mimetype.endswith("sheet")


def queries_of(client: Browser, address: str) -> int:
    """How many statements one page needs."""
    db.session.rollback()
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(counted)
