"""What may be shown of personal data to somebody who need not see all of it."""

import re

from core.names import split_name

_STARS_FOR_ADDRESS = "******"
_DOWN_TO_COUNTY = re.compile(
    r"(?:[^省市区县旗街号弄幢\s]{1,12}(?:省|自治区|特别行政区))?(?:[^省市区县旗街号弄幢\s]{1,10}(?:市|州|盟|地区))?"
    r"(?:[^省市区县旗街号弄幢\s]{1,12}[市区县旗])?"
)


def mask_document(number: str) -> str:
    """A document number with its middle hidden: 3304**********000X. The length stays."""
    shown = 4 if len(number) >= 15 else 2 if len(number) >= 9 else 1 if len(number) >= 5 else 0
    return _hide_middle(number, shown, shown)


def document_tail(number: str, shown: int = 4) -> str:
    """Only the last characters, for public lists: ****000X. Short numbers show at most a quarter."""
    visible = min(shown, len(number) // 4)
    return "****" + (number[-visible:] if visible else "")


def mask_name(name: str) -> str:
    """Surname and last character: 张*三, 张*, 欧阳*明; names with · keep their shape: 买**·**都."""
    surname, given = split_name(name)
    if len(given) < 2:
        return surname and surname + "*"
    return surname + _stars(given[:-1]) + given[-1]


def mask_name_public(name: str) -> str:
    """Surname only, for public lists: 张**, 欧阳*, 买**·***."""
    surname, given = split_name(name)
    return surname and surname + (_stars(given) or "*")


def mask_phone(phone: str) -> str:
    """A telephone number: 138****5678 for eleven digits, less of shorter and of foreign ones."""
    digits = re.sub(r"[^0-9]", "", phone)
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    if len(digits) > 12:
        return "*" * (len(digits) - 4) + digits[-4:]
    if len(digits) >= 10:
        return _hide_middle(digits, 3, 4)
    return _hide_middle(digits, 0, 2) if len(digits) >= 7 else "*" * len(digits)


def mask_address(address: str) -> str:
    """An address down to the county or district: 浙江省嘉兴市嘉善县******."""
    if not address.strip():
        return ""
    match = _DOWN_TO_COUNTY.match(address.strip())
    return (match.group(0) if match else "") + _STARS_FOR_ADDRESS


def _hide_middle(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def _stars(text: str) -> str:
    return "".join("·" if character == "·" else " " if character == " " else "*" for character in text)
