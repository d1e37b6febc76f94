"""What people really send is taken in, mended where it can be, and stripped of what it should not carry."""

import hashlib
import io
import zipfile
from dataclasses import replace
from itertools import product

import openpyxl
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from core.files.faults import BadUpload, UploadFault
from core.files.gate import AcceptedFile, check_upload
from core.files.limits import EVIDENCE, PHOTO_PACKAGE, PORTRAIT, SHEET, Limits
from core.files.photos import packed_photos
from tests.core.documents.samples import LETTER
from tests.core.files import makers as make


def _taken(data: bytes, name: str, limits: Limits) -> AcceptedFile:
    return check_upload(io.BytesIO(data), name, limits)


def _shown(taken: AcceptedFile) -> Image.Image:
    picture = Image.open(io.BytesIO(taken.data))
    picture.load()
    return picture


def _is_red(picture: Image.Image, x: float, y: float) -> bool:
    red, _, blue = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    return bool(red > 120 > blue)


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"),
        ("PNG", "1"), ("PNG", "LA"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("MPO", "RGB"),
    ],
)  # fmt: skip
def test_pictures_of_every_mode_become_jpeg(form: str, mode: str) -> None:
    taken = _taken(make.picture((300, 400), form, mode), "照片.jpg", PORTRAIT)
    assert (taken.media_type, taken.extension) == ("image/jpeg", "jpg")
    assert taken.sha256 == hashlib.sha256(taken.data).hexdigest()
    assert taken.size == len(taken.data)
    assert _shown(taken).size == (300, 400)
    assert _shown(taken).mode == "RGB"


def test_16_bit_scan_keeps_its_greys() -> None:
    grey = Image.new("I;16", (200, 200), 0x8000)
    target = io.BytesIO()
    grey.save(target, "PNG")
    shown = _shown(_taken(target.getvalue(), "扫描.png", EVIDENCE))
    assert shown.getpixel((100, 100)) == pytest.approx((128, 128, 128), abs=2)


def test_transparent_parts_become_white() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(target, "PNG")
    assert _shown(_taken(target.getvalue(), "签名.png", EVIDENCE)).getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("turn", "red_at", "size"),
    [
        (1, (0.25, 0.5), (300, 400)), (2, (0.75, 0.5), (300, 400)), (3, (0.75, 0.5), (300, 400)),
        (4, (0.25, 0.5), (300, 400)), (5, (0.5, 0.25), (400, 300)), (6, (0.5, 0.25), (400, 300)),
        (7, (0.5, 0.75), (400, 300)), (8, (0.5, 0.75), (400, 300)),
    ],
)  # fmt: skip
def test_camera_turn_is_carried_out(turn: int, red_at: tuple[float, float], size: tuple[int, int]) -> None:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = turn
    shown = _shown(_taken(make.picture(exif=notes), "IMG_0001.JPG", PORTRAIT))
    assert shown.size == size
    assert _is_red(shown, *red_at)


def test_place_device_and_comments_are_gone() -> None:
    notes = Image.Exif()
    notes[ExifTags.Base.Make] = "SECRETCAM"
    notes.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N-SECRET"
    sent = make.picture(exif=notes, comment=b"SECRET comment", icc_profile=b"SECRET profile") + b"SECRET tail"
    assert b"SECRET" in sent
    taken = _taken(sent, "a.jpg", PORTRAIT)
    assert b"SECRET" not in taken.data
    assert not _shown(taken).getexif()
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "SECRET")
    assert b"SECRET" not in _taken(make.picture(form="PNG", pnginfo=words), "a.png", PORTRAIT).data


@pytest.mark.filterwarnings("ignore")  # Pillow warns of the broken notes this test makes
def test_broken_camera_notes_are_no_reason_to_refuse() -> None:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = 6
    notes[ExifTags.Base.Make] = "Maker"
    sent = make.picture(exif=notes)
    start = sent.index(b"Exif\0\0")
    for place, value in product(range(start + 6, start + 50), (0, 1, 0x7F, 0xFF)):
        changed = sent[:place] + bytes([value]) + sent[place + 1 :]
        assert _taken(changed, "a.jpg", PORTRAIT).extension == "jpg"


def test_large_photo_is_scaled_down_and_small_one_left() -> None:
    assert max(_shown(_taken(make.picture((4000, 3000)), "a.jpg", PORTRAIT)).size) == PORTRAIT.longest_side
    assert _shown(_taken(make.picture((640, 480)), "a.jpg", PORTRAIT)).size == (640, 480)


def test_same_picture_gives_the_same_content() -> None:
    assert _taken(make.picture(), "a.jpg", PORTRAIT).sha256 == _taken(make.picture(), "b.jpg", PORTRAIT).sha256


