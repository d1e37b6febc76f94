"""Zip archives: opened only after their table of contents was weighed, read only up to what it states."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from core.files.faults import BadUpload, UploadFault, damaged, megabytes
from core.files.limits import Limits

_PIECE: Final = 1 << 16
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 0xFFFF
_MEMBER_BYTES: Final = 400  # fixed part, name and notes of one line of the table, generously
_LOCAL_HEADER_BYTES: Final = 30


class Archive:
    """A zip archive whose table of contents is sound and within the limits.

    Refused, each with its own sentence: too many members, too much when unfolded, members that lie over
    each other or appear twice, paths that lead out, links, passwords, foreign ways of folding.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._noun = limits.noun
        _check_end(data, limits)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
            raise damaged(limits.noun) from error
        self.members = tuple(member for member in self._zip.infolist() if not member.filename.endswith("/"))
        for member in self.members:
            _check_member(member, limits)
        _check_sum(self.members, limits)
        _check_apart(self.members, len(data), limits)

    def pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The bytes of a member, 64 KiB at a time, never more than the table states.

        Raises :class:`BadUpload` when they do not match their checksum.
        """
        try:
            with self._zip.open(member) as stream:
                while piece := stream.read(_PIECE):
                    yield piece
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            ValueError,
            EOFError,
            OSError,
            NotImplementedError,
        ) as error:
            raise damaged(self._noun) from error

    def bytes_of(self, member: zipfile.ZipInfo) -> bytes:
        """All bytes of a member."""
        return b"".join(self.pieces(member))


def shown_name(member: zipfile.ZipInfo) -> str:
    """A member's path as its maker saw it: archives made on Chinese Windows have GB 18030 names."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _check_end(data: bytes, limits: Limits) -> None:
    """Weigh the table of contents by the record at the end, before anything reads it."""
    place = data.rfind(_END_MARK, max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if place < 0 or place + _END.size > len(data):
        raise damaged(limits.noun)
    _, disk, table_disk, here, members, table_bytes, table_start, comment = _END.unpack_from(data, place)
    if members > limits.members or table_bytes > limits.members * _MEMBER_BYTES:
        raise BadUpload(
            UploadFault.TOO_MANY_MEMBERS,
            f"压缩包里的文件太多（最多 {limits.members:,} 个）。请分成几个再上传。",
            f"The archive holds too many files (at most {limits.members:,}). Split it and send the parts.",
        )
    sound = (
        disk == table_disk == 0
        and here == members
        and table_start + table_bytes == place
        and place + _END.size + comment == len(data)
    )
    if not sound:
        raise damaged(limits.noun)


def _check_member(member: zipfile.ZipInfo, limits: Limits) -> None:
    name = shown_name(member)
    if member.flag_bits & 0x1:
        raise BadUpload(
            UploadFault.LOCKED,
            "压缩包设了密码，打不开。请取消密码后重新压缩再上传。",
            "The archive is locked with a password. Make it again without one.",
        )
    if _leads_out(name) or _leads_out(member.orig_filename):
        raise BadUpload(
            UploadFault.MEMBER_PATH,
            "压缩包里有指向外部位置的文件路径，不能上传。请把文件放进一个普通文件夹，重新压缩。",
            "The archive has paths that lead out of it. Put the files into a plain folder and make it again.",
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadUpload(
            UploadFault.MEMBER_LINK,
            "压缩包里有快捷方式或链接，不能上传。请放入文件本身，重新压缩。",
            "The archive holds links instead of files. Put in the files themselves and make it again.",
        )
    if not member.filename or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(limits.noun)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "\0" in name or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


def _check_sum(members: tuple[zipfile.ZipInfo, ...], limits: Limits) -> None:
    unfolded = sum(member.file_size for member in members)
    if unfolded > limits.unfolded_bytes:
        most, found = megabytes(limits.unfolded_bytes), megabytes(unfolded)
        raise BadUpload(
            UploadFault.UNFOLDS_TOO_LARGE,
            f"压缩包展开后要小于 {most}，这个有 {found}。请分成几个再上传。",
            f"Unfolded, the archive must stay below {most}; this one has {found}. Split it and send the parts.",
        )


def _check_apart(members: tuple[zipfile.ZipInfo, ...], length: int, limits: Limits) -> None:
    """No name twice, no two members on the same bytes: both are tricks on careless readers."""
    if len({member.filename for member in members}) < len(members):
        raise damaged(limits.noun)
    ordered = sorted(members, key=lambda member: member.header_offset)
    starts = [member.header_offset for member in ordered[1:]] + [length]
    for member, following in zip(ordered, starts, strict=bool(ordered)):
        if member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size > following:
            raise damaged(limits.noun)
