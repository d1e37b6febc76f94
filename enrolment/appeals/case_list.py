"""The columns of the list of cases."""

from flask import url_for

from core.i18n import lazy as _l
from core.tables import Column, ListSpec, choice
from enrolment.appeals.models import CaseKind, CaseState, CorrectionCase
from enrolment.applications.models import Applicant

KIND_WORDS = {CaseKind.CORRECTION: _l("更正录取"), CaseKind.SCORE_REVIEW: _l("成绩复核")}
_STATES = (
    (CaseState.PROPOSED.value, _l("待批准")),
    (CaseState.APPROVED.value, _l("已批准")),
    (CaseState.REFUSED.value, _l("不予批准")),
    (CaseState.WITHDRAWN.value, _l("已撤回")),
)

CASES: ListSpec[CorrectionCase] = ListSpec(
    columns=(
        Column(
            "name",
            _l("姓名"),
            value=lambda row: row.application.applicant.name,
            sort=Applicant.name,
            link=lambda row: url_for("appeals.case", case_id=row.id),
        ),
        Column("number", _l("考生号"), value=lambda row: row.application.applicant.candidate_number),
        Column("kind", _l("办理事项"), value=lambda row: KIND_WORDS[row.kind]),
        Column("state", _l("状态"), value=lambda row: row.state, status="correction_case"),
        Column("at", _l("提出时间"), value=lambda row: row.proposed_at, sort=CorrectionCase.proposed_at),
    ),
    last=(CorrectionCase.proposed_at.desc(), CorrectionCase.id.asc()),
    filters=(choice("state", _l("状态"), _STATES, lambda value: CorrectionCase.state == value),),
)
