"""Acting as an account without a browser: the Actor its session would give."""

import uuid

from core.access import Actor, Grant, Role
from core.accounts.models import Account
from core.accounts.operations import NewGrant, open_account
from core.db import db, transaction
from demo.content import zone as facts_of_zone
from demo.invented import Inventor
from demo.offices import BUILDER, Zone
from registry.schools.operations import ArrivalFacts, correct_arrival, take_part


def actor_of_account(account_id: uuid.UUID | None) -> Actor:
    """The Actor of an account with all its roles."""
    account = db.session.get_one(Account, account_id)
    grants = tuple(
        Grant(
            role=Role(grant.role),
            organisation_id=grant.organisation_id,
            organisation_kind=grant.organisation.kind if grant.organisation else None,
            division=grant.organisation.division if grant.organisation else "",
        )
        for grant in account.grants
        if grant.ended_at is None
    )
    return Actor(account_id=account.id, label=account.sign_in_name, grants=grants)


class Staff:
    """The people in the offices, by what they do and where."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, uuid.UUID | None], uuid.UUID] = {}
        self._actors: dict[tuple[str, uuid.UUID | None], Actor] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def hire(
        self, inventor: Inventor, name: str, role: Role, office: uuid.UUID | None, *, deputy: bool = False
    ) -> None:
        """Open one account; ``deputy`` marks the second person with the same role."""
        with transaction():
            opened = open_account(
                BUILDER,
                display_name=inventor.staff_name(),
                grants=[NewGrant(role, office)],
                phone=inventor.phone(),
                sign_in_name=name,
            )
            self._accounts[_key(role, deputy=deputy), office] = opened.account.id

    def actor(self, role: Role, office: uuid.UUID | None = None, *, deputy: bool = False) -> Actor:
        """The Actor of a person hired before. KeyError for anybody else."""
        place = (_key(role, deputy=deputy), office)
        if place not in self._actors:
            self._actors[place] = actor_of_account(self._accounts[place])
        return self._actors[place]


def _key(role: Role, *, deputy: bool) -> str:
    return f"{role.value}{'-2' if deputy else ''}"


def hire_everybody(zone: Zone, inventor: Inventor) -> Staff:
    """One person a role in every office, a second approver in every bureau."""
    staff = Staff()
    with transaction():
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
            staff.hire(inventor, role.value.replace("_", "."), role, None)
        staff.hire(inventor, "committee", Role.COMMITTEE, zone.committee)
        for serial, office in enumerate(zone.provinces.values(), start=1):
            staff.hire(inventor, f"province{serial}", Role.PROVINCE_OFFICER, office)
        for serial, office in enumerate(zone.bureaus.values(), start=1):
            staff.hire(inventor, f"county{serial}.officer", Role.COUNTY_OFFICER, office)
            staff.hire(inventor, f"county{serial}.approver", Role.COUNTY_APPROVER, office)
            staff.hire(inventor, f"county{serial}.approver2", Role.COUNTY_APPROVER, office, deputy=True)
        for serial, office in enumerate(zone.offices, start=1):
            staff.hire(inventor, f"school{serial}.admissions", Role.SCHOOL_ADMISSIONS, office)
            staff.hire(inventor, f"school{serial}.registrar", Role.SCHOOL_REGISTRAR, office)
    return staff


def take_part_in(years: range, zone: Zone, staff: Staff) -> None:
    """The schools take part, year after year, with what their letters say of the arrival."""
    texts = facts_of_zone()["school_text"]
    facts = ArrivalFacts(texts["arrival_place"], texts["arrival_hours"], tuple(texts["bring"]), texts["late"])
    with transaction():
        for office, school_id in zip(zone.offices, zone.schools, strict=True):
            admissions = staff.actor(Role.SCHOOL_ADMISSIONS, office)
            first = take_part(BUILDER, school_id=school_id, year=years[0])
            correct_arrival(admissions, school_year_id=first.id, version=first.version, facts=facts)
            for year in years[1:]:
                take_part(BUILDER, school_id=school_id, year=year)
