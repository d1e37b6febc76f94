"""Excel workbooks: cells and pictures only, no macros, no objects, no ties to other files."""

from collections.abc import Iterator
from typing import Final

from core.files.archives import Archive
from core.files.faults import BadUpload, UploadFault, damaged
from core.files.limits import Limits

CONTENT_TYPES: Final = "[Content_Types].xml"

_OVERLAP: Final = 32
_MACRO_PARTS: Final = ("vbaproject.bin", "vbadata.xml", "xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")
_OBJECT_PARTS: Final = ("xl/embeddings/", "xl/oleobjects/")
_OUTSIDE_PARTS: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/webextensions/")
_ENTITY_MARKS: Final = tuple(
    mark.encode(coding) for mark in ("<!DOCTYPE", "<!ENTITY") for coding in ("utf-8", "utf-16-le", "utf-16-be")
)


def check_workbook(archive: Archive, limits: Limits) -> None:
    """Raise :class:`BadUpload` unless the archive is a plain .xlsx."""
    names = [member.filename.lower() for member in archive.members]
    kinds = archive.bytes_of(next(one for one in archive.members if one.filename == CONTENT_TYPES))
    if any(part in name for name in names for part in _MACRO_PARTS) or b"macroEnabled" in kinds:
        raise BadUpload(
            UploadFault.MACRO,
            "这个工作簿带有宏，不能上传。请在 Excel 里另存为“Excel 工作簿（.xlsx）”再上传。",
            "This workbook holds macros. Save it in Excel as “Excel Workbook (.xlsx)” and send it again.",
        )
    if b"spreadsheetml.sheet.main+xml" not in kinds or "xl/workbook.xml" not in names:
        raise BadUpload(
            UploadFault.UNKNOWN_TYPE,
            "这不是 Excel 工作簿。Word 或 PPT 文件请另存为 PDF，表格请另存为 .xlsx，再上传。",
            "This is no Excel workbook. Save texts and slides as PDF, sheets as .xlsx, and send it again.",
        )
    if any(name.startswith(_OBJECT_PARTS) for name in names):
        raise BadUpload(
            UploadFault.EMBEDDED,
            "这个工作簿里嵌入了其他文件，不能上传。请删除嵌入的对象，另存后再上传。",
            "This workbook has other files embedded. Remove the embedded objects and save it again.",
        )
    if any(name.startswith(_OUTSIDE_PARTS) for name in names):
        raise BadUpload(
            UploadFault.OUTSIDE_LINK,
            "这个工作簿引用了其他文件或网络数据。请在“数据—编辑链接”里断开链接，另存后再上传。",
            "This workbook refers to other files or to the network. Break the links under Data and save it again.",
        )
    for member in archive.members:
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_entities(archive.pieces(member))
        else:
            for _ in archive.pieces(member):
                pass  # unfolded once for its checksum
    if not any(name.startswith("xl/worksheets/") for name in names):
        raise damaged(limits.noun)


def _check_entities(pieces: Iterator[bytes]) -> None:
    """Spreadsheet programs write no declarations; they are how a small XML unfolds without end."""
    tail = b""
    for piece in pieces:
        window = tail + piece
        if any(mark in window for mark in _ENTITY_MARKS):
            raise BadUpload(
                UploadFault.XML_ENTITY,
                "这个工作簿的内部写法不正常，不能上传。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
                "The inside of this workbook is not as spreadsheet programs write it. Open it in Excel and save it "
                "as .xlsx again.",
            )
        tail = window[-_OVERLAP:]
