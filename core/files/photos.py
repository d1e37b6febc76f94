"""Archives of photos: each named by number, each checked and redrawn like a single one."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from core.files.archives import Archive, shown_name
from core.files.faults import BadUpload, UploadFault, megabytes
from core.files.limits import PICTURES, Limits
from core.files.names import claimed_kind
from core.files.sniff import kind_of

_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_NESTED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class PackedPhoto:
    """One photo of an archive, not yet checked: the name without folder, and the bytes as sent."""

    name: str
    data: bytes

    @property
    def number(self) -> str:
        """What the photo is named by: the name without its ending."""
        return PurePosixPath(self.name).stem


def check_photo_archive(archive: Archive, limits: Limits) -> None:
    """Raise :class:`BadUpload` unless every member begins like a picture and is named like one."""
    photos = [member for member in archive.members if not _is_litter(member)]
    if not photos:
        raise BadUpload(
            UploadFault.EMPTY,
            "压缩包里没有照片。请把照片放进去，重新压缩再上传。",
            "The archive holds no photos. Put the photos in and make it again.",
        )
    for member in photos:
        head = next(archive.pieces(member), b"")
        name = _bare(member)
        if member.file_size > limits.member_bytes:
            most, found = megabytes(limits.member_bytes), megabytes(member.file_size)
            raise BadUpload(
                UploadFault.TOO_LARGE,
                f"每张照片要小于 {most}，“{name}”是 {found}。请缩小后重新压缩再上传。",
                f"Each photo must be smaller than {most}; “{name}” has {found}. Scale it down.",
            )
        if head.startswith(_NESTED):
            raise BadUpload(
                UploadFault.MEMBER_ARCHIVE,
                f"压缩包里又有压缩包（{name}）。请直接放照片，重新压缩再上传。",
                f"There is an archive inside the archive ({name}). Put in the photos themselves.",
            )
        if not _is_picture(head, name, limits):
            raise BadUpload(
                UploadFault.MEMBER_FOREIGN,
                f"压缩包里只能放照片，“{name}”不是照片。请取出后重新压缩再上传。",
                f"The archive may hold photos only; “{name}” is none. Take it out and make the archive again.",
            )


def packed_photos(data: bytes, limits: Limits) -> Iterator[PackedPhoto]:
    """The photos of an accepted archive, one at a time in memory; run each through the gate."""
    archive = Archive(data, limits)
    for member in archive.members:
        if not _is_litter(member):
            yield PackedPhoto(_bare(member), archive.bytes_of(member))


def _is_picture(head: bytes, name: str, limits: Limits) -> bool:
    try:
        return claimed_kind(name) in PICTURES and kind_of(head, limits) in PICTURES
    except BadUpload:
        return False


def _bare(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(shown_name(member).replace("\\", "/")).name


def _is_litter(member: zipfile.ZipInfo) -> bool:
    """What operating systems leave behind in archives."""
    return _bare(member).lower() in _LITTER or member.filename.startswith("__MACOSX/")
