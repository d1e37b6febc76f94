"""The name a person's device gave a file: never used for storing, but a sign of what it claims to be."""

import unicodedata
from typing import Final

from core.files.faults import BadUpload, UploadFault
from core.files.limits import Kind

LONGEST: Final = 255

_ENDINGS: Final = {
    "jpg": Kind.JPEG, "jpeg": Kind.JPEG, "jpe": Kind.JPEG, "jfif": Kind.JPEG, "png": Kind.PNG,
    "webp": Kind.WEBP, "pdf": Kind.PDF, "xlsx": Kind.XLSX, "csv": Kind.CSV, "txt": Kind.CSV,
    "zip": Kind.PHOTO_ZIP,
}  # fmt: skip

# Endings that a server or a desktop would run. "com" is missing on purpose: 家长@163.com.jpg is a name.
_RUNNABLE: Final = frozenset(
    {
        "exe", "scr", "bat", "cmd", "msi", "dll", "lnk", "hta", "jar", "apk", "sh", "ps1", "vbs", "vbe",
        "js", "mjs", "jse", "wsf", "py", "pl", "rb", "php", "php3", "php5", "phtml", "phar", "asp", "aspx",
        "ashx", "jsp", "jspx", "cgi", "htm", "html", "xhtml", "shtml", "svg", "svgz", "xml", "swf", "xlsm",
        "xlsb", "xltm", "xlam", "docm", "dotm", "pptm", "iso", "img",
    }
)  # fmt: skip


def claimed_kind(name: str) -> Kind | None:
    """The kind the ending of *name* claims; None for an ending that claims nothing we know.

    Raises :class:`BadUpload` for names with path parts, control or direction-changing signs, for a
    runnable ending, and for one hidden before the last.
    """
    plain = unicodedata.normalize("NFC", name).strip()
    if len(plain) > LONGEST or any(_unsafe(sign) for sign in plain) or not plain.strip("."):
        raise BadUpload(
            UploadFault.UNSAFE_NAME,
            "文件名里有不能使用的符号。请改成简单的名字，例如“身份证正面.jpg”，再上传。",
            "The file name has signs that cannot be used. Give it a simple name such as “id-front.jpg”.",
        )
    *inner, last = (part.strip().lower() for part in plain.split("."))
    hidden = [part for part in inner[1:] if part in _RUNNABLE]
    if hidden:
        raise BadUpload(
            UploadFault.DOUBLE_EXTENSION,
            f"文件名里藏着“.{hidden[0]}”，不能确定这是什么文件。请确认来源，改名后再上传。",
            f"The file name hides “.{hidden[0]}” before its ending. Make sure where it comes from and rename it.",
        )
    if inner and last in _RUNNABLE:
        raise BadUpload(
            UploadFault.PROGRAM,
            f"不能上传“.{last}”文件，它可能含有程序。请上传照片、PDF 或表格。",
            f"“.{last}” files may hold programs and are not taken. Please send a picture, a PDF or a sheet.",
        )
    return _ENDINGS.get(last) if inner else None


def _unsafe(sign: str) -> bool:
    """Separators, and everything invisible: control, direction, private and unassigned signs."""
    return sign in '/\\:*?"<>|' or unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
