"""Kinds of identity documents, the sexes a document can state, and how complete an identity is."""

from enum import StrEnum

from core.words import Words


class Sex(StrEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_STATED = "9"

    @property
    def words(self) -> Words:
        return _SEX_WORDS[self]


_SEX_WORDS = {
    Sex.UNKNOWN: Words("未知", "unknown"),
    Sex.MALE: Words("男", "male"),
    Sex.FEMALE: Words("女", "female"),
    Sex.NOT_STATED: Words("未说明", "not stated"),
}


class IdentityState(StrEnum):
    """Whether a document settles who somebody is (complete) or a better one must follow (open)."""

    COMPLETE = "complete"
    OPEN = "open"


class DocumentKind(StrEnum):
    """Kind of document. One-character values are JY/T codes; longer ones are our own, see `jyt_code`."""

    RESIDENT_ID = "1"
    OFFICER_CARD = "2"
    SOLDIER_CARD = "3"
    CIVIL_STAFF_CARD = "4"
    RETIRED_FORCES_CARD = "5"
    HONG_KONG = "6"
    MACAU = "7"
    TAIWAN_PERMIT = "8"
    PERMANENT_RESIDENCE = "9"
    PASSPORT = "A"
    HOUSEHOLD_BOOK = "B"
    OTHER = "Z"
    RESIDENCE_PERMIT = "RP"
    OLD_RESIDENT_ID = "ID15"
    TEMPORARY_STUDENT = "T999"

    @property
    def jyt_code(self) -> str:
        """The JY/T code under which national sheets carry this kind: Z (other) for our own kinds."""
        return self.value if len(self.value) == 1 else DocumentKind.OTHER.value

    @property
    def words(self) -> Words:
        """Name of the kind for lists and labels."""
        return _KIND_WORDS[self]

    @property
    def number_words(self) -> Words:
        """Name of the number printed on it, to open a sentence with."""
        if self is DocumentKind.RESIDENT_ID:
            return Words("身份证号码", "The resident ID number")
        return Words(f"{self.words.zh}号码", f"The number of the {self.words.en}")

    @property
    def number_optional(self) -> bool:
        return self is DocumentKind.OTHER

    @property
    def state(self) -> IdentityState:
        """State of an identity that rests on this kind alone."""
        return IdentityState.OPEN if self in _OPEN_KINDS else IdentityState.COMPLETE


_OPEN_KINDS = frozenset(
    {
        DocumentKind.HOUSEHOLD_BOOK,
        DocumentKind.OTHER,
        DocumentKind.OLD_RESIDENT_ID,
        DocumentKind.TEMPORARY_STUDENT,
    }
)

_KIND_WORDS = {
    DocumentKind.RESIDENT_ID: Words("居民身份证", "resident ID card"),
    DocumentKind.OFFICER_CARD: Words("军官证", "officer card"),
    DocumentKind.SOLDIER_CARD: Words("士兵证", "soldier card"),
    DocumentKind.CIVIL_STAFF_CARD: Words("文职干部证", "civil staff card of the forces"),
    DocumentKind.RETIRED_FORCES_CARD: Words("部队离退休证", "card of retired forces staff"),
    DocumentKind.HONG_KONG: Words("香港特区护照/身份证明", "Hong Kong passport or identity document"),
    DocumentKind.MACAU: Words("澳门特区护照/身份证明", "Macau passport or identity document"),
    DocumentKind.TAIWAN_PERMIT: Words("台湾居民来往大陆通行证", "travel permit of Taiwan residents to the mainland"),
    DocumentKind.PERMANENT_RESIDENCE: Words("境外永久居住证", "permanent residence card"),
    DocumentKind.PASSPORT: Words("护照", "passport"),
    DocumentKind.HOUSEHOLD_BOOK: Words("户口簿", "household register book"),
    DocumentKind.OTHER: Words("其他证件", "other document"),
    DocumentKind.RESIDENCE_PERMIT: Words(
        "港澳台居民居住证", "residence permit for Hong Kong, Macau and Taiwan residents"
    ),
    DocumentKind.OLD_RESIDENT_ID: Words("15 位旧身份证", "old 15-digit resident ID card"),
    DocumentKind.TEMPORARY_STUDENT: Words("临时学生证件号", "temporary student number"),
}
