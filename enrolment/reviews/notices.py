"""What a family is told of a verdict. Each reader gets the sentence in the own language."""

from core.i18n import lazy as _l
from core.identity import mask_name
from core.notices.facts import Facts
from core.notices.operations import notify
from core.notices.templates import add_template
from enrolment.applications.models import Application

PASSED, RETURNED, REFUSED, UNDONE = "reviews.passed", "reviews.returned", "reviews.refused", "reviews.undone"


def register() -> None:
    """The sentences."""
    add_template(PASSED, _l("%(child)s 的报名已通过预审，等待参加录取。"), title=_l("预审通过"))
    add_template(
        RETURNED,
        _l("%(child)s 的报名需要补正：%(sentences)s 请在 %(until)s 前改好并再次提交。"),
        title=_l("报名需要补正"),
    )
    add_template(
        REFUSED,
        _l("%(child)s 的报名没有通过预审，理由：%(reason)s。如有异议，请联系本县区招生办。"),
        title=_l("预审没有通过"),
    )
    add_template(UNDONE, _l("%(child)s 的预审结论已撤销，正在重新审核，请等新的通知。"), title=_l("预审结论已撤销"))


def tell_family(application: Application, template: str, facts: Facts | None = None) -> None:
    """Inside a transaction: one notice to the pupil and to each guardian."""
    applicant = application.applicant
    accounts = {applicant.account_id, *(guardian.account_id for guardian in applicant.guardians)}
    for account_id in sorted(filter(None, accounts), key=str):
        notify(
            account_id,
            template,
            {"child": mask_name(applicant.name), **(facts or {})},
            link=f"/applications/{application.id}",
        )
