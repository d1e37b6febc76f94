"""CSV: readable text in one of the codings that spreadsheet programs in China write, nothing else."""

import codecs
from typing import Final

from core.files.faults import BadUpload, UploadFault
from core.files.limits import Limits

_PIECE: Final = 1 << 16
_LINE_SIGNS: Final = frozenset("\t\r\n")


def check_text(data: bytes, limits: Limits) -> None:
    """Raise :class:`BadUpload` unless *data* is text: UTF-8, UTF-16 with a mark, or GB 18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        readable = _reads_as(data, "utf-16")
    else:
        readable = _reads_as(data, "utf-8-sig") or _reads_as(data, "gb18030")
    if not readable:
        raise BadUpload(
            UploadFault.UNKNOWN_TYPE,
            f"认不出这是什么文件。{limits.noun.zh}请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
            f"This kind of file is not known. Open the {limits.noun.en} in Excel, save it as .xlsx, send it again.",
        )


def _reads_as(data: bytes, coding: str) -> bool:
    decoder = codecs.getincrementaldecoder(coding)()
    try:
        for start in range(0, len(data), _PIECE):
            text = decoder.decode(data[start : start + _PIECE])
            if any(sign < " " and sign not in _LINE_SIGNS for sign in set(text)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
