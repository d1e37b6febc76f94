"""What families and officers read: reasons, bars, statuses, tasks, papers. One place for one wording."""

from collections.abc import Mapping

from core.errors import Refused
from core.i18n import lazy as _l
from core.i18n import say
from core.web.status_words import StatusWord
from enrolment.applications.consents import ConsentPurpose
from enrolment.applications.eligibility import Bar, Refusal
from enrolment.applications.states import Illegal, PaperKind, Reason
from enrolment.applications.status import PageStatus, Stage
from enrolment.applications.tasks import Hindrance, Task
from enrolment.cycles.rule_words import rule_sentence

REASONS: Mapping[Reason, object] = {
    Reason.NOT_OPENED: _l("还没有开始报名，请先开始报名。"),
    Reason.ALREADY_OPEN: _l("报名已经开始，请从报名任务继续。"),
    Reason.NOT_SUBMITTED: _l("还没有提交报名，不需要撤回；不提交就不会生效。"),
    Reason.NOTHING_TO_SEND: _l("没有需要提交的修改，已提交的报名一直有效。"),
    Reason.WAITS_FOR_GUARDIAN: _l("正在等待监护人确认。要修改，请先点“撤回到草稿”。"),
    Reason.NOT_SENT: _l("这份报名还没有提交给监护人，请考生先提交报名。"),
    Reason.NOT_RETURNED: _l("这份报名没有被退回，不需要补正。"),
    Reason.SEND_INSTEAD: _l("志愿有改动，请点“提交报名”，由监护人确认后一起送审。"),
    Reason.AWAITS_CORRECTION: _l("这份报名已退回补正，请等考生重新提交。"),
    Reason.ALREADY_DECIDED: _l("这份报名已有审核结论。要更改，请先撤销原来的结论。"),
    Reason.NOTHING_TO_UNDO: _l("这份报名没有可以撤销的审核结论。"),
    Reason.REFUSED: _l("预审没有通过，本轮不能再修改。请看页面上的理由；有异议请联系本县区招生办。"),
    Reason.WITHDRAWN: _l("报名已经撤回。要继续，请先点“恢复报名”。"),
    Reason.LOCKED: _l("本轮报名已经锁定，正在录取，不能再修改。"),
    Reason.NOT_LOCKED: _l("本轮报名没有锁定。"),
}


def refusal_of(error: Illegal) -> Refused:
    """The impossible event as a refusal in words."""
    return Refused(REASONS[error.reason])


def bar_text(refusal: Refusal) -> object:
    """Why a programme cannot be chosen, or a list cannot be sent, in one sentence."""
    fact = say(refusal.fact)
    sentences = {
        Bar.TAKEN: _l("您已被其他批次录取，不能再填报。如有疑问，请联系本县区招生办。"),
        Bar.EXCLUSIVE_WISH: rule_sentence(refusal.fact),
        Bar.NOT_ELIGIBLE: rule_sentence(refusal.fact),
        Bar.NOT_OFFERED: _l("本轮没有这个招生专业，请从列表中选择。"),
        Bar.NO_SEATS: _l("这个专业在您所在的县区没有招生计划，不能选。"),
        Bar.SEX: _l("这个专业对性别有规定（依据：%(fact)s），不能选。", fact=fact),
        Bar.REQUIRED: _l("这个专业只招“%(fact)s”的考生，您的名单信息里没有这一项。", fact=fact),
        Bar.HEALTH: _l("体检结论“%(fact)s”不符合这个专业的要求，不能选。", fact=fact),
        Bar.NOT_ON_LIST: _l("您不在这个专业的“%(fact)s”名单上，不能选。", fact=fact),
        Bar.NO_LIST_YET: _l("这个专业要有“%(fact)s”名单才能选，名单还没有载入。", fact=fact),
        Bar.TOO_MANY: _l("最多填 %(most)s 个志愿。请先删除一个，再加入新的。", most=refusal.most),
        Bar.DUPLICATE: _l("这个专业已在您的志愿中，不用重复加入。"),
        Bar.EMPTY: _l("还没有志愿，请至少加入一个。"),
    }
    return sentences[refusal.bar]


