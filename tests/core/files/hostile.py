"""The hostile corpus: each file with the name it comes under, the field it is sent to, and the right refusal."""

import codecs
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from core.files.faults import UploadFault as Fault
from core.files.limits import EVIDENCE, PHOTO_PACKAGE, PORTRAIT, SHEET, Limits
from tests.core.files import makers as make


@dataclass(frozen=True)
class Hostile:
    """One bad file; ``content`` makes it."""

    title: str
    name: str
    limits: Limits
    code: Fault
    content: Callable[[], bytes]


def _sent(name: str, limits: Limits) -> Callable[[str, Fault, Callable[[], bytes]], Hostile]:
    return lambda title, code, content: Hostile(title, name, limits, code, content)


_jpg, _png = _sent("a.jpg", PORTRAIT), _sent("a.png", PORTRAIT)
_pdf, _zip = _sent("a.pdf", EVIDENCE), _sent("a.zip", PHOTO_PACKAGE)
_csv, _book = _sent("名单.csv", SHEET), _sent("名单.xlsx", SHEET)
JS = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
MACRO_TYPE = (b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
WORD = {
    "[Content_Types].xml": b"<Types>application/x.wordprocessingml.document.main+xml</Types>",
    "word/document.xml": b"<w/>",
}


def _zeros(size: int) -> bytes:
    return b"\0" * size


NAMES = (
    Hostile("double ending", "照片.php.jpg", PORTRAIT, Fault.DOUBLE_EXTENSION, make.picture),
    Hostile("hidden page ending", "a.html.png", PORTRAIT, Fault.DOUBLE_EXTENSION, make.picture),
    Hostile("program ending", "照片.jpg.exe", PORTRAIT, Fault.PROGRAM, make.picture),
    Hostile("path in name", "../../app.jpg", PORTRAIT, Fault.UNSAFE_NAME, make.picture),
    Hostile("windows path in name", "..\\..\\app.jpg", PORTRAIT, Fault.UNSAFE_NAME, make.picture),
    Hostile("zero byte in name", "a.php\0.jpg", PORTRAIT, Fault.UNSAFE_NAME, make.picture),
    Hostile("name turned around", "照片\u202egpj.exe", PORTRAIT, Fault.UNSAFE_NAME, make.picture),
    Hostile("name of 300 signs", "长" * 300 + ".jpg", PORTRAIT, Fault.UNSAFE_NAME, make.picture),
    Hostile("name contradicts content", "证明.jpg", EVIDENCE, Fault.NAME_AND_CONTENT_DIFFER, make.pdf),
    Hostile("macro ending", "名单.xlsm", SHEET, Fault.PROGRAM, make.workbook),
)
CONTENTS = (
    _jpg("empty", Fault.EMPTY, bytes),
    _jpg("only zeros", Fault.EMPTY, lambda: _zeros(5000)),
    _jpg("too large", Fault.TOO_LARGE, lambda: b"\xff\xd8\xff" + _zeros(8 * 1024 * 1024)),
    _jpg("Windows program", Fault.PROGRAM, lambda: b"MZ\x90" + _zeros(500)),
    _pdf("Linux program", Fault.PROGRAM, lambda: b"\x7fELF" + _zeros(500)),
    _csv("shell script", Fault.PROGRAM, lambda: b"#!/bin/sh\nrm -rf /\n"),
    _jpg("server script", Fault.PROGRAM, lambda: b"<?php system($_GET['c']); ?>"),
    _png("SVG with script", Fault.ACTIVE_PICTURE, lambda: SCRIPT),
    Hostile(
        "SVG in UTF-16",
        "a.png",
        EVIDENCE,
        Fault.ACTIVE_PICTURE,
        lambda: codecs.BOM_UTF16_LE + SCRIPT.decode().encode("utf-16-le"),
    ),
    _png("web page", Fault.WEB_PAGE, lambda: b"\n<!DOCTYPE html><script>1</script>"),
    _csv("XML that unfolds", Fault.WEB_PAGE, lambda: LAUGHS),
    _jpg("GIF", Fault.UNKNOWN_TYPE, lambda: b"GIF89a" + _zeros(9) + b"1"),
    _zip("RAR", Fault.UNKNOWN_TYPE, lambda: b"Rar!\x1a\x07\x01\x00"),
    _csv("control signs in a table", Fault.UNKNOWN_TYPE, lambda: "甲,乙\x01\n".encode("utf-16")),
    _csv("rubbish as table", Fault.UNKNOWN_TYPE, lambda: bytes(range(1, 256)) * 9),
    _jpg("rubbish as picture", Fault.UNKNOWN_TYPE, lambda: b"no picture at all"),
    Hostile("phone format", "IMG_1.HEIC", PORTRAIT, Fault.PHONE_FORMAT, lambda: b"\0\0\0\x18ftypheic" + _zeros(9)),
    Hostile("old workbook", "名单.xls", SHEET, Fault.OLD_OFFICE, make.office),
    _book("locked workbook", Fault.LOCKED, lambda: make.office("EncryptedPackage")),
)
PICTURES = (
    _jpg("cut JPEG", Fault.DAMAGED, lambda: make.picture()[:600]),
    _png("cut PNG", Fault.DAMAGED, lambda: make.picture(form="PNG")[:200]),
    _jpg("JPEG sign and rubbish", Fault.DAMAGED, lambda: b"\xff\xd8\xff" + b"\x11" * 999),
    _png("PNG bomb", Fault.TOO_MANY_PIXELS, lambda: make.png_that_claims(50_000, 50_000)),
    _png("smaller PNG bomb", Fault.TOO_MANY_PIXELS, lambda: make.png_that_claims(4000, 4000)),
    _jpg("JPEG bomb", Fault.TOO_MANY_PIXELS, lambda: make.jpeg_that_claims(65_000, 65_000)),
    _jpg(
        "progressive JPEG bomb",
        Fault.TOO_MANY_PIXELS,
        lambda: make.picture((3800, 3800), progressive=True),
    ),
    _png("tiny picture", Fault.TOO_FEW_PIXELS, lambda: make.picture((8, 8), "PNG")),
    Hostile("moving WebP", "a.webp", PORTRAIT, Fault.ANIMATED, lambda: make.animation("WEBP")),
    _png("moving PNG", Fault.ANIMATED, lambda: make.animation("PNG")),
)
PDFS = (
    _pdf("PDF with script", Fault.PDF_ACTIVE, lambda: make.pdf(JS, tail=b"/OpenAction 4 0 R")),
    _pdf(
        "PDF with written-round script",
        Fault.PDF_ACTIVE,
        lambda: make.pdf(JS.replace(b"JavaScript", b"J#61va#53cript")),
    ),
    _pdf("PDF with folded script", Fault.PDF_ACTIVE, lambda: make.pdf(make.folded_objects(b"4 0 " + JS))),
    _pdf(
        "PDF with folded script deep inside",
        Fault.PDF_ACTIVE,
        lambda: make.pdf(make.stream(zlib.compress(b"x " * 32_762 + JS))),
    ),
    _pdf(
        "PDF folded twice",
        Fault.PDF_ACTIVE,
        lambda: make.pdf(make.folded_objects(b"4 0 <<>>", b"%s/Filter[/ASCII85Decode/FlateDecode]" % (b" " * 3000))),
    ),
    _pdf("PDF that launches", Fault.PDF_ACTIVE, lambda: make.pdf(b"<</S/Launch/F(cmd.exe)>>")),
    _pdf("PDF form with program", Fault.PDF_ACTIVE, lambda: make.pdf(b"<</XFA 9 0 R>>")),
    _pdf("PDF with attachment", Fault.PDF_ATTACHMENT, lambda: make.pdf(b"<</EmbeddedFiles 9 0 R>>")),
    _pdf("locked PDF", Fault.LOCKED, lambda: make.pdf(b"<</Encrypt 9 0 R>>")),
    _pdf("locked PDF, with a note", Fault.LOCKED, lambda: make.pdf(b"<</Encr#79pt%x\n9 0 R>>")),
    _pdf("cut PDF", Fault.DAMAGED, lambda: make.pdf(end=b"")),
    _pdf(
        "PDF bomb",
        Fault.UNFOLDS_TOO_LARGE,
        lambda: make.pdf(make.stream(zlib.compress(_zeros(16 * 1024 * 1024), 9)) * 16),
    ),
)
ARCHIVES = (
    _zip("42 kB to 4 GB", Fault.UNFOLDS_TOO_LARGE, make.overlapping_bomb),
    _zip("members over each other", Fault.DAMAGED, lambda: make.overlapping_bomb(3, 1024 * 1024)),
    _zip(
        "10,000 members",
        Fault.TOO_MANY_MEMBERS,
        lambda: make.archive({f"{number}.jpg": b"x" for number in range(10_000)}),
    ),
    _zip("claimed table", Fault.TOO_MANY_MEMBERS, lambda: make.claimed_members(3, 2**31)),
    _zip("table not there", Fault.DAMAGED, lambda: make.claimed_members(3, 200)),
    _zip("path out", Fault.MEMBER_PATH, lambda: make.archive({"../../a.jpg": make.picture()})),
    _zip("absolute path", Fault.MEMBER_PATH, lambda: make.archive({"/etc/a.jpg": make.picture()})),
    _zip("drive path", Fault.MEMBER_PATH, lambda: make.archive({"C:\\a.jpg": make.picture()})),
    _zip("link", Fault.MEMBER_LINK, make.linked_archive),
    _zip("archive in archive", Fault.MEMBER_ARCHIVE, lambda: make.archive({"b.jpg": make.archive({"c": b"d"})})),
    _zip("program in archive", Fault.MEMBER_FOREIGN, lambda: make.archive({"b.exe": b"MZ"})),
    _zip("SVG in archive", Fault.MEMBER_FOREIGN, lambda: make.archive({"b.jpg": SCRIPT})),
    _zip(
        "huge photo in archive", Fault.TOO_LARGE, lambda: make.archive({"b.jpg": b"\xff\xd8\xff" + _zeros(6_000_000)})
    ),
    _zip("locked archive", Fault.LOCKED, lambda: make.flagged(make.archive({"b.jpg": b"x"}), 1)),
    _zip("empty archive", Fault.EMPTY, lambda: make.archive({})),
    _zip("cut archive", Fault.DAMAGED, lambda: make.archive({"b.jpg": make.picture()})[:-9]),
    _zip("one name twice", Fault.DAMAGED, make.twice_named),
    _zip("member without a name", Fault.DAMAGED, make.nameless),
    _zip("name in a wrong coding", Fault.DAMAGED, make.wrongly_coded),
    _zip("text before archive", Fault.DAMAGED, lambda: b"PK\x03\x04<script>" + make.archive({"b.jpg": b"x"})),
    Hostile("workbook as photo", "a.xlsx", PORTRAIT, Fault.TYPE_NOT_WANTED, make.workbook),
)
WORKBOOKS = (
    _book("workbook without sheets", Fault.DAMAGED, make.without_sheets),
    _book("macro", Fault.MACRO, lambda: make.workbook_with({"xl/vbaProject.bin": b"x"})),
    _book("macro by type", Fault.MACRO, lambda: make.workbook_with({}, MACRO_TYPE)),
    _book("old macro sheet", Fault.MACRO, lambda: make.workbook_with({"xl/macrosheets/s.xml": b"<x/>"})),
    Hostile("Word text", "名单.docx", SHEET, Fault.UNKNOWN_TYPE, lambda: make.archive(WORD)),
    _book("embedded object", Fault.EMBEDDED, lambda: make.workbook_with({"xl/embeddings/o.bin": b"x"})),
    _book(
        "tie to other file",
        Fault.OUTSIDE_LINK,
        lambda: make.workbook_with({"xl/externalLinks/externalLink1.xml": b"<x/>"}),
    ),
    _book("entities", Fault.XML_ENTITY, lambda: make.workbook_with({"xl/worksheets/sheet2.xml": LAUGHS})),
    _book(
        "entities in UTF-16",
        Fault.XML_ENTITY,
        lambda: make.workbook_with({"xl/a.xml": LAUGHS.decode().encode("utf-16")}),
    ),
    _book(
        "workbook that unfolds",
        Fault.UNFOLDS_TOO_LARGE,
        lambda: make.stated_size(220_000_000),
    ),
    _book("workbook that lies", Fault.DAMAGED, lambda: make.stated_size(100)),
)

CORPUS = NAMES + CONTENTS + PICTURES + PDFS + ARCHIVES + WORKBOOKS
