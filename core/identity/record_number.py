"""Numbers of the student record (学籍号): the formal one for life and the temporary one before it.

Formal: G and the 18 characters of the resident ID or residence permit. Temporary: L and 18 characters
while no ID exists or it is not verified. Our own temporary numbers are L, the 10-digit school code, the
4-digit year of entry, a 3-digit serial and the same check character as resident IDs have; temporary
numbers that came from elsewhere are taken as they are and say so in `own_form`.
"""

import re
from dataclasses import dataclass

from core.identity.documents import belongs_to
from core.identity.faults import BadDocument, Fault
from core.identity.kinds import DocumentKind
from core.identity.repair import tidy
from core.identity.resident import check_character
from core.words import Words

_NUMBERED_KINDS = frozenset({DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT})


@dataclass(frozen=True, slots=True)
class RecordNumber:
    """A well-formed record number; `own_form` tells temporary numbers of our own making."""

    value: str
    temporary: bool
    own_form: bool

    @property
    def document_number(self) -> str | None:
        """The ID number inside a formal record number."""
        return None if self.temporary else self.value[1:]


def formal_number(document_number: str) -> RecordNumber:
    """The formal record number of a resident ID or residence permit. Raises BadDocument otherwise."""
    return read_record_number("G" + document_number)


def temporary_number(school_code: str, year: int, serial: int) -> RecordNumber:
    """Make a temporary number. Raises ValueError when a part does not fit its width."""
    if not re.fullmatch(r"[0-9]{10}", school_code):
        raise ValueError("a school code has ten digits")
    if not (1000 <= year <= 9999 and 1 <= serial <= 999):
        raise ValueError("the year has four digits and the serial runs from 1 to 999")
    body = f"{school_code}{year:04d}{serial:03d}"
    return RecordNumber("L" + body + check_character(body), temporary=True, own_form=True)


def read_record_number(raw: str) -> RecordNumber:
    """Accept a record number as typed or imported. Raises BadDocument with what to mend."""
    value, _repairs = tidy(raw)
    if not value:
        raise BadDocument(Fault.EMPTY, Words("请填写学籍号", "Please enter the student record number"))
    if value[0] not in "GL":
        raise BadDocument(
            Fault.FORM,
            Words(
                "学籍号以字母 G（正式）或 L（临时）开头，请核对",
                "A student record number begins with G (formal) or L (temporary); please check it",
            ),
        )
    if len(value) != 19:
        raise BadDocument(
            Fault.LENGTH,
            Words(
                f"学籍号应为 19 位（字母加 18 位），您填写了 {len(value)} 位",
                f"A student record number has 19 characters (a letter and 18 more); you entered {len(value)}",
            ),
        )
    tail = value[1:]
    if not re.fullmatch(r"[0-9]{17}[0-9X]", tail):
        raise BadDocument(
            Fault.CHARACTER,
            Words(
                "学籍号字母后应为 17 位数字加 1 位数字或 X，请核对",
                "After the letter a student record number has 17 digits and a digit or X; please check it",
            ),
        )
    if value[0] == "L":
        return RecordNumber(value, temporary=True, own_form=check_character(tail[:-1]) == tail[-1])
    return RecordNumber(_demand_document(value), temporary=False, own_form=False)


def _demand_document(value: str) -> str:
    if belongs_to(value[1:]) not in _NUMBERED_KINDS:
        raise BadDocument(
            Fault.CHECK_DIGIT,
            Words(
                "学籍号 G 后面的 18 位不是有效的身份证号码，请核对",
                "The 18 characters after G are no valid ID number; please check them",
            ),
        )
    return value
