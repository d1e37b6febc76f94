"""What a family is told of a case, each reader in the own language."""

from core.i18n import lazy as _l
from core.notices.facts import Facts
from core.notices.operations import notify
from core.notices.templates import add_template
from enrolment.applications.models import Application

CORRECTED, RESCORED = "appeals.corrected", "appeals.rescored"


def register() -> None:
    """The sentences."""
    add_template(
        CORRECTED,
        _l("录取结果已更正，原来的录取通知书已失效。理由：%(reason)s。请登录查看新的结果和通知书。"),
        title=_l("录取结果已更正"),
        urgent=True,
    )
    add_template(RESCORED, _l("成绩复核已办结：%(subject)s的成绩改为 %(points)s 分。"), title=_l("成绩复核已办结"))


def tell(application: Application, template: str, facts: Facts) -> None:
    """Inside a transaction: one notice to the pupil and one to each guardian with an account."""
    applicant = application.applicant
    accounts = {applicant.account_id, *(one.account_id for one in applicant.guardians)}
    for account_id in sorted((one for one in accounts if one), key=str):
        notify(account_id, template, facts, link=f"/results/{application.id}")
