"""Reading an identity document: one door for pages, imports and the command line."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.divisions import find_division
from core.identity import forms
from core.identity.faults import BadDocument, Fault, wrong_kind
from core.identity.kinds import DocumentKind, IdentityState, Sex
from core.identity.repair import Repair, tidy
from core.identity.resident import ResidentParts, order_is_given, parts_of_15, parts_of_18
from core.words import Words

_LONGEST_INPUT = 100
_SPREADSHEET_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+|[0-9]{15,}\.0+")
_PERMIT_DIVISIONS = {"810000": "810000", "820000": "820000", "830000": "710000"}
"""Residence permits write Taiwan as 83, which GB/T 2260 does not know; the division is 710000."""


class Flag(StrEnum):
    """Something to look at that is no reason for refusal."""

    UNKNOWN_DIVISION = "unknown_division"

    @property
    def words(self) -> Words:
        return Words(
            "号码前 6 位不在已知的行政区划代码中（含已撤销的代码），请人工核对证件",
            "The first 6 digits are no known division code, retired ones included; "
            "please look at the document itself",
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An accepted document.

    `number` is the normal form ("" only where the kind needs none). Birth date, sex and division are what
    the number itself says, None where it says nothing. `division` is the place of *first issue*, retired
    codes included; it never tells the source county of an applicant.
    """

    kind: DocumentKind
    number: str
    state: IdentityState
    birth_date: date | None = None
    sex: Sex | None = None
    division: str | None = None
    repairs: tuple[Repair, ...] = ()
    flags: tuple[Flag, ...] = ()


def read_document(kind: DocumentKind, raw: str) -> Document:
    """Accept `raw` as the number of a document of this kind.

    Typing faults that leave no doubt are mended and reported in `repairs`. Raises BadDocument with a
    sentence for the person otherwise; where the number clearly belongs to another kind, the error offers
    it instead of changing the kind silently.
    """
    if len(raw) > _LONGEST_INPUT:
        raise BadDocument(
            Fault.TOO_LONG,
            Words(
                f"证件号码不应超过 {_LONGEST_INPUT} 个字符，请只填写号码",
                f"A document number has at most {_LONGEST_INPUT} characters; please enter the number only",
            ),
        )
    number, repairs = tidy(raw, keep_separators=kind in forms.FREE_TEXT_KINDS)
    if not number:
        return _without_number(kind, repairs)
    if _SPREADSHEET_NUMBER.fullmatch(number):
        raise BadDocument(
            Fault.SPREADSHEET,
            Words(
                "这个号码被电子表格改成了数值，后几位可能已丢失；请把该列设为“文本”后重新填写",
                "A spreadsheet turned this number into a value and may have lost its last digits; "
                "please format the column as text and enter it again",
            ),
        )
    offered = _offered_instead(kind, number)
    if offered is not None:
        raise wrong_kind(kind, offered)
    return _READERS.get(kind, _read_form)(kind, number, repairs)


def belongs_to(number: str) -> DocumentKind | None:
    """The kind a tidied number belongs to beyond doubt, or None when several kinds may carry it."""
    if re.fullmatch(r"999[0-9]{15}", number):
        return DocumentKind.TEMPORARY_STUDENT
    if len(number) != 18:
        return None
    if number[:6] in _PERMIT_DIVISIONS:
        return DocumentKind.RESIDENCE_PERMIT
    kind = DocumentKind.PERMANENT_RESIDENCE if number.startswith("9") else DocumentKind.RESIDENT_ID
    return kind if _accepts(lambda: parts_of_18(number, kind)) else None


def _offered_instead(kind: DocumentKind, number: str) -> DocumentKind | None:
    """Another kind the number belongs to; old 15-digit IDs, having no check digit, only for resident IDs."""
    if kind is DocumentKind.RESIDENT_ID and len(number) == 15 and _accepts(lambda: parts_of_15(number)):
        return DocumentKind.OLD_RESIDENT_ID
    offered = belongs_to(number)
    return None if offered is kind else offered


def _accepts(read: Callable[[], ResidentParts]) -> bool:
    try:
        read()
    except BadDocument:
        return False
    return True


def sex_conflict(document: Document, stated: Sex) -> Words | None:
    """The warning when the stated sex differs from the one in the number; None when nothing differs.

    It is a warning that asks for proof: neither value is overwritten. A number whose order is given to nobody
    contradicts nobody: what its last order digit reads as is no statement about a person.
    """
    written = document.sex
    if written is None or stated not in (Sex.MALE, Sex.FEMALE) or stated is written:
        return None
    if not order_is_given(document.number):
        return None
    return Words(
        f"{document.kind.number_words.zh}对应的性别是“{written.words.zh}”，填写的是“{stated.words.zh}”；"
        "请核对，如填写无误，请上传户口簿或公安机关的证明",
        f"{document.kind.number_words.en} says “{written.words.en}”, but “{stated.words.en}” was entered; "
        "please check it, and if the entry is right, add the household register or a police statement",
    )


def age_on(birth_date: date, day: date) -> int:
    """Completed years of age on `day`; a new year of age begins on the birthday itself."""
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - before_birthday


def _without_number(kind: DocumentKind, repairs: tuple[Repair, ...]) -> Document:
    if kind.number_optional:
        return Document(kind, "", kind.state, repairs=repairs)
    raise BadDocument(
        Fault.EMPTY,
        Words(f"请填写{kind.number_words.zh}", f"Please enter the number of the {kind.words.en}"),
    )


def _read_resident(kind: DocumentKind, number: str, repairs: tuple[Repair, ...]) -> Document:
    old = kind is DocumentKind.OLD_RESIDENT_ID
    parts = parts_of_15(number) if old else parts_of_18(number, kind)
    known = find_division(parts.prefix) is not None
    return Document(
        kind,
        number,
        kind.state,
        birth_date=parts.birth_date,
        sex=parts.sex,
        division=parts.prefix if known else None,
        repairs=repairs,
        flags=() if known else (Flag.UNKNOWN_DIVISION,),
    )


def _read_residence_permit(kind: DocumentKind, number: str, repairs: tuple[Repair, ...]) -> Document:
    parts = parts_of_18(number, kind)
    division = _PERMIT_DIVISIONS.get(parts.prefix)
    if division is None:
        raise BadDocument(
            Fault.FORM,
            Words(
                "港澳台居民居住证号码以 810000、820000 或 830000 开头，请核对",
                "The number of a residence permit begins with 810000, 820000 or 830000; please check it",
            ),
        )
    return Document(
        kind,
        number,
        kind.state,
        birth_date=parts.birth_date,
        sex=parts.sex,
        division=division,
        repairs=repairs,
    )


def _read_permanent_residence(kind: DocumentKind, number: str, repairs: tuple[Repair, ...]) -> Document:
    if len(number) == 18 and number.startswith("9"):
        parts = parts_of_18(number, kind)
        return Document(kind, number, kind.state, birth_date=parts.birth_date, sex=parts.sex, repairs=repairs)
    return _read_form(kind, number, repairs)


def _read_form(kind: DocumentKind, number: str, repairs: tuple[Repair, ...]) -> Document:
    forms.demand_form(kind, number)
    return Document(kind, number, kind.state, repairs=repairs)


_READERS: dict[DocumentKind, Callable[[DocumentKind, str, tuple[Repair, ...]], Document]] = {
    DocumentKind.RESIDENT_ID: _read_resident,
    DocumentKind.OLD_RESIDENT_ID: _read_resident,
    DocumentKind.RESIDENCE_PERMIT: _read_residence_permit,
    DocumentKind.PERMANENT_RESIDENCE: _read_permanent_residence,
}
