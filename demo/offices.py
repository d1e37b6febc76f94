"""Offices, schools, majors and programmes. Where the product has no operation yet, they are seeded here."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from core.access import Organisation, OrganisationKind
from core.audit import record
from core.audit.operations import House
from core.db import transaction
from core.divisions import division, province_of
from demo.content import ProgrammeFacts, county_codes, programmes, school_code, zone
from registry.schools.models import TrainingForm
from registry.schools.operations import MajorKey, SchoolFacts, open_programme, open_school, seed_majors
from registry.schools.operations import ProgrammeFacts as RegisteredProgramme

BUILDER = House("demo")
CATALOGUE = 2021


@dataclass
class Zone:
    """What stands before anybody files: ids of offices, schools and programmes."""

    committee: uuid.UUID
    provinces: dict[str, uuid.UUID] = field(default_factory=dict)
    bureaus: dict[str, uuid.UUID] = field(default_factory=dict)
    offices: list[uuid.UUID] = field(default_factory=list)
    schools: list[uuid.UUID] = field(default_factory=list)
    programmes: dict[str, uuid.UUID] = field(default_factory=dict)


def build_zone() -> Zone:
    """Offices, schools and programmes."""
    with transaction():
        made = Zone(committee=_committee())
        for code in county_codes():
            _bureau(made, code)
        for serial, facts in enumerate(zone()["schools"]):
            _school(made, serial, facts)
        colleges = [_college(serial, facts) for serial, facts in enumerate(zone()["colleges"])]
        seed_majors(BUILDER)
        for row in programmes():
            _programme(made, row, colleges)
        return made


def _committee() -> uuid.UUID:
    words = zone()["committee"]
    return _office(OrganisationKind.COMMITTEE, "ZONE", words["zh"], words["en"])


def _office(
    kind: OrganisationKind, code: str, zh: str, en: str, division: str = "", parent: uuid.UUID | None = None
) -> uuid.UUID:
    """One organisation: there is no page that makes one, an installation is set up with them."""
    with transaction() as session:
        office = Organisation(
            kind=kind,
            code=code,
            name_zh=zh,
            name_en=en,
            division=division,
            phone=zone()["phone"],
            parent_id=parent,
        )
        session.add(office)
        session.flush()
        record(BUILDER, "demo.organisation", office, code=code)
        return office.id


def _bureau(made: Zone, county: str) -> None:
    code = province_of(county)
    if code not in made.provinces:
        zh, en = _named("province", code)
        made.provinces[code] = _office(OrganisationKind.PROVINCE, code, zh, en, code, made.committee)
    zh, en = _named("bureau", county)
    made.bureaus[county] = _office(OrganisationKind.COUNTY, county, zh, en, county, made.provinces[code])


def _named(kind: str, code: str) -> tuple[str, str]:
    place, words = division(code), zone()[kind]
    return words["zh"].format(place=place.zh), words["en"].format(place=place.en)


def _school(made: Zone, serial: int, facts: dict[str, Any]) -> None:
    code, county = school_code(serial), county_codes()[facts["county"]]
    office = _office(OrganisationKind.SCHOOL, code, facts["zh"], facts["en"], county, made.bureaus[county])
    texts, place = zone()["school_text"], division(county)
    school = open_school(
        BUILDER,
        organisation_id=office,
        code=code,
        facts=SchoolFacts(
            address_zh=texts["address_zh"].format(place=place.zh, number=serial + 1),
            address_en=texts["address_en"].format(place=place.en, number=serial + 1),
            phone=zone()["phone"],
            introduction_zh=texts["introduction_zh"].format(school=facts["zh"]),
            introduction_en=texts["introduction_en"].format(school=facts["en"]),
            boarding=facts["boarding"],
        ),
    )
    made.offices.append(office)
    made.schools.append(school.id)


def _college(serial: int, facts: dict[str, str]) -> uuid.UUID:
    return _office(OrganisationKind.COLLEGE, f"COLLEGE{serial + 1:02}", facts["zh"], facts["en"])


def _programme(made: Zone, row: ProgrammeFacts, colleges: list[uuid.UUID]) -> None:
    opened = open_programme(
        BUILDER,
        school_id=made.schools[row.school],
        facts=RegisteredProgramme(
            code=row.code,
            major=MajorKey(CATALOGUE, row.major),
            form=TrainingForm(row.form),
            years=row.years,
            college_major=MajorKey(CATALOGUE, row.college_major) if row.college_major else None,
            partner_college_id=None if row.college is None else colleges[row.college],
            owners=tuple(_owner(made, name, colleges) for name in row.owners),
            tuition_yuan=row.fee,
            boarding=True,
            boarding_yuan=zone()["boarding_fee"],
            note_zh=row.advice,
        ),
    )
    made.programmes[row.code] = opened.id


def _owner(made: Zone, name: str, colleges: list[uuid.UUID]) -> uuid.UUID:
    kind, _, number = name.partition(":")
    return (made.offices if kind == "school" else colleges)[int(number)]
