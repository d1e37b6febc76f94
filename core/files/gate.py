"""The one gate for files from outside: what passes is of a wanted kind, bounded, and cannot act."""

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from core.files.archives import Archive
from core.files.faults import BadUpload, UploadFault, megabytes
from core.files.images import redrawn
from core.files.limits import PICTURES, Kind, Limits
from core.files.names import claimed_kind
from core.files.pdf import check_pdf
from core.files.photos import check_photo_archive
from core.files.sniff import kind_of, wanted_en, wanted_zh
from core.files.texts import check_text
from core.files.workbooks import CONTENT_TYPES, check_workbook

_PIECE: Final = 1 << 16
_MEASURED_TO: Final = 16
"""A file that is too large is measured, without keeping it, up to this many times the limit."""


class Stream(Protocol):
    """What can be read from: an upload, an open file."""

    def read(self, size: int, /) -> bytes:
        """At most *size* bytes; empty at the end."""


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that passed. ``data`` is what is to be stored: pictures are redrawn, the rest is as sent."""

    media_type: str
    extension: str
    sha256: str
    size: int
    data: bytes


def check_upload(stream: Stream, declared_name: str, limits: Limits) -> AcceptedFile:
    """Take in one file, or raise :class:`BadUpload` with the reason and the way out.

    The kind is told by the content; the name may only contradict it. Never more than ``limits.max_bytes``
    is held of what is sent.
    """
    claimed = claimed_kind(declared_name)
    data = _bounded(stream, limits)
    kind = kind_of(data, limits)
    if kind is Kind.PHOTO_ZIP:
        kind = _check_archive(data, limits)
    _check_wanted(kind, claimed, limits)
    if kind in PICTURES:
        kind, data = Kind.JPEG, redrawn(data, kind, limits)
    elif kind is Kind.PDF:
        check_pdf(data, limits)
    elif kind is Kind.CSV:
        check_text(data, limits)
    return AcceptedFile(
        media_type=kind.media_type,
        extension=kind.value,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        data=data,
    )


def _bounded(stream: Stream, limits: Limits) -> bytes:
    """Everything up to the limit; one read where the stream allows it, so nothing is held twice."""
    parts, size = [], 0
    while size <= limits.max_bytes and (part := stream.read(limits.max_bytes + 1 - size)):
        parts.append(part)
        size += len(part)
    if size > limits.max_bytes:
        parts.clear()
        raise _too_large(_measured(stream, size, limits), limits)
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if not data.strip(b"\x00\xff\xfe\xef\xbb\xbf\r\n\t "):
        raise BadUpload(
            UploadFault.EMPTY,
            f"这{limits.measure}{limits.noun.zh}是空的，里面没有内容。请重新选择文件。",
            f"This {limits.noun.en} is empty. Please choose the file again.",
        )
    return data


def _measured(stream: Stream, size: int, limits: Limits) -> int:
    while size <= limits.max_bytes * _MEASURED_TO and (part := stream.read(_PIECE)):
        size += len(part)
    return size


def _too_large(size: int, limits: Limits) -> BadUpload:
    most, measure = megabytes(limits.max_bytes), limits.measure
    beyond = size > limits.max_bytes * _MEASURED_TO
    found = megabytes(limits.max_bytes * _MEASURED_TO if beyond else size)
    return BadUpload(
        UploadFault.TOO_LARGE,
        f"{limits.noun.zh}要小于 {most}，这{measure}{'超过' if beyond else '是'} {found}。",
        f"The {limits.noun.en} must be smaller than {most}; this one {'exceeds' if beyond else 'has'} {found}.",
    )


def _check_archive(data: bytes, limits: Limits) -> Kind:
    """An archive is a workbook or holds photos."""
    archive = Archive(data, limits)
    if any(member.filename == CONTENT_TYPES for member in archive.members):
        check_workbook(archive, limits)
        return Kind.XLSX
    check_photo_archive(archive, limits)
    return Kind.PHOTO_ZIP


def _check_wanted(kind: Kind, claimed: Kind | None, limits: Limits) -> None:
    if kind not in limits.kinds:
        raise BadUpload(
            UploadFault.TYPE_NOT_WANTED,
            f"这里要上传{wanted_zh(limits)}，您选的是 {kind.words.zh}。",
            f"Wanted here: {wanted_en(limits)}. You chose: {kind.words.en}.",
        )
    if claimed not in (None, kind) and not {claimed, kind} <= PICTURES:
        named = claimed.words if claimed else kind.words
        raise BadUpload(
            UploadFault.NAME_AND_CONTENT_DIFFER,
            f"文件名说是 {named.zh}，内容却是 {kind.words.zh}。请确认是否选错了文件。",
            f"By its name this is a {named.en}, by its content a {kind.words.en}. Is it the right file?",
        )
