"""The checks of the independent verifier in the words of the pages."""

from core.i18n import lazy as _l

CHECKS: dict[str, object] = {
    "readable": _l("文件可以读取"),
    "digests": _l("输入、规则和结果的指纹一致"),
    "shares": _l("各县区份额合计等于限额"),
    "order": _l("位次顺序完整，没有缺少的成绩"),
    "people": _l("每名考生恰好出现一次，只录取到填报且符合条件的专业"),
    "limits": _l("没有超过任何限额"),
    "claims": _l("每个未录取的志愿都由已满的限额说明，限额内的人位次都在前"),
    "minima": _l("开班的班级都达到最低人数"),
    "replay": _l("按规则重新走一遍，结果相同"),
    "opening": _l("开班方案是最好的"),
    "positions": _l("公布的位次正确"),
    "adjusted": _l("调剂录取的考生正确"),
    "returned": _l("退档的考生正确"),
    "reasons": _l("每个志愿的理由正确"),
    "cutoffs": _l("录取位次线正确"),
    "refused_by_floors": _l("因硬性保底未录取的志愿都已列出"),
    "limits told": _l("公布的限额使用情况正确"),
    "guarantees": _l("保底与预留的数字正确"),
    "yardsticks": _l("汇总指标正确"),
}
"""By the name the certificate stores; the verifier itself speaks no language."""


def check_word(name: str) -> object:
    """The word for a check; a name from another version of the verifier is shown as it stands."""
    return CHECKS.get(name, name)
