"""Every refusal in words, as a page."""

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from core.access import ANONYMOUS
from core.audit.operations import record_denied
from core.errors import Conflict, NotAllowed, NotVisible, Refused
from core.i18n import gettext as _
from core.i18n import say
from core.web.actor import current_actor

Answer = tuple[str, int]


def init_app(app: Flask) -> None:
    """Register the pages for the errors a person may meet."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Answer:
        return _page(422, _("这一步现在不能办理"), error.sentence)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Answer:
        page = render_template("base/conflict.html", sentence=say(error.sentence), differences=error.differences)
        return page, 409

    @app.errorhandler(NotAllowed)
    def not_allowed(error: NotAllowed) -> Answer:
        return _page(403, _("您不能办理这项业务"), error.sentence)

    @app.errorhandler(NotVisible)
    def not_visible(_error: NotVisible) -> Answer:
        _log_denied()
        return _page(404, _("没有找到这个页面"), _("地址可能有误，或者它不属于您的办理范围。请从首页重新进入。"))

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> Answer:
        return _page(
            400, _("页面已过期"), _("为了安全，这个页面的表单已失效。请返回上一页刷新后再提交，您的登录不受影响。")
        )

    @app.errorhandler(OperationalError)
    def database_gone(_error: OperationalError) -> Answer:
        app.logger.exception("database unavailable")
        return _page(503, _("系统暂时无法访问数据"), _("您的数据没有丢失。请过一分钟再试一次。"))

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Answer:
        return _page(error.code or 500, *_words(error.code or 500))

    @app.errorhandler(500)
    def broken(_error: Exception) -> Answer:
        return _page(500, *_words(500))


def _words(code: int) -> tuple[str, str]:
    words = {
        400: (_("没有看懂这次提交"), _("请返回上一页，刷新后再试一次。")),
        404: (_("没有找到这个页面"), _("地址可能有误，或者它不属于您的办理范围。请从首页重新进入。")),
        405: (_("这个地址不能这样访问"), _("请从首页重新进入。")),
        413: (_("提交的内容太大"), _("请把文件压缩后再上传。")),
        429: (_("查询太频繁"), _("请过几分钟再试。")),
        503: (_("系统暂时无法办理"), _("您的数据没有丢失。请过一分钟再试一次。")),
    }
    return words.get(code, (_("系统出了问题"), _("问题已记录。请稍后再试；如需帮助，请告诉我们下面的编号。")))


def _page(code: int, title: object, sentence: object) -> Answer:
    page = render_template(
        "base/error.html", code=code, title=title, sentence=say(sentence), request_id=g.get("request_id")
    )
    return page, code


def _log_denied() -> None:
    """One denied entry for a signed-in person who asked for something outside their scope."""

    actor = current_actor()
    if actor is not ANONYMOUS:
        record_denied(actor, "web.denied", ("route", str(request.endpoint)), path=request.path[:200])
