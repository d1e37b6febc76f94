"""What a file is, by its first bytes and, for archives, by what lies in it. The name has no say."""

from typing import Final

from core.files.faults import BadUpload, UploadFault
from core.files.limits import Kind, Limits

_SIGNS: Final = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.PHOTO_ZIP),
    (b"PK\x05\x06", Kind.PHOTO_ZIP),
)
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!", b"<?php")
_FOREIGN: Final = (
    (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"), (b"8BPS", "PSD"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!", "RAR"), (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"), (b"{\\rtf", "RTF"), (b"SQLite format 3", "SQLite"),
)  # fmt: skip
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PHONE_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")


def kind_of(data: bytes, limits: Limits) -> Kind:
    """The kind of *data*; every zip archive counts as ``PHOTO_ZIP`` here.

    Raises :class:`BadUpload` for what is known and never taken, with its own sentence, and for what is
    not known at all.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            return kind
    _refuse_known(data, limits)
    _refuse_markup(data)
    if Kind.CSV in limits.kinds:
        return Kind.CSV
    raise BadUpload(
        UploadFault.UNKNOWN_TYPE,
        f"认不出这是什么文件。请上传{wanted_zh(limits)}。",
        f"This kind of file is not known. Please send one of: {wanted_en(limits)}.",
    )


def wanted_zh(limits: Limits) -> str:
    """The kinds a field takes, for a sentence."""
    return "、".join(kind.words.zh for kind in Kind if kind in limits.kinds)


def wanted_en(limits: Limits) -> str:
    """The same in English."""
    return ", ".join(kind.words.en for kind in Kind if kind in limits.kinds)


def _refuse_known(data: bytes, limits: Limits) -> None:
    if data.startswith(_PROGRAMS):
        raise BadUpload(
            UploadFault.PROGRAM,
            "这是一个程序文件，不能上传。请上传照片、PDF 或表格。",
            "This is a program and is not taken. Please send a picture, a PDF or a sheet.",
        )
    if data[4:8] == b"ftyp" and data[8:12] in _PHONE_BRANDS:
        raise BadUpload(
            UploadFault.PHONE_FORMAT,
            "这是手机的 HEIC 照片，这里打不开。请在手机“设置—相机—格式”里选“兼容性最佳”后重拍，或截屏后上传截图。",
            "This is a HEIC photo, which cannot be opened here. Set the phone's camera to “Most Compatible” and "
            "take it again, or send a screenshot of it.",
        )
    if data.startswith(_OLD_OFFICE):
        _refuse_old_office(data)
    for sign, name in _FOREIGN:
        if data.startswith(sign):
            raise BadUpload(
                UploadFault.UNKNOWN_TYPE,
                f"这里不收 {name} 文件。请上传{wanted_zh(limits)}。",
                f"{name} files are not taken here. Please send one of: {wanted_en(limits)}.",
            )


def _refuse_old_office(data: bytes) -> None:
    """The container of Office before 2007; newer files wear it when a password locks them."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise BadUpload(
            UploadFault.LOCKED,
            "这个文件设了密码，打不开。请在 Excel 里取消密码，另存后再上传。",
            "This file is locked with a password. Remove the password in Excel, save it and send it again.",
        )
    raise BadUpload(
        UploadFault.OLD_OFFICE,
        "这是旧版 Office 文件（.xls 或 .doc）。请打开后另存为 .xlsx 或 PDF，再上传。",
        "This is an old Office file (.xls or .doc). Save it as .xlsx or PDF and send it again.",
    )


def _refuse_markup(data: bytes) -> None:
    """Pictures and pages written as text can run scripts where they are shown."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\x00", b"").lower()
    if not head.startswith(b"<"):
        return
    if b"<svg" in head:
        raise BadUpload(
            UploadFault.ACTIVE_PICTURE,
            "不收 SVG 图片，它可能带有脚本。请另存为 PNG 或 JPG 再上传。",
            "SVG pictures may carry scripts and are not taken. Save it as PNG or JPG and send it again.",
        )
    raise BadUpload(
        UploadFault.WEB_PAGE,
        "这是网页或 XML 文件，不能上传。请上传照片、PDF 或表格。",
        "This is a web page or an XML file and is not taken. Please send a picture, a PDF or a sheet.",
    )
