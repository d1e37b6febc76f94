"""How large a file may be, before anything of it is unfolded.

A workbook is a zip archive: 42 kB can unfold to gigabytes. The archive is therefore unfolded once by
counting, in small pieces that are thrown away, before a reader may see it.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from core.sheets.faults import BadSheets, SheetFault, whole_file
from core.words import Words

_PIECE = 1 << 16
_LOCAL_HEADER = struct.Struct("<4s22xHH")


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file taken in: bytes as sent, bytes unfolded, sheets, rows a sheet, columns, characters."""

    sent_bytes: int = 20 * 1024 * 1024
    unfolded_bytes: int = 300 * 1024 * 1024
    members: int = 2_000
    sheets: int = 100
    rows: int = 100_000
    columns: int = 300
    characters: int = 4_000


DEFAULT_LIMITS = Limits()


def check_sent(data: bytes, limits: Limits) -> None:
    """Refuse an empty file and one above the limit.

    Raises BadSheets.
    """
    if not data.strip(b"\x00\r\n\t ") or data in (b"\xef\xbb\xbf",):
        raise BadSheets(
            [
                whole_file(
                    Words("文件是空的", "the file is empty"),
                    Words("请选择填好的表格文件再上传", "choose the sheet that was filled in"),
                )
            ]
        )
    if len(data) > limits.sent_bytes:
        raise BadSheets([_too_large(len(data), limits.sent_bytes)])


def check_archive(data: bytes, limits: Limits) -> frozenset[str]:
    """The member names of a zip archive that stays within the limits when unfolded.

    Raises BadSheets for a broken archive, for methods spreadsheet programs do not write, for a member larger
    than it says, and for more bytes than allowed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise BadSheets([_broken()]) from error
    if len(members) > limits.members:
        raise BadSheets([_too_large(len(members), limits.members, unit=Words("个部件", "parts"))])
    left = limits.unfolded_bytes
    for member in members:
        left -= _unfolded(data, member, left)
        if left < 0:
            raise BadSheets([_too_large(limits.unfolded_bytes - left, limits.unfolded_bytes)])
    return frozenset(member.filename for member in members)


def _unfolded(data: bytes, member: zipfile.ZipInfo, most: int) -> int:
    """Bytes `member` unfolds to, counted to just above `most`; what the archive claims is not trusted."""
    folded = _folded_bytes(data, member)
    if member.compress_type == zipfile.ZIP_STORED:
        return len(folded)
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise BadSheets([_broken()])
    try:
        count = _count_deflated(folded, most)
    except zlib.error as error:
        raise BadSheets([_broken()]) from error
    if count > member.file_size:
        raise BadSheets([_broken()])
    return count


def _count_deflated(folded: memoryview, most: int) -> int:
    unfolder, count = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for start in range(0, len(folded), _PIECE):
        rest = bytes(folded[start : start + _PIECE])
        while rest and not unfolder.eof and count <= most:
            count += len(unfolder.decompress(rest, _PIECE))
            rest = unfolder.unconsumed_tail
        if count > most:
            break
    return count


def _folded_bytes(data: bytes, member: zipfile.ZipInfo) -> memoryview:
    """The bytes of `member` as they lie in the archive."""
    try:
        mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, member.header_offset)
    except struct.error as error:
        raise BadSheets([_broken()]) from error
    start = member.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    end = start + member.compress_size
    if mark != b"PK\x03\x04" or end > len(data):
        raise BadSheets([_broken()])
    return memoryview(data)[start:end]


def _broken() -> SheetFault:
    return whole_file(
        Words("文件已损坏或不是表格文件", "the file is damaged or is no spreadsheet"),
        Words("请用表格软件打开后另存为 .xlsx 再上传", "open it in a spreadsheet program and save it as .xlsx"),
    )


def _too_large(found: int, most: int, unit: Words | None = None) -> SheetFault:
    if unit is None:
        zh, en = f"{found / 1048576:.1f} MB", f"{found / 1048576:.1f} MB"
        zh_most, en_most = f"{most / 1048576:.0f} MB", f"{most / 1048576:.0f} MB"
    else:
        zh, en, zh_most, en_most = (
            f"{found} {unit.zh}",
            f"{found} {unit.en}",
            f"{most} {unit.zh}",
            f"{most} {unit.en}",
        )
    return whole_file(
        Words(f"文件要小于 {zh_most}，这个有 {zh}", f"the file must stay below {en_most}, this one has {en}"),
        Words(
            "请删去图片和空白行，或分成几个文件",
            "remove pictures and blank rows, or split it into several files",
        ),
    )
