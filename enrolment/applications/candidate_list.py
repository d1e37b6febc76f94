"""The county's list of candidates as a page: columns, filters, order."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, or_

from core.access import Actor
from core.accounts.models import Account, AccountState
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.identity import mask_document
from core.tables import Column, ListSpec, choice, text
from enrolment.applications.models import Applicant
from enrolment.applications.scope import visible_applicants
from enrolment.applications.sheet_model import NORMAL

SLIPS = (
    ("none", _l("没有账号")),
    ("pending", _l("已发激活单，未激活")),
    ("active", _l("已激活")),
)
_SLIP_WORDS = dict(SLIPS)


def candidates_of(actor: Actor, cycle_id: uuid.UUID) -> Select[Any]:
    """The year's pupils an actor may see, each with the state of the account."""
    return (
        visible_applicants(actor)
        .outerjoin(Account, Account.id == Applicant.account_id)
        .where(Applicant.cycle_id == cycle_id)
        .add_columns(Account.state)
    )


def _searched(value: str) -> ColumnElement[bool]:
    return or_(
        Applicant.name.contains(value, autoescape=True),
        Applicant.candidate_number.startswith(value, autoescape=True),
        Applicant.junior_school.contains(value, autoescape=True),
    )


def _with_slip(value: str) -> ColumnElement[bool]:
    conditions: dict[str, ColumnElement[bool]] = {
        "none": Applicant.account_id.is_(None),
        "pending": Account.state == AccountState.PENDING,
        "active": Account.state == AccountState.ACTIVE,
    }
    return conditions[value]


def _slip(row: Any) -> object:
    state: AccountState | None = row[1]
    if state is None:
        return _SLIP_WORDS["none"]
    return _SLIP_WORDS["pending" if state is AccountState.PENDING else "active"]


def _of(row: Any) -> Applicant:
    applicant: Applicant = row[0]
    return applicant


def _tags(row: Any) -> str:
    return str(_("、")).join(tag for tag in _of(row).tags if tag != NORMAL)


CANDIDATES: ListSpec[Any] = ListSpec(
    columns=(
        Column(
            "number",
            _l("考生号"),
            value=lambda row: _of(row).candidate_number,
            sort=Applicant.candidate_number.expression,
            link=lambda row: f"/candidates/{_of(row).id}",
        ),
        Column("name", _l("姓名"), value=lambda row: _of(row).name, sort=Applicant.name.expression),
        Column("sex", _l("性别"), value=lambda row: _l("男") if _of(row).sex == "1" else _l("女"), width=6),
        Column(
            "document",
            _l("证件号码"),
            value=lambda row: mask_document(_of(row).document_number),
            private=True,
            width=22,
        ),
        Column(
            "school",
            _l("毕业学校"),
            value=lambda row: _of(row).junior_school,
            sort=Applicant.junior_school.expression,
            width=24,
        ),
        Column("bonus", _l("加分"), value=lambda row: _of(row).bonus or None, number=True, width=8),
        Column("tags", _l("类别和体检"), value=_tags, private=True),
        Column(
            "taken",
            _l("其他批次"),
            value=lambda row: _l("已录取") if _of(row).taken_elsewhere else "",
            width=10,
        ),
        Column("slip", _l("账号"), value=_slip, width=18),
    ),
    last=(Applicant.id.expression,),
    filters=(
        text("q", _l("姓名、考生号或学校"), _searched),
        choice("slip", _l("账号"), SLIPS, _with_slip),
        choice(
            "taken",
            _l("其他批次"),
            (("yes", _l("已录取")), ("no", _l("未录取"))),
            lambda value: Applicant.taken_elsewhere.is_(value == "yes"),
        ),
    ),
    sort="number",
)
