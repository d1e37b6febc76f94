"""Why an upload is refused: a code for tests and logs, a sentence for the person."""

from enum import StrEnum

from core.errors import Refused
from core.words import Words


class UploadFault(StrEnum):
    """The reasons; one sentence each, written where it is found."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSAFE_NAME = "unsafe_name"
    DOUBLE_EXTENSION = "double_extension"
    NAME_AND_CONTENT_DIFFER = "name_and_content_differ"
    PROGRAM = "program"
    WEB_PAGE = "web_page"
    ACTIVE_PICTURE = "active_picture"
    UNKNOWN_TYPE = "unknown_type"
    TYPE_NOT_WANTED = "type_not_wanted"
    PHONE_FORMAT = "phone_format"
    OLD_OFFICE = "old_office"
    LOCKED = "locked"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_FEW_PIXELS = "too_few_pixels"
    ANIMATED = "animated"
    PDF_ACTIVE = "pdf_active"
    PDF_ATTACHMENT = "pdf_attachment"
    MACRO = "macro"
    EMBEDDED = "embedded"
    OUTSIDE_LINK = "outside_link"
    XML_ENTITY = "xml_entity"
    UNFOLDS_TOO_LARGE = "unfolds_too_large"
    TOO_MANY_MEMBERS = "too_many_members"
    MEMBER_PATH = "member_path"
    MEMBER_LINK = "member_link"
    MEMBER_ARCHIVE = "member_archive"
    MEMBER_FOREIGN = "member_foreign"


class BadUpload(Refused):
    """The file is not taken; ``code`` is an :class:`UploadFault`, ``zh`` and ``en`` say why and what to do."""

    def __init__(self, code: UploadFault, zh: str, en: str) -> None:
        super().__init__(Words(zh, en), field="file")
        self.code = code
        self.zh = zh
        self.en = en


def damaged(noun: Words) -> BadUpload:
    """The file breaks off or does not follow its own format."""
    return BadUpload(
        UploadFault.DAMAGED,
        f"这个{noun.zh}打不开，可能没有传完或已损坏。请在您的设备上确认能打开，再重新上传。",
        f"This {noun.en} cannot be opened; it is incomplete or damaged. Check it on your device and try again.",
    )


def megabytes(size: float) -> str:
    """A size for sentences: ``8.2 MB``, ``5 MB``, below 0.1 MB in ``kB``."""
    if size < 0.1 * 1024 * 1024:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / (1024 * 1024):.1f}".removesuffix(".0") + " MB"
