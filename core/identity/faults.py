"""What can be wrong with a document number, and the error that says how to mend it."""

from enum import StrEnum

from core.identity.kinds import DocumentKind
from core.words import Words


class Fault(StrEnum):
    """Machine-readable reason of a refusal."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    SPREADSHEET = "spreadsheet"
    LENGTH = "length"
    CHARACTER = "character"
    DATE = "date"
    FUTURE_BIRTH = "future_birth"
    CHECK_DIGIT = "check_digit"
    KIND = "kind"
    FORM = "form"


class BadDocument(ValueError):
    """A number that cannot be accepted under its kind.

    `code` is the reason, `words` say what is wrong and how to mend it without repeating the number, and
    `offers` is the kind the number seems to belong to, if any.
    """

    def __init__(self, code: Fault, words: Words, offers: DocumentKind | None = None) -> None:
        super().__init__(words.zh)
        self.code = code
        self.words = words
        self.offers = offers


def wrong_kind(stated: DocumentKind, offered: DocumentKind) -> BadDocument:
    """The refusal of a number that belongs to another kind than the stated one."""
    return BadDocument(
        Fault.KIND,
        Words(
            f"证件类型与号码不一致：您选择的是“{stated.words.zh}”，"
            f"这个号码是“{offered.words.zh}”的号码，请改选证件类型",
            f"Document type and number do not agree: you chose “{stated.words.en}”, but this number "
            f"belongs to a “{offered.words.en}”; please choose that type",
        ),
        offers=offered,
    )
