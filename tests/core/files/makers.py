"""Files made for tests: good ones, and the parts of bad ones. Nothing is stored in the repository."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping

import xlsxwriter
from PIL import Image

from core.files.limits import EVIDENCE, PHOTO_PACKAGE, PORTRAIT, SHEET

__all__ = ["EVIDENCE", "PHOTO_PACKAGE", "PORTRAIT", "SHEET"]


def picture(size: tuple[int, int] = (300, 400), form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture: left half red, right half blue (or two greys), so that turns can be seen."""
    image = Image.new("RGB", size, "#b22222")
    image.paste("#1f4e9c", (size[0] // 2, 0, size[0], size[1]))
    target = io.BytesIO()
    image.convert(mode).save(target, form, **options)
    return target.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose head states a size its few bytes unfold to: one grey sign for each pixel, mostly missing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    head = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def jpeg_that_claims(width: int, height: int) -> bytes:
    """A JPEG with another size written into its frame header."""
    data = bytearray(picture())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def animation(form: str) -> bytes:
    """Two different pictures in one file."""
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, form, save_all=True, append_images=frames[1:])
    return target.getvalue()


def pdf(*objects: bytes, tail: bytes = b"", end: bytes = b"%%EOF\n") -> bytes:
    """A PDF of one blank page and further objects, without a table: readers rebuild it."""
    parts = [
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R " + tail + b">>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
    ]
    parts += [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(objects, start=4)]
    return b"".join(parts) + b"trailer\n<</Root 1 0 R>>\n" + end


def stream(body: bytes, entries: bytes = b"/Filter/FlateDecode") -> bytes:
    """A stream object with *body* as it lies in the file."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(body), body)


def folded_objects(body: bytes, entries: bytes = b"/Filter/FlateDecode") -> bytes:
    """Objects folded into a stream, where a plain search of the file does not see them."""
    return stream(zlib.compress(body), b"/Type/ObjStm/N 1/First 4" + entries)


def workbook() -> bytes:
    """A small .xlsx as written by a library."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("名单").write_row(0, 0, ["考生号", "姓名"])
    return target.getvalue()


def workbook_with(members: Mapping[str, bytes], replace: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    """The small workbook with further members, and one text changed in all of its own."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as source:
        own = {
            name: source.read(name).replace(*replace) if replace[0] else source.read(name)
            for name in source.namelist()
        }
    return archive({**own, **members})


def without_sheets() -> bytes:
    """A workbook whose sheets were taken out."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as source:
        return archive({name: source.read(name) for name in source.namelist() if "worksheets" not in name})


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return target.getvalue()


def linked_archive() -> bytes:
    """An archive with a symbolic link to a file outside."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        link = zipfile.ZipInfo("a.jpg")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    return target.getvalue()


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """An archive with a member's name changed in both places; the lengths must agree."""
    assert len(old) == len(new)
    return data.replace(old, new)


def flagged(data: bytes, flag: int) -> bytes:
    """An archive of one member with a general-purpose flag set in both places."""
    changed = bytearray(data)
    changed[6] |= flag
    changed[data.rindex(b"PK\x01\x02") + 8] |= flag
    return bytes(changed)


def overlapping_bomb(members: int = 256, unfolded: int = 16 * 1024 * 1024) -> bytes:
    """Many lines of the table of contents point to one folded run of zeros: 42 kB that unfold to 4 GB."""
    folder = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b"\0" * 65536
    folded = b"".join(folder.compress(piece) for _ in range(unfolded // len(piece))) + folder.flush()
    check = 0
    for _ in range(unfolded // len(piece)):
        check = zlib.crc32(piece, check)
    sizes = (check, len(folded), unfolded)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, 5, 0) + b"a.jpg" + folded
    table = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes, 9, 0, 0, 0, 0, 0, 0)
        + b"%05d.jpg" % number
        for number in range(members)
    )
    return local + table + _end(members, len(table), len(local))


def stated_size(size: int, name: str = "xl/media/a.xml") -> bytes:
    """A workbook with a member of 1 MB whose line of the table states another size."""
    data = bytearray(workbook_with({name: b"\0" * 1_000_000}))
    place = bytes(data).rindex(name.encode()) - 46
    data[place + 24 : place + 28] = struct.pack("<L", size)
    return bytes(data)


def nameless() -> bytes:
    """An archive whose member has no name in the table of contents, a note in its place."""
    data = bytearray(archive({"1.jpg": picture()}))
    place = data.rindex(b"1.jpg") - 46
    data[place + 28 : place + 32] = struct.pack("<HH", 0, 5)
    return bytes(data)


def wrongly_coded() -> bytes:
    """An archive whose member says its name is UTF-8 before bytes that are not."""
    data = bytearray(archive({"1.jpg": picture()}))
    data[7] |= 0x08
    data[30] = 0xFF
    return bytes(data)


def claimed_members(count: int, table_bytes: int) -> bytes:
    """An archive whose end record claims a table that is not there."""
    return b"PK\x03\x04" + b"\0" * 26 + _end(count, table_bytes, 30)


def twice_named() -> bytes:
    """An archive with two members of one name."""
    return archive({"1.jpg": picture(), "2.jpg": picture()}).replace(b"2.jpg", b"1.jpg")


def office(marker: str = "") -> bytes:
    """The head of an Office file of before 2007, with the marker of a locked one if asked."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + marker.encode("utf-16-le") + b"\0" * 600


def _end(members: int, table_bytes: int, table_start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, members, members, table_bytes, table_start, 0)
