"""Written forms of the documents whose numbers carry no derivable facts.

The forms are generous on purpose: a clerk with the card in hand must never be stopped by a series we have
not seen. Only the one-letter Hong Kong identity card has a check digit that is certain.
"""

import re
from dataclasses import dataclass

from core.identity.faults import BadDocument, Fault
from core.identity.kinds import DocumentKind
from core.words import Words

FREE_TEXT_KINDS = frozenset(
    {
        DocumentKind.OFFICER_CARD,
        DocumentKind.SOLDIER_CARD,
        DocumentKind.CIVIL_STAFF_CARD,
        DocumentKind.RETIRED_FORCES_CARD,
        DocumentKind.HOUSEHOLD_BOOK,
        DocumentKind.OTHER,
    }
)
"""Kinds whose numbers contain words such as 字第…号 and marks that must stay."""


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    wanted: Words


def _form(pattern: str, zh: str, en: str) -> _Form:
    return _Form(re.compile(pattern), Words(zh, en))


_FREE_TEXT = _form(
    r"[0-9A-Z\u3400-\u9fff()〔〕\-]{2,30}",
    "由数字、字母或汉字组成，2 至 30 个字符，例如“南字第01234567号”",
    "holds digits, letters or Chinese characters, 2 to 30 in all",
)

_FORMS = {
    DocumentKind.HONG_KONG: _form(
        r"[A-Z][0-9]{6}[0-9A]|[HK][A-Z]?[0-9]{7,8}|[A-Z]{2}[0-9]{6}[0-9A]|H[0-9]{10}",
        "是 1 至 2 个字母加 7 至 10 位数字，例如护照 H01234567 或身份证 A123456(3)",
        "is 1 or 2 letters and 7 to 10 digits, such as passport H01234567 or card A123456(3)",
    ),
    DocumentKind.MACAU: _form(
        r"M[A-Z]?[0-9]{7,8}|M[0-9]{10}|[157][0-9]{7}",
        "是字母 M 加 7 至 10 位数字，或以 1、5、7 开头的 8 位数字",
        "is the letter M and 7 to 10 digits, or 8 digits beginning with 1, 5 or 7",
    ),
    DocumentKind.TAIWAN_PERMIT: _form(
        r"[0-9]{8}|[0-9]{10}[A-Z]?",
        "是 8 位数字，或 10 位数字（可再加 1 个字母）",
        "is 8 digits, or 10 digits with or without a letter",
    ),
    DocumentKind.PERMANENT_RESIDENCE: _form(
        r"[A-Z]{3}[0-9]{12}|[A-Z0-9]{5,20}",
        "是 18 位数字（以 9 开头）、3 个字母加 12 位数字，或 5 至 20 位字母和数字",
        "is 18 digits beginning with 9, 3 letters and 12 digits, or 5 to 20 letters and digits",
    ),
    DocumentKind.PASSPORT: _form(
        r"(?=.*[0-9])[A-Z0-9]{5,20}",
        "由字母和数字组成，5 至 20 位，至少有 1 位数字",
        "is 5 to 20 letters and digits with at least 1 digit",
    ),
    DocumentKind.TEMPORARY_STUDENT: _form(
        r"999[0-9]{15}",
        "是 999 加 10 位学校代码和 5 位顺序号，共 18 位数字",
        "is 999, the 10-digit school code and a 5-digit serial, 18 digits in all",
    ),
    DocumentKind.OTHER: _form(r".{1,60}", "不超过 60 个字符", "has at most 60 characters"),
}


def demand_form(kind: DocumentKind, number: str) -> None:
    """Raise BadDocument unless the tidied `number` is written as numbers of this kind are."""
    form = _FORMS.get(kind, _FREE_TEXT)
    if not form.pattern.fullmatch(number):
        raise BadDocument(
            Fault.FORM,
            Words(
                f"{kind.number_words.zh}{form.wanted.zh}；请核对",
                f"{kind.number_words.en} {form.wanted.en}; please check it",
            ),
        )
    if kind is DocumentKind.HONG_KONG and _is_one_letter_card(number) and not _hong_kong_check_fits(number):
        raise BadDocument(
            Fault.CHECK_DIGIT,
            Words(
                "香港身份证号码括号中的校验码与前面的号码不符，请对照证件核对",
                "The check digit in brackets does not fit the Hong Kong card number; please compare it",
            ),
        )


def _is_one_letter_card(number: str) -> bool:
    return re.fullmatch(r"[A-Z][0-9]{6}[0-9A]", number) is not None


def _hong_kong_check_fits(number: str) -> bool:
    """Weights 9 (an absent first letter, counted as 36) then 8 to 1; letters count from A = 10."""
    values = [36, *(int(character, 36) for character in number)]
    return sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11 == 0
