"""A registered world for plan tests: two host counties, an open round, staff, and a sheet of it all."""

import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from core.access import Actor, Grant, Organisation, OrganisationKind, Role
from core.accounts.models import Account
from core.db import db
from enrolment.cycles.models import Round
from enrolment.plans.sheet import CellRow, CountyRow, LimitRow, PlanSheet, ReservedRow, RoundRules, RuleBasis
from enrolment.plans.storage import registered_row, registered_school
from registry.schools.models import Programme
from tests import factories
from tests.enrolment import factories as make
from tests.factories import JS, QP, WJ

NAMES = {QP: "青浦区", WJ: "吴江区", JS: "嘉善县"}


@dataclass(frozen=True, slots=True)
class World:
    """The ids of what a plan test needs."""

    round_id: uuid.UUID
    officers: dict[str, Account]
    approvers: dict[str, Account]
    sheet: PlanSheet

    def officer(self, county: str = QP) -> Actor:
        return actor_for(self.officers[county])

    def approver(self, county: str = QP) -> Actor:
        return actor_for(self.approvers[county])


def actor_for(who: Account) -> Actor:
    """The actor of an account, as its sessions would have it."""
    row = db.session.get_one(Account, who.id)
    grants = []
    for one in row.grants:
        office = db.session.get(Organisation, one.organisation_id) if one.organisation_id else None
        kind, division = (office.kind, office.division) if office else (None, "")
        grants.append(Grant(one.role, one.organisation_id, kind, division))
    return Actor(row.id, row.display_name, tuple(grants))


def world() -> World:
    """Three counties, two schools with three programmes (one of them two-stage), an open round."""
    in_round = make.open_round()
    offices = {
        county: factories.organisation(OrganisationKind.COUNTY, county, f"{name}教育局")
        for county, name in NAMES.items()
    }
    here, there = factories.school(QP, name="青浦示例学校"), factories.school(WJ, name="吴江示例学校")
    programmes = (
        factories.programme(here),
        factories.programme(here, college="510201"),
        factories.programme(there),
    )
    return World(
        round_id=in_round.id,
        officers={county: factories.account(Role.COUNTY_OFFICER, office) for county, office in offices.items()},
        approvers={county: factories.account(Role.COUNTY_APPROVER, office) for county, office in offices.items()},
        sheet=sheet_for(in_round, programmes),
    )


def sheet_for(in_round: Round, programmes: tuple[Programme, ...]) -> PlanSheet:
    """A sheet with ten seats for each programme and county, a limit, a reserved group and exact numbers."""
    rows = sorted((registered_row(one, capacity=30) for one in programmes), key=lambda one: one.code)
    rows[0] = replace(rows[0], excludes=("色盲",), note="=备注", local_enrolled=4, fee_yuan=Decimal("2200.5"))
    rows[1] = replace(rows[1], sexes="F", legal_basis="某办法第三条", min_open=5)
    schools = sorted({one.school for one in programmes}, key=lambda one: one.code)
    return PlanSheet(
        counties=tuple(
            CountyRow(code, name, (("语文", "数学"),), Decimal("400.5"), Decimal(750))
            for code, name in sorted(NAMES.items())
        ),
        rules=RoundRules(
            year=in_round.cycle.year,
            title="统一轮次",
            across="own_county",
            ties="lottery",
            checks="before",
            opening="optimal",
            adjustment="same_school",
            seed=in_round.seed,
        ),
        schools=tuple(registered_school(one) for one in schools),
        programmes=tuple(rows),
        cells=tuple(
            CellRow(row.code, county, 10, floor=2, line=Decimal("401.5") if county == QP else None)
            for row in rows
            for county in sorted(NAMES)
        ),
        limits=(
            LimitRow("beds", "女生床位", 20, (schools[0].code,), "F", shares={JS: 5, QP: 5, WJ: 10}, basis="核定"),
            LimitRow("zone", "示范区总数", 80),
        ),
        reserved=(ReservedRow(rows[0].code, "退役军人子女", 1, release=True, basis="优待"),),
        bases=(RuleBasis("ties", "", "招生工作通知"),),
    )


def with_seats(sheet: PlanSheet, programme: str, county: str, seats: int) -> PlanSheet:
    """The same sheet with one cell changed."""
    cells = tuple(
        replace(one, seats=seats) if (one.programme, one.county) == (programme, county) else one
        for one in sheet.cells
    )
    return replace(sheet, cells=cells)
