"""PDF without anything that acts: no scripts, no launching, no attached files, no password.

The check does not follow the file's own table of contents, which a hostile file can bend. It searches the
whole file, and everything in it that unfolds, for the names that every action needs. A script action needs the name
``/JavaScript``, so the two letters ``/JS``, which turn up by chance in megabytes of picture data, are left alone.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from core.files.faults import BadUpload, UploadFault, damaged
from core.files.limits import Limits

_PIECE: Final = 1 << 16
_OVERLAP: Final = 64
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|SubmitForm|ImportData|GoToE|Rendition|Movie|XFA)(?![A-Za-z0-9])"
)
_ATTACHED: Final = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|AFRelationship)(?![A-Za-z0-9])")
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)")
_FOLDED_OBJECTS: Final = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_TWICE_FOLDED: Final = re.compile(
    rb"/(?:ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|Crypt|AHx|A85|LZW|RL|DecodeParms|DP)"
    rb"(?![A-Za-z0-9])"
)


def check_pdf(data: bytes, limits: Limits) -> None:
    """Raise :class:`BadUpload` for a PDF that acts, carries files, is locked or breaks off."""
    if b"%%EOF" not in data[-2048:]:
        raise damaged(limits.noun)
    if _LOCKED.search(_plain(data)):
        raise BadUpload(
            UploadFault.LOCKED,
            "这份 PDF 设了密码或限制，不能检查。请取消密码，或打印成新的 PDF 再上传。",
            "This PDF is locked. Remove the password, or print it to a new PDF, and send it again.",
        )
    _search(data)
    left = limits.unfolded_bytes
    for start in _streams(data):
        for piece in _unfolded(data, start, left):
            left -= len(piece) - _OVERLAP
            if left < 0:
                raise _unfolds_too_large()
            _search(piece)


def _plain(piece: bytes) -> bytes:
    """Names may be written with ``#4A`` for J: the same with J."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece) if b"#" in piece else piece


def _search(piece: bytes) -> None:
    plain = _plain(piece)
    if _ACTIVE.search(plain):
        raise BadUpload(
            UploadFault.PDF_ACTIVE,
            "这份 PDF 带有脚本或自动操作，不能上传。请打印成新的 PDF，或拍照上传。",
            "This PDF carries scripts or automatic actions. Print it to a new PDF, or send a photo of it.",
        )
    if _ATTACHED.search(plain):
        raise BadUpload(
            UploadFault.PDF_ATTACHMENT,
            "这份 PDF 里夹带了其他文件，不能上传。请打印成新的 PDF，或把附件分开上传。",
            "This PDF carries other files inside. Print it to a new PDF, or send the attachments one by one.",
        )


def _streams(data: bytes) -> Iterator[int]:
    """Where the bytes of each stream begin; objects folded in more than the plain way are refused.

    What stands between two streams is looked at as a whole, so that no padding hides a filter.
    """
    before = 0
    for found in _STREAM.finditer(data):
        between = _plain(data[before : found.start()])
        if _FOLDED_OBJECTS.search(between) and _TWICE_FOLDED.search(between):
            raise BadUpload(
                UploadFault.PDF_ACTIVE,
                "这份 PDF 的内部结构经过隐藏，不能检查。请打印成新的 PDF 再上传。",
                "The inner structure of this PDF is hidden and cannot be checked. Print it to a new PDF.",
            )
        before = found.end()
        yield before


def _unfolded(data: bytes, start: int, most: int) -> Iterator[bytes]:
    """A deflated stream in pieces that overlap, so that no name is cut; nothing for other streams."""
    if data[start : start + 1] not in (b"\x78", b"\x68", b"\x58", b"\x48", b"\x38", b"\x28", b"\x18", b"\x08"):
        return
    unfolder, rest, tail, place = zlib.decompressobj(), b"", b"", start
    while not unfolder.eof and (rest or place < len(data)):
        if not rest:
            rest = data[place : place + _PIECE]
            place += _PIECE
        try:
            piece = unfolder.decompress(rest, _PIECE)
        except zlib.error:
            return
        rest = unfolder.unconsumed_tail
        if piece:
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _unfolds_too_large() -> BadUpload:
    return BadUpload(
        UploadFault.UNFOLDS_TOO_LARGE,
        "这份 PDF 展开后过大，不能检查。请减少页数，或打印成新的 PDF 再上传。",
        "This PDF unfolds to more than can be checked. Send fewer pages, or print it to a new PDF.",
    )
