"""Roles, permissions, the Actor and its scope."""

import uuid

import pytest
from flask import Flask

from core.access import (
    ANONYMOUS,
    Actor,
    Grant,
    Organisation,
    OrganisationKind,
    Role,
    access_table,
    anonymous,
    grant_permissions,
    permissions_of,
    requires,
    roles_with,
    signed_in,
)
from core.access.declare import UndeclaredRoute, access_of
from core.access.roles import ADMINISTRATORS, FAMILY, STAFF, all_permissions
from tests.factories import JS, QP, WJ, organisation

grant_permissions({"test.permission": (Role.COUNTY_OFFICER, Role.SCHOOL_REGISTRAR, Role.PROVINCE_OFFICER)})
SCHOOL = uuid.uuid4()


def grant(role: Role, kind: OrganisationKind | None = None, division: str = "", of: uuid.UUID | None = None) -> Grant:
    return Grant(role, of or uuid.uuid4(), kind, division)


def test_the_scope_comes_from_the_grants_that_carry_the_permission() -> None:
    actor = Actor(
        account_id=uuid.uuid4(),
        label="a",
        grants=(
            grant(Role.COUNTY_OFFICER, OrganisationKind.COUNTY, JS),
            grant(Role.COUNTY_APPROVER, OrganisationKind.COUNTY, QP),
            grant(Role.SCHOOL_REGISTRAR, OrganisationKind.SCHOOL, WJ, SCHOOL),
            grant(Role.PROVINCE_OFFICER, OrganisationKind.PROVINCE, "330000"),
        ),
    )
    assert actor.may("test.permission")
    assert actor.counties("test.permission") == {JS}
    assert actor.provinces("test.permission") == {"330000"}
    assert actor.schools("test.permission") == {SCHOOL}
    assert {one.role for one in actor.grants_for("test.permission")} == roles_with("test.permission")


def test_nobody_holds_an_unknown_permission() -> None:
    actor = Actor(account_id=uuid.uuid4(), label="a", grants=tuple(grant(role) for role in Role))
    assert not actor.may("no.such.permission")
    assert roles_with("no.such.permission") == frozenset()
    assert actor.grants_for("no.such.permission") == ()


def test_families_and_staff_are_told_apart() -> None:
    assert set(Role) == FAMILY | STAFF
    assert not FAMILY & STAFF
    assert ADMINISTRATORS <= STAFF
    pupil = Actor(account_id=uuid.uuid4(), label="p", grants=(grant(Role.APPLICANT),))
    assert (pupil.is_family, pupil.is_staff) == (True, False)
    assert (ANONYMOUS.is_family, ANONYMOUS.is_staff, ANONYMOUS.roles) == (False, False, frozenset())


def test_a_permission_has_one_meaning() -> None:
    grant_permissions({"test.permission": [Role.COUNTY_OFFICER, Role.SCHOOL_REGISTRAR, Role.PROVINCE_OFFICER]})
    with pytest.raises(ValueError, match="test.permission"):
        grant_permissions({"test.permission": (Role.AUDITOR,)})
    assert "test.permission" in permissions_of(Role.COUNTY_OFFICER)
    assert "test.permission" not in permissions_of(Role.AUDITOR)
    assert all_permissions()["test.permission"] == roles_with("test.permission")


def test_three_duties_share_no_permission(context: Flask) -> None:
    held = {duty: permissions_of(duty) - {"test.permission"} for duty in ADMINISTRATORS}
    assert held[Role.SECURITY_ADMIN] >= {"account.administer"}
    assert held[Role.AUDITOR] >= {"audit.inspect"}
    assert held[Role.SYSTEM_ADMIN] >= {"notice.deliveries"}
    for name, roles in all_permissions().items():
        if name in ("account.administer", "audit.inspect", "notice.deliveries"):
            assert len(roles) == 1, name


def test_every_route_says_who_may_call_it() -> None:
    app = Flask(__name__, static_folder=None)

    @app.get("/open")
    @anonymous("for the test")
    def open_page() -> str:
        return ""

    @app.get("/own")
    @signed_in
    def own_page() -> str:
        return ""

    @app.post("/closed")
    @requires("test.permission", second_factor=True)
    def closed_page() -> str:
        return ""

    rows = {row.endpoint: row for row in access_table(app)}
    assert rows["open_page"].access.why == "for the test"
    assert rows["own_page"].access.level == "signed_in"
    assert (rows["closed_page"].access.permission, rows["closed_page"].access.second_factor) == (
        "test.permission",
        True,
    )
    assert rows["closed_page"].methods == {"POST"}
    assert access_of(app, "no.such.endpoint") is None

    @app.get("/forgotten")
    def forgotten() -> str:
        return ""

    with pytest.raises(UndeclaredRoute, match=r"forgotten \(/forgotten\)"):
        access_table(app)


def test_offices_have_names_and_a_province(context: Flask) -> None:
    bureau = organisation(OrganisationKind.COUNTY, JS, "甲县教育局")
    committee = organisation(OrganisationKind.COMMITTEE)
    assert (bureau.name("zh"), bureau.name("en")) == ("甲县教育局", bureau.name_en)
    assert (bureau.province, committee.province) == ("330000", "")
    assert isinstance(bureau, Organisation)
