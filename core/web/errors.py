"""Every refusal in words, as a page."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from core.access import ANONYMOUS
from core.audit.operations import record_denied
from core.errors import Conflict, NotAllowed, NotVisible, Refused
from core.i18n import gettext as _
from core.i18n import say
from core.web.actor import current_actor
from core.web.gate import local_path
from core.web.pages import settings

Answer = tuple[str, int]
_KEPT_HEADERS = {"Allow", "Retry-After"}


def init_app(app: Flask) -> None:
    """Register the pages for the errors a person may meet."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Answer:
        return _page(error.status, _("这一步现在不能办理"), error.sentence)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Answer:
        page = render_template(
            "base/conflict.html",
            sentence=say(error.sentence),
            differences=error.differences,
            latest=_page_before(),
        )
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
        g.zone_actor = ANONYMOUS
        return _page(503, _("系统暂时无法访问数据"), _("您的数据没有丢失。请过一分钟再试一次。"))

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        code = error.code or 500
        kept = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
        return Response(_page(code, *_words(code))[0], code, kept)

    @app.errorhandler(500)
    def broken(_error: Exception) -> Answer:
        g.setdefault("zone_actor", ANONYMOUS)
        return _page(500, *_words(500))


def _words(code: int) -> tuple[str, str]:
    words = {
        400: (_("没有看懂这次提交"), _("请返回上一页，刷新后再试一次。")),
        404: (_("没有找到这个页面"), _("地址可能有误，或者它不属于您的办理范围。请从首页重新进入。")),
        405: (_("这个地址不能这样打开"), _("它只接收表单的提交。请从首页重新进入要办的事项。")),
        413: (
            _("提交的文件太大"),
            _("这次提交没有保存。请把照片或文件压缩到 %(size)s MB 以内，再上传一次。", size=_most_megabytes()),
        ),
        422: (_("这一步现在不能办理"), _("请返回上一页，核对填写的内容后再试一次。")),
        429: (_("查询太频繁"), _("为了保护个人信息，查询次数有限制。请过几分钟再试。")),
        503: (_("系统暂时无法办理"), _("您已提交的内容没有丢失。请过一分钟再试一次。")),
    }
    if code < 500:
        return words.get(code, words[400])
    broken = (_("系统出了问题"), _("这不是您的操作造成的，问题已记录。请过几分钟再试一次。"))
    return words.get(code, broken)


def _most_megabytes() -> int:
    return settings().max_upload_bytes // (1024 * 1024)


def _page(code: int, title: object, sentence: object) -> Answer:
    page = render_template(
        "base/error.html", code=code, title=title, sentence=say(sentence), request_id=g.get("request_id")
    )
    return page, code


def _page_before() -> str:
    """Where the form came from, to open its latest content."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return "/"
    return local_path(f"{came_from.path}?{came_from.query}")


def _log_denied() -> None:
    """One denied entry for a signed-in person who asked for something outside their scope."""
    actor = current_actor()
    if actor is not ANONYMOUS:
        record_denied(actor, "web.denied", ("route", str(request.endpoint)), path=request.path[:200])