@pytest.mark.parametrize(
    "name", ["微信图片_20260618.png", "家长@163.com.jpg", "IMG.2026.06.18", "image", "𠮷·买买提.JPEG"]
)
def test_names_people_have_are_fine(name: str) -> None:
    assert _taken(make.picture(), name, PORTRAIT).extension == "jpg"


def test_our_own_letter_and_a_scan_are_plain_pdf() -> None:
    from core.documents.typeset import to_pdf

    letter = to_pdf(LETTER)
    taken = _taken(letter, "录取通知书.pdf", EVIDENCE)
    assert (taken.media_type, taken.extension, taken.data) == ("application/pdf", "pdf", letter)
    target = io.BytesIO()
    Image.open(io.BytesIO(make.picture((1200, 1700)))).save(target, "PDF")
    assert _taken(target.getvalue(), "扫描.pdf", EVIDENCE).extension == "pdf"


def test_links_and_page_jumps_in_a_pdf_are_fine() -> None:
    linked = make.pdf(
        b"<</S/URI/URI(https://zone.example.cn)>>", b"<</S/GoTo/D[3 0 R/Fit]>>", tail=b"/OpenAction 5 0 R"
    )
    assert _taken(linked, "a.pdf", EVIDENCE).extension == "pdf"


def test_workbooks_of_two_libraries() -> None:
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["考生号", "姓名"])
    book.save(target)
    with_logo = make.workbook_with({"xl/media/image1.png": make.picture(form="PNG")})
    for data in (make.workbook(), target.getvalue(), with_logo):
        taken = _taken(data, "名单.xlsx", SHEET)
        assert (taken.extension, taken.data) == ("xlsx", data)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_as_text_in_the_usual_codings(coding: str) -> None:
    data = "考生号,姓名\r\n2026330421000317,欧阳䶮\r\n".encode(coding)
    taken = _taken(data, "名单.csv", SHEET)
    assert (taken.media_type, taken.extension, taken.data) == ("text/csv", "csv", data)


def test_coding_cut_in_the_middle_of_a_sign_is_no_text() -> None:
    with pytest.raises(BadUpload) as caught:
        _taken("姓名,欧阳".encode()[:-1] + b"\xff", "名单.csv", SHEET)
    assert caught.value.code is UploadFault.UNKNOWN_TYPE


def test_photo_archive_from_chinese_windows_and_from_a_mac() -> None:
    name = "学校标识码_3班_张三.jpg".encode("gb18030")
    data = make.archive({"x" * len(name): make.picture(), "__MACOSX/._a.jpg": b"x", "2班/.DS_Store": b"y"})
    data = make.renamed(data, b"x" * len(name), name)
    taken = _taken(data, "照片.zip", PHOTO_PACKAGE)
    assert taken.extension == "zip"
    photos = list(packed_photos(taken.data, PHOTO_PACKAGE))
    assert [photo.name for photo in photos] == ["学校标识码_3班_张三.jpg"]
    assert photos[0].number == "学校标识码_3班_张三"
    assert _taken(photos[0].data, photos[0].name, PORTRAIT).extension == "jpg"


def test_photo_archive_with_folders() -> None:
    data = make.archive(
        {"高一/1班/330421000.jpg": make.picture(), "高一/2班/330421001.PNG": make.picture(form="PNG")}
    )
    photos = packed_photos(_taken(data, "照片.zip", PHOTO_PACKAGE).data, PHOTO_PACKAGE)
    assert [photo.number for photo in photos] == ["330421000", "330421001"]


def test_archive_whose_member_lies_about_its_size_gives_no_more_than_it_states() -> None:
    data = bytearray(make.archive({"1.jpg": make.picture() + b"\0" * 500_000}))
    place = bytes(data).rindex(b"1.jpg") - 46
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(BadUpload) as caught:
        list(packed_photos(bytes(data), PHOTO_PACKAGE))
    assert caught.value.code is UploadFault.DAMAGED


def test_sender_in_small_pieces() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(700, size or 700))

    assert check_upload(Slow(make.picture()), "a.jpg", PORTRAIT).extension == "jpg"


def test_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    data = "甲,乙\n".encode() * 100
    limits = replace(SHEET, max_bytes=len(data))
    assert _taken(data, "a.csv", limits).size == len(data)
    with pytest.raises(BadUpload) as caught:
        _taken(data + b"\n", "a.csv", limits)
    assert caught.value.code is UploadFault.TOO_LARGE


def test_stored_ways_of_folding_only() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("1.jpg", make.picture())
    with pytest.raises(BadUpload) as caught:
        _taken(target.getvalue(), "a.zip", PHOTO_PACKAGE)
    assert caught.value.code is UploadFault.DAMAGED
