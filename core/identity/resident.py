"""Numbers built like GB 11643: resident IDs, residence permits, the new permanent residence card.

Eighteen characters: 1-6 place of first issue, 7-14 birth date, 15-17 order (001 to 999, odd male, even
female), 18 check character. Order 000 is given to nobody; invented people carry it. python-stdnum computes the
check character; its whole validation is not used because it refuses residence permits and places missing from
its table.
"""

from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from core import clock
from core.identity.faults import BadDocument, Fault
from core.identity.kinds import DocumentKind, Sex
from core.words import Words

_EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class ResidentParts:
    """What a number says of its holder; `prefix` is the place of first issue."""

    prefix: str
    birth_date: date
    sex: Sex


def check_character(first_seventeen: str) -> str:
    """The check character (0-9 or X) that follows these seventeen digits (ISO 7064 MOD 11-2)."""
    return str(ric.calc_check_digit(first_seventeen + "0"))


def parts_of_18(number: str, kind: DocumentKind) -> ResidentParts:
    """Take apart an 18-character number already tidied.

    Raises BadDocument: wrong length, a character that cannot stand there, a birth date that does not
    exist or lies ahead, or a check character that does not fit.
    """
    _demand_length(number, 18, kind)
    _demand_digits(number[:-1], kind)
    if number[-1] not in "0123456789X":
        raise _bad_character(kind, 18, Words("数字或字母 X", "a digit or the letter X"))
    birth_date = _birth_date(number[6:14], kind, first=7, last=14)
    if number[-1] != check_character(number[:-1]):
        raise BadDocument(
            Fault.CHECK_DIGIT,
            Words(
                f"{kind.number_words.zh}的最后一位（校验码）与前 17 位不符，请对照证件逐位核对",
                f"{kind.number_words.en} has a check digit (the last character) that does not fit the "
                "17 before it; please compare it with the card, digit by digit",
            ),
        )
    return ResidentParts(number[:6], birth_date, _sex(number[16]))


def parts_of_15(number: str) -> ResidentParts:
    """Take apart an old 15-digit number: two-digit birth year in the 1900s, no check character.

    Raises BadDocument like `parts_of_18`.
    """
    kind = DocumentKind.OLD_RESIDENT_ID
    _demand_length(number, 15, kind)
    _demand_digits(number, kind)
    birth_date = _birth_date("19" + number[6:12], kind, first=7, last=12)
    return ResidentParts(number[:6], birth_date, _sex(number[14]))


def modern_form(old: str) -> str:
    """The 18-character number that belongs to a valid 15-digit one: the same person, newly written."""
    parts_of_15(old)
    body = old[:6] + "19" + old[6:]
    return body + check_character(body)


def order_is_given(number: str) -> bool:
    """Whether a valid 15- or 18-character number has an order that is given to people, so any but 000."""
    return (number[12:15] if len(number) == 15 else number[14:17]) != "000"


def _sex(digit: str) -> Sex:
    return Sex.MALE if int(digit) % 2 else Sex.FEMALE


def _demand_length(number: str, length: int, kind: DocumentKind) -> None:
    if len(number) != length:
        raise BadDocument(
            Fault.LENGTH,
            Words(
                f"{kind.number_words.zh}应为 {length} 位，您填写了 {len(number)} 位",
                f"{kind.number_words.en} has {length} characters; you entered {len(number)}",
            ),
        )


def _demand_digits(digits: str, kind: DocumentKind) -> None:
    for position, character in enumerate(digits, start=1):
        if character not in "0123456789":
            raise _bad_character(kind, position, Words("数字", "a digit"))


def _bad_character(kind: DocumentKind, position: int, wanted: Words) -> BadDocument:
    return BadDocument(
        Fault.CHARACTER,
        Words(
            f"{kind.number_words.zh}的第 {position} 位应为{wanted.zh}，请核对",
            f"{kind.number_words.en} must have {wanted.en} as character {position}; please check it",
        ),
    )


def _birth_date(digits: str, kind: DocumentKind, *, first: int, last: int) -> date:
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as cause:
        raise _bad_date(kind, first, last) from cause
    if birth_date < _EARLIEST_BIRTH:
        raise _bad_date(kind, first, last)
    if birth_date > clock.today():
        raise BadDocument(
            Fault.FUTURE_BIRTH,
            Words(
                f"{kind.number_words.zh}的第 {first} 至 {last} 位是出生日期，您填写的日期晚于今天，请核对",
                f"{kind.number_words.en} holds the birth date in characters {first} to {last}; "
                "the date you entered lies in the future; please check it",
            ),
        )
    return birth_date


def _bad_date(kind: DocumentKind, first: int, last: int) -> BadDocument:
    return BadDocument(
        Fault.DATE,
        Words(
            f"{kind.number_words.zh}的第 {first} 至 {last} 位应为出生日期，您填写的日期不存在，请核对",
            f"{kind.number_words.en} holds the birth date in characters {first} to {last}; "
            "the date you entered does not exist; please check it",
        ),
    )