STATUS_WORDS: Mapping[str, StatusWord] = {
    PageStatus.NOT_STARTED: StatusWord(_l("未开始")),
    PageStatus.DRAFT: StatusWord(_l("草稿（未提交）"), "warning"),
    PageStatus.AWAITING_GUARDIAN: StatusWord(_l("待监护人确认"), "warning"),
    PageStatus.SUBMITTED: StatusWord(_l("已提交（待预审）"), "info"),
    PageStatus.RETURNED: StatusWord(_l("退回补正"), "warning"),
    PageStatus.PASSED: StatusWord(_l("预审通过"), "success"),
    PageStatus.REFUSED: StatusWord(_l("预审不通过"), "danger"),
    PageStatus.WITHDRAWN: StatusWord(_l("已撤回")),
    PageStatus.IN_ROUND: StatusWord(_l("参加录取"), "info"),
    PageStatus.NOT_IN_ROUND: StatusWord(_l("未参加本轮")),
    PageStatus.ADMITTED: StatusWord(_l("已录取（待确认）"), "success"),
    PageStatus.CONFIRMED: StatusWord(_l("已确认"), "success"),
    PageStatus.DECLINED: StatusWord(_l("已放弃")),
    PageStatus.ARRIVED: StatusWord(_l("已报到"), "success"),
    PageStatus.NO_SHOW: StatusWord(_l("未报到"), "danger"),
    PageStatus.REGISTERED: StatusWord(_l("已注册学籍"), "success"),
    PageStatus.NOT_ADMITTED: StatusWord(_l("未录取")),
}
CLASH_WORDS: Mapping[str, StatusWord] = {
    "open": StatusWord(_l("等待商定"), "warning"),
    "decided": StatusWord(_l("已商定"), "success"),
    "ended": StatusWord(_l("已撤回一份")),
}
TASKS: Mapping[Task, object] = {
    Task.IDENTITY: _l("核对个人信息"),
    Task.GUARDIANS: _l("监护人信息"),
    Task.PAPERS: _l("上传材料"),
    Task.CHOICES: _l("填写志愿"),
    Task.SEND: _l("检查并提交"),
}
HINDRANCES: Mapping[Hindrance, object] = {
    Hindrance.GUARDIAN_CONSENT: _l("未满 14 周岁，要等监护人阅读告知书并同意后才能上传。"),
    Hindrance.OTHER_TASKS: _l("完成前面的任务后才能提交。"),
}
PAPERS: Mapping[PaperKind, object] = {
    PaperKind.IDENTITY: _l("身份证"),
    PaperKind.HOUSEHOLD: _l("户口簿"),
    PaperKind.GRADUATION: _l("初中毕业证明"),
    PaperKind.BONUS: _l("加分证明"),
    PaperKind.HEALTH: _l("体检结论单"),
}
PAPER_HINTS: Mapping[PaperKind, object] = {
    PaperKind.IDENTITY: _l("有照片的一面，四个角都在画面里，字要看得清。"),
    PaperKind.HOUSEHOLD: _l("考生本人那一页，四个角都在画面里。"),
    PaperKind.GRADUATION: _l("毕业证书或学校盖章的毕业证明。"),
    PaperKind.BONUS: _l("写明加分项目、盖有公章的证明。"),
    PaperKind.HEALTH: _l("只要写有结论的那一页，其他检查数据请不要上传。"),
}
PURPOSES: Mapping[ConsentPurpose, object] = {
    ConsentPurpose.PERSONAL_DATA: _l("我同意按告知书处理孩子的个人信息"),
    ConsentPurpose.SENSITIVE_DATA: _l(
        "我同意处理告知书所列的敏感个人信息（如体检结论、加分情况、未满 14 周岁儿童的信息）"
    ),
    ConsentPurpose.APPLICATION: _l("我看过这份报名和志愿顺序，同意提交"),
}
STAGES: Mapping[Stage, object] = {
    Stage.FILE: _l("填写报名"),
    Stage.GUARDIAN: _l("监护人确认"),
    Stage.REVIEW: _l("预审"),
    Stage.ROUND: _l("参加录取"),
    Stage.RESULT: _l("公布结果"),
    Stage.CONFIRM: _l("确认录取"),
    Stage.ARRIVE: _l("到校报到"),
    Stage.REGISTER: _l("注册学籍"),
}
SHEET_FIELDS: Mapping[str, object] = {
    "name": _l("姓名"),
    "sex": _l("性别"),
    "document_type": _l("证件类型"),
    "document_number": _l("证件号码"),
    "birth_date": _l("出生日期"),
    "junior_school": _l("毕业学校"),
    "earlier_leaver": _l("毕业类别"),
    "hukou": _l("户籍"),
    "junior_roll": _l("初中学籍"),
    "residence_proof": _l("居住证明"),
    "bonus": _l("加分"),
    "boards": _l("住宿"),
    "lottery": _l("抽签号"),
    "tags": _l("类别和体检"),
    "taken_elsewhere": _l("已被录取"),
}


def sheet_field(name: str) -> object:
    """How a field of the candidates' sheet is called; a subject is called by its own name."""
    return SHEET_FIELDS.get(name) or name.partition(":")[2]
