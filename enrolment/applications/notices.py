"""What a family is told over its phones. Names are masked; no message holds a document number."""

import uuid
from collections.abc import Iterable

from core.i18n import lazy as _l
from core.identity import mask_name
from core.notices.facts import Facts
from core.notices.operations import notify
from core.notices.templates import add_template
from enrolment.applications.models import Applicant, ApplicantGuardian

INVITED = "applications.guardian_invited"
CHILD_ADDED = "applications.child_added"
AWAITING = "applications.awaiting_guardian"
SUBMITTED = "applications.submitted"
CHANGING = "applications.changing"
SENT_BACK = "applications.sent_back"
WITHDRAWN = "applications.withdrawn"
NOT_ON_LIST = "applications.not_on_list"
ADDED = "applications.programme_added"
MOVED = "applications.dates_moved"
HELD = "applications.held"
HELD_BUREAU = "applications.held_bureau"
HELD_ENDED = "applications.held_ended"
HELD_NEITHER = "applications.held_neither"
FREEZE_PATH = "/account/freeze"


def register() -> None:
    """The sentences."""
    add_template(
        INVITED,
        _l(
            "%(child)s 报名跨省中职，请您作为监护人确认。请打开服务首页选“激活账号”，输入激活码 %(code)s "
            "和孩子证件号码的后四位。激活码 %(days)s 天内有效，不要转给别人。"
        ),
        title=_l("请激活监护人账号"),
    )
    add_template(
        CHILD_ADDED,
        _l("%(child)s 在跨省中职报名中把您填为监护人。请登录查看；如果不是您的孩子，请联系本县区招生办。"),
        title=_l("您被填为监护人"),
    )
    add_template(
        AWAITING,
        _l("%(child)s 的跨省中职报名等您确认。您确认后才算提交，截止时间：%(until)s。"),
        title=_l("请确认孩子的报名"),
    )
    add_template(
        SUBMITTED,
        _l("%(child)s 的报名已提交，回执号 %(number)s，志愿：%(choices)s。如果不是您或孩子操作，请登录后冻结账号。"),
        title=_l("报名已提交"),
        urgent=True,
    )
    add_template(
        CHANGING,
        _l(
            "有人正在修改 %(child)s 已提交的志愿。重新提交前，原来的报名一直有效。"
            "如果不是您或孩子操作，请点“不是我”冻结账号。"
        ),
        title=_l("志愿正在修改"),
        urgent=True,
    )
    add_template(
        SENT_BACK,
        _l("监护人请您修改报名：%(comment)s。修改后请再提交一次。"),
        title=_l("监护人请您修改"),
    )
    add_template(
        WITHDRAWN,
        _l("%(child)s 的报名已撤回，不再参加录取。%(until)s前可以恢复。如果不是您或孩子操作，请点“不是我”冻结账号。"),
        title=_l("报名已撤回"),
        urgent=True,
    )
    _register_changes()
    _register_clashes()


def _register_changes() -> None:
    """What the bureau or a school has changed, so that families look at their choices again."""
    add_template(
        NOT_ON_LIST,
        _l(
            "%(child)s 填报的“%(programme)s”以“%(list)s”名单为准，新载入的名单上没有 %(child)s，这个志愿不起作用。"
            "截止前可以修改志愿；有疑问请联系招生学校。"
        ),
        title=_l("一个志愿不起作用"),
        urgent=True,
    )
    add_template(
        ADDED,
        _l("本县区新增了可以填报的专业：%(programmes)s。%(until)s前可以修改志愿；不修改的，已提交的报名一直有效。"),
        title=_l("新增招生专业"),
    )
    add_template(
        MOVED,
        _l("本县区的报名时间有变化，现在是 %(opens)s 至 %(until)s。已提交的报名一直有效。"),
        title=_l("报名时间有变化"),
        urgent=True,
    )


def _register_clashes() -> None:
    add_template(
        HELD,
        _l(
            "%(child)s 在%(county)s也提交了报名。同一名考生只能在一个县区报名，两边都暂停办理，"
            "等两个县区教育局商定。您也可以撤回其中一份。"
        ),
        title=_l("报名暂停办理"),
        urgent=True,
    )
    add_template(
        HELD_BUREAU,
        _l("一名考生在两个县区都提交了报名，请打开“两地报名”答复由哪个县区继续办理。"),
        title=_l("两地报名待答复"),
    )
    add_template(
        HELD_ENDED,
        _l("两个县区教育局已商定：%(child)s 的报名由%(county)s继续办理，另一个县区的报名已撤回。"),
        title=_l("两地报名已有结论"),
        urgent=True,
    )
    add_template(
        HELD_NEITHER,
        _l("两个县区教育局已商定：%(child)s 在两个县区的报名都撤回。有疑问请联系本县区招生办。"),
        title=_l("两地报名已有结论"),
        urgent=True,
    )


def tell_guardians(applicant: Applicant, template: str, facts: Facts | None = None, *, link: str = "") -> None:
    """Inside a transaction: one notice to each guardian's account."""
    _tell({guardian.account_id for guardian in applicant.guardians}, applicant, template, facts, link)


def tell_family(applicant: Applicant, template: str, facts: Facts | None = None, *, link: str = "") -> None:
    """Inside a transaction: one notice to the pupil and to each guardian."""
    accounts = {applicant.account_id, *(guardian.account_id for guardian in applicant.guardians)}
    _tell(accounts, applicant, template, facts, link)


def tell_guardian(guardian: ApplicantGuardian, template: str, facts: Facts | None = None, *, link: str = "") -> None:
    """Inside a transaction: one notice to one guardian."""
    _tell({guardian.account_id}, guardian.applicant, template, facts, link)


def tell_pupil(applicant: Applicant, template: str, facts: Facts | None = None, *, link: str = "") -> None:
    """Inside a transaction: one notice to the pupil."""
    _tell({applicant.account_id}, applicant, template, facts, link)


def _tell(
    accounts: Iterable[uuid.UUID | None], applicant: Applicant, template: str, facts: Facts | None, link: str
) -> None:
    for account_id in sorted(filter(None, accounts), key=str):
        notify(account_id, template, {"child": mask_name(applicant.name), **(facts or {})}, link=link)
