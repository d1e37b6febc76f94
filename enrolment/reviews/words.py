"""What officers and families read in the review: findings, verdicts, items."""

from collections.abc import Mapping

from core.i18n import lazy as _l
from core.web.status_words import StatusWord
from enrolment.applications.states import Item, PaperKind
from enrolment.applications.tasks import Task
from enrolment.applications.words import PAPERS, TASKS
from enrolment.reviews.precheck import Check, Finding

VERDICT_WORDS: Mapping[str, StatusWord] = {
    "passed": StatusWord(_l("预审通过"), "success"),
    "returned": StatusWord(_l("退回补正"), "warning"),
    "refusal_proposed": StatusWord(_l("拟不通过，待复核"), "warning"),
    "refused": StatusWord(_l("预审不通过"), "danger"),
    "undone": StatusWord(_l("已撤销")),
}
FLAGS: Mapping[Check, object] = {
    Check.HELD: _l("两地报名"),
    Check.IDENTITY_UNREADABLE: _l("证件号码有误"),
    Check.SEX_DIFFERS: _l("性别不符"),
    Check.BIRTH_DIFFERS: _l("出生日期不符"),
    Check.AGE_UNUSUAL: _l("年龄特殊"),
    Check.NAMESAKE: _l("疑似重复"),
    Check.ALREADY_ENROLLED: _l("已有学籍"),
    Check.PAPER_MISSING: _l("缺材料"),
    Check.PAPER_SHARED: _l("材料重复"),
    Check.CHOICE_SHUT: _l("志愿无计划"),
    Check.CHOICE_BARRED: _l("志愿不符条件"),
    Check.NO_CHOICE: _l("没有志愿"),
    Check.TAKEN_ELSEWHERE: _l("已被录取"),
    Check.NO_GUARDIAN: _l("没有监护人"),
    Check.SHARED_PHONE: _l("手机号相同"),
}
ITEMS: Mapping[Item, object] = {
    Item.IDENTITY: TASKS[Task.IDENTITY],
    Item.GUARDIANS: TASKS[Task.GUARDIANS],
    Item.CHOICES: TASKS[Task.CHOICES],
    **{Item.of_paper(kind): PAPERS[kind] for kind in PaperKind},
}


def finding_text(finding: Finding) -> object:
    """A finding in one sentence: what it is and what to look at."""
    fact = finding.fact
    sentences = {
        Check.HELD: _l("考生在另一个县区也提交了报名，两个县区教育局商定之前暂停办理，请到“两地报名”查看。"),
        Check.IDENTITY_UNREADABLE: _l("证件号码不能通过校验，请对照证件核对。"),
        Check.SEX_DIFFERS: _l("名单上的性别与证件号码不一致。"),
        Check.BIRTH_DIFFERS: _l("名单上的出生日期与证件号码（%(day)s）不一致。", day=fact),
        Check.AGE_UNUSUAL: _l("到 9 月 1 日满 %(age)s 周岁，不在常见年龄内，请核对。", age=fact),
        Check.NAMESAKE: _l("另有 %(count)s 名考生姓名和出生日期相同，请核对是否同一人。", count=fact),
        Check.CHOICE_SHUT: _l("第 %(rank)s 志愿在本县区没有招生计划。", rank=fact),
        Check.CHOICE_BARRED: _l("第 %(rank)s 志愿不符合招生条件。", rank=fact),
        Check.NO_CHOICE: _l("没有填写志愿。"),
        Check.TAKEN_ELSEWHERE: _l("已被其他批次录取。"),
        Check.ALREADY_ENROLLED: _l("学籍库中同一证件已有在读的就读阶段，请核对是否重复入学。"),
        Check.NO_GUARDIAN: _l("没有登记监护人。"),
        Check.SHARED_PHONE: _l("监护人的手机号与考生相同。"),
    }
    if finding.check is Check.PAPER_MISSING:
        return _l("缺少材料：%(paper)s。", paper=PAPERS[PaperKind(fact)])
    if finding.check is Check.PAPER_SHARED:
        return _l("同一份文件也出现在另一名考生的材料中：%(paper)s。请核对。", paper=PAPERS[PaperKind(fact)])
    return sentences[finding.check]
