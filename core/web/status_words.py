"""The one dictionary of status words: how each stored state is called on the page, and its tone.

Words are nouns or adjectives; danger (red) is kept for what went wrong or ended badly. A room whose states
are not listed here, or that calls them differently, registers its words with ``add_status_words``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.i18n import lazy as _l


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A word for people (noun or adjective) and the tone of its tag."""

    word: object
    tone: str = "neutral"


TONES = ("neutral", "info", "success", "warning", "danger")

_WORDS: dict[str, dict[str, StatusWord]] = {
    "task": {
        "not_started": StatusWord(_l("未开始"), "info"),
        "in_progress": StatusWord(_l("进行中"), "info"),
        "done": StatusWord(_l("已完成")),
        "blocked": StatusWord(_l("暂不能开始")),
    },
    "application": {
        "draft": StatusWord(_l("草稿（未提交）"), "warning"),
        "submitted": StatusWord(_l("已提交（待预审）"), "info"),
        "returned": StatusWord(_l("退回补正"), "warning"),
        "passed": StatusWord(_l("预审通过"), "success"),
        "refused": StatusWord(_l("预审不通过"), "danger"),
        "withdrawn": StatusWord(_l("已撤回")),
    },
    "version": {
        "draft": StatusWord(_l("草稿（未提交）"), "warning"),
        "awaiting_guardian": StatusWord(_l("待监护人确认"), "warning"),
        "submitted": StatusWord(_l("已提交"), "success"),
        "superseded": StatusWord(_l("已被新版本替代")),
        "withdrawn": StatusWord(_l("已撤回")),
    },
    "paper": {
        "uploaded": StatusWord(_l("已上传"), "info"),
        "accepted": StatusWord(_l("一致"), "success"),
        "returned": StatusWord(_l("需要重拍"), "warning"),
        "replaced": StatusWord(_l("已替换")),
    },
    "verdict": {
        "passed": StatusWord(_l("预审通过"), "success"),
        "returned": StatusWord(_l("退回补正"), "warning"),
        "refusal_proposed": StatusWord(_l("拟不通过，待复核"), "warning"),
        "refused": StatusWord(_l("预审不通过"), "danger"),
        "undone": StatusWord(_l("已撤销")),
    },
    "plan": {
        "draft": StatusWord(_l("草稿"), "warning"),
        "reported": StatusWord(_l("已报送"), "info"),
        "approved": StatusWord(_l("已批准"), "success"),
        "frozen": StatusWord(_l("已冻结")),
    },
    "round": {
        "open": StatusWord(_l("受理报名"), "info"),
        "locked": StatusWord(_l("已锁定"), "warning"),
        "released": StatusWord(_l("已公布"), "success"),
        "closed": StatusWord(_l("已结束")),
    },
    "run": {
        "requested": StatusWord(_l("等待求解"), "info"),
        "solving": StatusWord(_l("求解中"), "info"),
        "stored": StatusWord(_l("已完成"), "success"),
        "failed": StatusWord(_l("没有完成"), "danger"),
        "cancelled": StatusWord(_l("已取消")),
        "superseded": StatusWord(_l("已被新的求解替代")),
    },
    "job": {
        "queued": StatusWord(_l("排队中"), "info"),
        "running": StatusWord(_l("进行中"), "info"),
        "succeeded": StatusWord(_l("已完成"), "success"),
        "failed": StatusWord(_l("没有完成"), "danger"),
        "cancelled": StatusWord(_l("已取消")),
    },
    "publication": {
        "proposed": StatusWord(_l("待第二人核准"), "warning"),
        "approved": StatusWord(_l("已核准"), "success"),
        "cancelled": StatusWord(_l("已取消")),
    },
    "placement": {
        "placed": StatusWord(_l("已录取"), "success"),
        "returned": StatusWord(_l("退档"), "warning"),
        "unplaced": StatusWord(_l("未录取")),
    },
    "confirmation": {
        "waiting": StatusWord(_l("已录取（待确认）"), "warning"),
        "accepted": StatusWord(_l("已确认"), "success"),
        "decline_asked": StatusWord(_l("待监护人同意放弃"), "warning"),
        "declined": StatusWord(_l("已放弃")),
    },
    "arrival": {
        "arrived": StatusWord(_l("已报到"), "success"),
        "waiting": StatusWord(_l("未报到"), "warning"),
        "no_show": StatusWord(_l("逾期未报到")),
    },
    "seat_entry": {
        "placed": StatusWord(_l("录取占用")),
        "declined": StatusWord(_l("放弃退回"), "info"),
        "no_show": StatusWord(_l("未报到退回"), "info"),
        "returned": StatusWord(_l("退档退回"), "info"),
        "moved": StatusWord(_l("计划调整"), "info"),
        "carried": StatusWord(_l("转入下一轮"), "info"),
        "corrected": StatusWord(_l("更正"), "info"),
    },
    "student": {
        "01": StatusWord(_l("在读"), "success"),
        "02": StatusWord(_l("休学"), "warning"),
        "03": StatusWord(_l("退学")),
        "06": StatusWord(_l("失去联系"), "warning"),
        "07": StatusWord(_l("毕业"), "info"),
        "08": StatusWord(_l("结业"), "info"),
        "09": StatusWord(_l("肄业"), "info"),
        "10": StatusWord(_l("转出")),
        "11": StatusWord(_l("已注销")),
        "12": StatusWord(_l("保留入学资格"), "info"),
        "14": StatusWord(_l("开除学籍")),
        "P1": StatusWord(_l("预备学籍"), "info"),
        "P2": StatusWord(_l("待核准注册"), "warning"),
        "P3": StatusWord(_l("疑似重复，暂缓注册"), "danger"),
        "P4": StatusWord(_l("学籍有争议"), "danger"),
        "P5": StatusWord(_l("已注销")),
    },
    "identity": {
        "confirmed": StatusWord(_l("身份已核实"), "success"),
        "open": StatusWord(_l("身份待核实"), "warning"),
        "conflict": StatusWord(_l("身份信息有冲突"), "danger"),
    },
    "document": {
        "valid": StatusWord(_l("有效"), "success"),
        "revoked": StatusWord(_l("已撤销"), "danger"),
        "replaced": StatusWord(_l("已被新文件替代"), "warning"),
        "unknown": StatusWord(_l("查无此文件"), "danger"),
    },
    "delivery": {
        "waiting": StatusWord(_l("待发送"), "info"),
        "sent": StatusWord(_l("已发送"), "success"),
        "failed": StatusWord(_l("没有送达"), "danger"),
    },
}


def add_status_words(kind: str, words: Mapping[str, StatusWord]) -> None:
    """Register the words of a room's states (the same kind again replaces the earlier words)."""
    _WORDS[kind] = {str(state): word for state, word in words.items()}


def status_word(kind: str, state: object) -> StatusWord:
    """The word of ``state`` in the dictionary ``kind``; raises KeyError for an unknown one."""
    return _WORDS[kind][str(state)]


def all_status_words() -> Mapping[str, Mapping[str, StatusWord]]:
    """The whole dictionary, for the page of components and its test."""
    return {kind: dict(words) for kind, words in _WORDS.items()}
