"""The queue as a list: columns, filters, urgency order."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Row, Select, and_, not_
from sqlalchemy.orm import selectinload

from core import clock
from core.access import Actor
from core.accounts.models import Account
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.tables import Column, ListSpec, choice, text
from enrolment.applications.models import Applicant, Application, ApplicationState, ApplicationVersion, VersionState
from enrolment.cycles.words import days_left_text
from enrolment.reviews.cases import findings_of, with_facts
from enrolment.reviews.claims import pending_proposal
from enrolment.reviews.models import ReviewClaim
from enrolment.reviews.precheck import Finding
from enrolment.reviews.scope import visible_cases
from enrolment.reviews.words import FLAGS

Listed = Row[Application, ApplicationVersion, ReviewClaim | None, Account | None]
Findings = Mapping[uuid.UUID, tuple[Finding, ...]]

TARGET = dt.timedelta(days=3)
"""A submitted application should be looked at within this time."""

_WAITING = and_(Application.state == ApplicationState.SUBMITTED, not_(pending_proposal()))
STAGES: Mapping[str, ColumnElement[bool]] = {
    "todo": _WAITING,
    "proposed": and_(Application.state == ApplicationState.SUBMITTED, pending_proposal()),
    "returned": Application.state == ApplicationState.RETURNED,
    "passed": Application.state == ApplicationState.PASSED,
    "refused": Application.state == ApplicationState.REFUSED,
}
STAGE_WORDS: Sequence[tuple[str, object]] = (
    ("todo", _l("待预审")),
    ("proposed", _l("拟不通过，待复核")),
    ("returned", _l("退回补正")),
    ("passed", _l("预审通过")),
    ("refused", _l("预审不通过")),
)


def listed_cases(actor: Actor, round_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """The visible cases of a round with what a row shows."""
    return (
        visible_cases(actor)
        .join(
            ApplicationVersion,
            and_(
                ApplicationVersion.application_id == Application.id,
                ApplicationVersion.state == VersionState.SUBMITTED,
            ),
        )
        .outerjoin(ReviewClaim, and_(ReviewClaim.application_id == Application.id, ReviewClaim.until > clock.now()))
        .outerjoin(Account, Account.id == ReviewClaim.account_id)
        .where(Application.round_id == round_id)
        .with_only_columns(Application, ApplicationVersion, ReviewClaim, Account, maintain_column_froms=True)
        .options(*with_facts(), selectinload(ApplicationVersion.choices))
    )


def flags_of(findings: Sequence[Finding]) -> str:
    """The findings as short words, each once."""
    return str(_("、")).join(dict.fromkeys(str(FLAGS[one.check]) for one in findings))


def queue_spec(findings: Findings) -> ListSpec[Listed]:
    """The list; ``findings`` is filled by the page before the cells are read."""
    return ListSpec(
        columns=(
            Column("name", _l("姓名"), value=_name, sort=Applicant.name, link=_link),
            Column("number", _l("考生号"), value=lambda row: row[0].applicant.candidate_number),
            Column(
                "school",
                _l("初中学校"),
                value=lambda row: row[0].applicant.junior_school,
                sort=Applicant.junior_school,
                width=28,
            ),
            Column(
                "submitted",
                _l("提交时间"),
                value=lambda row: row[1].submitted_at,
                sort=ApplicationVersion.submitted_at,
            ),
            Column("left", _l("预审期限"), value=_left),
            Column("flags", _l("自动检查"), value=lambda row: _flags(row, findings), width=28),
            Column("holder", _l("领取人"), value=lambda row: row[3].display_name if row[3] else None),
            Column("state", _l("状态"), value=lambda row: row[0].state, status="application"),
        ),
        last=(ApplicationVersion.submitted_at.asc(), Application.id.asc()),
        filters=(
            choice("stage", _l("办理阶段"), STAGE_WORDS, lambda value: STAGES[value]),
            text("q", _l("姓名或考生号"), _matches),
            text("school", _l("初中学校"), lambda value: Applicant.junior_school.contains(value, autoescape=True)),
        ),
        sort="submitted",
    )


def findings_on(rows: Sequence[Listed]) -> Findings:
    """The findings of the rows of a page; decided cases are not checked again."""
    return findings_of([row[0] for row in rows if row[0].state is ApplicationState.SUBMITTED])


def _name(row: Listed) -> str:
    return row[0].applicant.name


def _link(row: Listed) -> str:
    return url_for("reviews.case", application_id=row[0].id)


def _left(row: Listed) -> str:
    submitted = row[1].submitted_at
    if row[0].state is not ApplicationState.SUBMITTED or submitted is None:
        return ""
    return days_left_text(submitted + TARGET, clock.now())


def _flags(row: Listed, findings: Findings) -> str:
    if row[0].id not in findings:
        return ""
    return flags_of(findings[row[0].id]) or str(_("全部通过"))


def _matches(wanted: str) -> ColumnElement[bool]:
    return Applicant.name.contains(wanted, autoescape=True) | (Applicant.candidate_number == wanted)
