"""What bureaus read of packages: kinds, and each refusal in one sentence."""

from collections.abc import Mapping

from core import clock
from core.divisions import find_division
from core.i18n import current_language
from core.i18n import lazy as _l
from enrolment.cycles.words import county_text
from enrolment.exchange.packages import BadPackage, Fault, Kind

KINDS: Mapping[Kind, object] = {
    Kind.FILING: _l("报名和志愿"),
    Kind.SCORES: _l("成绩"),
    Kind.RESULTS: _l("录取结果"),
}


def place_text(code: str) -> str:
    """A county by its code; a code that nobody knows stands for itself."""
    return county_text(code) if find_division(code) else code


def fault_text(bad: BadPackage) -> object:
    """Why the package is refused, and what to do."""
    header = bad.header
    if header is None:
        return _l("这个文件不是交换包，或者已经损坏。请向对方重新索取。")
    facts = {
        "sender": place_text(header.sender),
        "receiver": place_text(header.receiver),
        "number": header.number,
        "at": clock.moment_text(header.created_at, current_language()),
        "year": header.year,
    }
    sentences = {
        Fault.NO_PACKAGE: _l("这个文件不是交换包，或者已经损坏。请向对方重新索取。"),
        Fault.UNSIGNED: _l("这个包没有签名，不能采用。请向%(sender)s索取签名的包。", **facts),
        Fault.WRONG_ADDRESS: _l("这个包是给%(receiver)s的，不是给本县区的。请交给对方。", **facts),
        Fault.UNKNOWN_SENDER: _l(
            "签名所用的密钥没有经过本县区两人核对，不能确认来自%(sender)s。请先登记并核对公钥。", **facts
        ),
        Fault.ALTERED: _l("包的内容和签名不一致，传递中被改动过。请向%(sender)s重新索取。", **facts),
        Fault.OTHER_KEY: _l("这个包不是用本县区现在的公钥加密的。请把现在的公钥交给%(sender)s，重新生成。", **facts),
        Fault.REPLAYED: _l("第 %(number)s 号包（%(at)s生成）已经办理过，不能再用一次。", **facts),
        Fault.OUT_OF_ORDER: _l(
            "第 %(number)s 号包不是下一个包，前面的包还没有办理，或者中间缺了包。请按编号依次办理。", **facts
        ),
        Fault.UNKNOWN_YEAR: _l("这里没有 %(year)s 年的招生年度，不能采用这个包。", **facts),
    }
    return sentences[bad.fault]
