"""Offices, schools, majors and programmes. Where the product has no operation yet, they are seeded here."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from core.access import Organisation, OrganisationKind
from core.audit import record
from core.audit.operations import House
from core.codes import MajorLevel, catalogue
from core.db import transaction
from core.divisions import division, province_of
from demo.content import ProgrammeFacts, county_codes, programmes, school_code, zone
from registry.schools.models import (
    Major,
    Programme,
    ProgrammeOwner,
    School,
    SchoolName,
    SchoolYear,
    Stage,
    TrainingForm,
)

BUILDER = House("demo")
CATALOGUE = 2021
_STAGES = {MajorLevel.SECONDARY: Stage.SECONDARY, MajorLevel.COLLEGE: Stage.COLLEGE}


@dataclass
class Zone:
    """What stands before anybody files: ids of offices, schools and programmes."""

    committee: uuid.UUID
    provinces: dict[str, uuid.UUID] = field(default_factory=dict)
    bureaus: dict[str, uuid.UUID] = field(default_factory=dict)
    offices: list[uuid.UUID] = field(default_factory=list)
    schools: list[uuid.UUID] = field(default_factory=list)
    programmes: dict[str, uuid.UUID] = field(default_factory=dict)


def build_zone(years: range, first_year: int) -> Zone:
    """The zone with its schools taking part in ``years``; the schools bear their names since ``first_year``."""
    with transaction():
        made = Zone(committee=_committee())
        for code in county_codes():
            _bureau(made, code)
        for serial, facts in enumerate(zone()["schools"]):
            _school(made, serial, facts, years, first_year)
        colleges = [_college(serial, facts) for serial, facts in enumerate(zone()["colleges"])]
        _majors()
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


def _school(made: Zone, serial: int, facts: dict[str, object], years: range, first_year: int) -> None:
    county = county_codes()[int(str(facts["county"]))]
    code = school_code(serial)
    zh, en = str(facts["zh"]), str(facts["en"])
    office = _office(OrganisationKind.SCHOOL, code, zh, en, county, made.bureaus[county])
    texts, place = zone()["school_text"], division(county)
    with transaction() as session:
        school = School(
            organisation_id=office,
            code=code,
            county=county,
            address_zh=texts["address_zh"].format(place=place.zh, number=serial + 1),
            address_en=texts["address_en"].format(place=place.en, number=serial + 1),
            phone=zone()["phone"],
            introduction_zh=texts["introduction_zh"].format(school=zh),
            introduction_en=texts["introduction_en"].format(school=en),
            boarding=bool(facts["boarding"]),
        )
        school.names = [SchoolName(name_zh=zh, name_en=en, valid_from=_first_of_september(first_year))]
        session.add(school)
        session.flush()
        session.add_all(_school_year(school.id, year) for year in years)
        record(BUILDER, "demo.school", school, code=code)
        made.offices.append(office)
        made.schools.append(school.id)


def _first_of_september(year: int) -> dt.date:
    return dt.date(year, 9, 1)


def _school_year(school_id: uuid.UUID, year: int) -> SchoolYear:
    texts = zone()["school_text"]
    return SchoolYear(
        school_id=school_id,
        year=year,
        arrival_place=texts["arrival_place"],
        arrival_hours=texts["arrival_hours"],
        bring=list(texts["bring"]),
        late_sentence=texts["late"],
    )


def _college(serial: int, facts: dict[str, str]) -> uuid.UUID:
    return _office(OrganisationKind.COLLEGE, f"COLLEGE{serial + 1:02}", facts["zh"], facts["en"])


def _majors() -> None:
    """The catalogue as rows, so that programmes may name their majors."""
    with transaction() as session:
        rows = [
            Major(
                catalogue_year=one.year,
                code=one.code,
                stage=_STAGES[one.level],
                name_zh=one.zh,
                name_en=one.en[:1].upper() + one.en[1:],
            )
            for one in catalogue(CATALOGUE)
        ]
        session.add_all(rows)
        record(BUILDER, "demo.majors", ("catalogue", CATALOGUE), majors=len(rows))


def _programme(made: Zone, row: ProgrammeFacts, colleges: list[uuid.UUID]) -> None:
    with transaction() as session:
        programme = Programme(
            school_id=made.schools[row.school],
            code=row.code,
            catalogue_year=CATALOGUE,
            major_code=row.major,
            college_catalogue_year=CATALOGUE if row.college_major else None,
            college_major_code=row.college_major,
            form=TrainingForm(row.form),
            years=row.years,
            partner_college_id=None if row.college is None else colleges[row.college],
            tuition_yuan=row.fee,
            boarding=True,
            boarding_yuan=zone()["boarding_fee"],
            note_zh=row.advice,
        )
        session.add(programme)
        session.flush()
        session.add_all(
            ProgrammeOwner(programme_id=programme.id, organisation_id=_owner(made, name, colleges))
            for name in row.owners
        )
        record(BUILDER, "demo.programme", programme, code=row.code, owners=len(row.owners))
        made.programmes[row.code] = programme.id


def _owner(made: Zone, name: str, colleges: list[uuid.UUID]) -> uuid.UUID:
    kind, _, number = name.partition(":")
    return (made.offices if kind == "school" else colleges)[int(number)]
