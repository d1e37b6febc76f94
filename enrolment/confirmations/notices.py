"""What families are told about answers, deadlines and arrivals. Each reader gets the own language."""

from core.i18n import lazy as _l
from core.notices.templates import add_template
from enrolment.confirmations import deadline, missing, reminding, supplementary, waiting


def register() -> None:
    """The sentences."""
    add_template(
        "confirmations.accepted",
        _l("已确认录取，录取通知书编号 %(number)s。请登录下载，并按时报到。"),
        title=_l("已确认录取"),
    )
    add_template(
        "confirmations.decline_asked",
        _l("孩子提出放弃录取。监护人同意之前，名额一直保留。"),
        title=_l("有人提出放弃录取"),
        urgent=True,
    )
    add_template("confirmations.declined", _l("已放弃录取，名额已经退回。%(cost)s。"), title=_l("已放弃录取"))
    _deadline()
    add_template(
        missing.NO_SHOW,
        _l("到报到截止没有报到，学校已把名额交回，录取通知书作废。如有疑问，请联系招生学校。"),
        title=_l("没有报到，名额已交回"),
    )
    add_template(
        missing.EXTENDED,
        _l("学校已同意延期报到，最晚到 %(until)s。到时没有报到，名额会交回。"),
        title=_l("已同意延期报到"),
    )
    add_template(
        supplementary.INVITED,
        _l("征求志愿将开放，还有 %(seats)s 个名额。请登录重新填写志愿，其他信息已带入。截止时间：%(until)s。"),
        title=_l("邀请您参加征求志愿"),
    )
    add_template(
        waiting.MOVED_UP,
        _l("您从候补递补录取。请登录查看学校和专业，并在 %(until)s 前确认；%(default)s。"),
        title=_l("候补递补录取"),
        urgent=True,
    )


def _deadline() -> None:
    """Before the deadline, and when it has passed in silence."""
    add_template(
        deadline.ACCEPTED,
        _l("确认截止前没有收到您的答复，已按本县区规定确认录取。请登录下载录取通知书，并按时报到。"),
        title=_l("已按规定确认录取"),
    )
    add_template(
        deadline.DECLINED,
        _l("确认截止前没有收到您的答复，已按本县区规定视为放弃录取，名额已经退回。%(cost)s。"),
        title=_l("已按规定视为放弃录取"),
    )
    add_template(
        reminding.REMINDED,
        _l("您还没有答复录取结果。请在 %(until)s 前登录确认录取或放弃录取；%(default)s。"),
        title=_l("请确认录取结果"),
        urgent=True,
    )
