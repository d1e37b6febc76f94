"""The delivery log: columns and filters. Telephone numbers are masked."""

from sqlalchemy import ColumnElement, Row

from core.accounts.models import Account
from core.i18n import lazy as _l
from core.identity import mask_phone
from core.notices.models import Delivery, DeliveryState, Notice
from core.notices.operations import NO_ADDRESS
from core.notices.templates import UnknownTemplate, worded
from core.tables import Column, ListSpec, choice, text
from core.web.status_words import StatusWord, add_status_words

DeliveryRow = Row[Delivery, Account]

STATE_WORDS = {
    DeliveryState.WAITING: StatusWord(_l("待发送"), "info"),
    DeliveryState.SENT: StatusWord(_l("已发送"), "success"),
    DeliveryState.FAILED: StatusWord(_l("未送达"), "danger"),
}
_CHANNEL_WORDS = {"file": _l("文件投递"), "console": _l("控制台")}


def title_of(notice: Notice) -> str:
    """The notice's title; the bare key where its room is not installed any more."""
    try:
        return worded(notice.template, notice.facts).title
    except UnknownTemplate:
        return notice.template


def _reason(row: DeliveryRow) -> object:
    return _l("没有登记手机号码") if row[0].last_error == NO_ADDRESS else row[0].last_error


def _state_is(value: str) -> ColumnElement[bool]:
    return Delivery.state == DeliveryState(value)


def _unreachable(_value: str) -> ColumnElement[bool]:
    return Delivery.last_error == NO_ADDRESS


DELIVERIES: ListSpec[DeliveryRow] = ListSpec(
    columns=(
        Column("at", _l("应发时间"), value=lambda row: row[0].next_at, sort=Delivery.next_at),
        Column("account", _l("收件账号"), value=lambda row: row[1].sign_in_name, sort=Account.sign_in_name),
        Column("to", _l("手机号码"), value=lambda row: mask_phone(row[0].address or "")),
        Column("title", _l("内容"), value=lambda row: title_of(row[0].notice)),
        Column("channel", _l("渠道"), value=lambda row: _CHANNEL_WORDS.get(row[0].channel, row[0].channel)),
        Column("state", _l("状态"), value=lambda row: row[0].state, sort=Delivery.state, status="delivery"),
        Column("attempts", _l("次数"), value=lambda row: row[0].attempts, number=True),
        Column("sent", _l("发送时间"), value=lambda row: row[0].sent_at, sort=Delivery.sent_at),
        Column("read", _l("阅读时间"), value=lambda row: row[0].notice.read_at),
        Column("reason", _l("原因"), value=_reason),
    ),
    last=(Delivery.id,),
    filters=(
        text("q", _l("收件账号"), lambda value: Account.sign_in_name.contains(value.casefold(), autoescape=True)),
        choice("state", _l("状态"), tuple((one.value, word.word) for one, word in STATE_WORDS.items()), _state_is),
        choice("reach", _l("联系方式"), (("none", _l("没有登记手机号码")),), _unreachable),
    ),
    sort="-at",
)

add_status_words("delivery", {state.value: word for state, word in STATE_WORDS.items()})
