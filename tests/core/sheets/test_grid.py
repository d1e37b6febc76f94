"""Files of every kind become grids; what is no sheet, too large or a trap is refused with its reason."""

import io
import struct
import zipfile

import openpyxl
import pytest

from core.sheets import BadSheets, Limits, read_grids
from core.sheets.limits import check_archive
from tests.core.sheets.samples import book_of, zip_of

SMALL = Limits(sent_bytes=100_000, unfolded_bytes=1_000_000, members=50, sheets=2, rows=10, columns=5, characters=50)


def _refused(data: bytes, limits: Limits = SMALL) -> str:
    with pytest.raises(BadSheets) as refused:
        read_grids(data, limits=limits)
    assert all(fault.mend.zh and fault.mend.en and fault.rule.en for fault in refused.value.faults)
    return refused.value.faults[0].rule.zh


def test_reads_a_workbook_with_true_row_numbers() -> None:
    grid = read_grids(book_of([], [], ["考生号", "分"], ["0012", 611.5]))[0]
    assert grid.rows[2][:2] == ("考生号", "分")
    assert grid.rows[3][:2] == ("0012", 611.5)


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", "考生号,姓名\n001,𬭎\n"),
        ("utf-8-sig", "考生号,姓名\n001,王\n"),
        ("gb18030", "考生号,姓名\n001,王\n"),
        ("utf-16", "考生号\t姓名\n001\t王\n"),
        ("utf-8", "考生号;姓名\r\n001;王\r\n"),
    ],
)
def test_reads_text_in_the_encodings_in_use(codec: str, text: str) -> None:
    grid = read_grids(text.encode(codec), name="名单")[0]
    assert grid.name == "名单"
    assert grid.rows[0] == ("考生号", "姓名")
    assert grid.rows[1][0] == "001"


def test_names_formula_and_error_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B2"] = "考生号", "=1+1"
    sheet["C3"] = "#N/A"
    target = io.BytesIO()
    book.save(target)
    grid = read_grids(target.getvalue())[0]
    assert grid.formulas == {(2, 1)}
    assert grid.errors == {(3, 2)}


def test_an_empty_worksheet_has_no_rows() -> None:
    assert read_grids(book_of())[0].rows == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空"),
        (b"\xef\xbb\xbf", "空"),
        (b" \r\n", "空"),
        (b"x" * 100_001, "小于"),
        (b"PK\x03\x04 not an archive", "损坏"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "损坏"),
        (b"\x89PNG\x00\x00", "编码无法识别"),
        (b"\xff\xfe\x00", "编码无法识别"),
        (b"<html><table></table>", "网页"),
    ],
)
def test_refuses_what_is_no_sheet(data: bytes, said: str) -> None:
    assert said in _refused(data)


def test_refuses_too_long_a_cell_with_its_place() -> None:
    with pytest.raises(BadSheets) as refused:
        read_grids(("甲,乙\n丙," + "长" * 51).encode(), limits=SMALL)
    fault = refused.value.faults[0]
    assert (fault.row, fault.column) == (2, "B")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["甲"]] * 11, "最多 10 行"),
        ([["甲"] * 6], "最多 5 列"),
    ],
)
def test_refuses_too_many_rows_and_columns(rows: list[list[str]], said: str) -> None:
    assert said in _refused(book_of(*rows))
    text = "\n".join(",".join(row) for row in rows)
    assert said in _refused(text.encode())


def test_refuses_too_many_worksheets() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("二")
    book.create_sheet("三")
    target = io.BytesIO()
    book.save(target)
    assert "工作表" in _refused(target.getvalue())


def test_refuses_macros_binary_workbooks_and_other_archives() -> None:
    assert "宏" in _refused(zip_of({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}))
    assert "xlsb" in _refused(zip_of({"xl/workbook.bin": b"x"}))
    assert "压缩包" in _refused(zip_of({"照片.jpg": b"x"}))
    assert "公式" in _refused(zip_of({"content.xml": b'<cell table:formula="of:=1"/>'}))


def test_refuses_a_zip_bomb_before_unfolding_it() -> None:
    bomb = zip_of({"xl/workbook.xml": b"0" * 3_000_000})
    assert len(bomb) < 10_000
    assert "小于 1 MB" in _refused(bomb)


def test_refuses_a_member_that_lies_about_its_size() -> None:
    honest = zip_of({"xl/workbook.xml": b"0" * 50_000})
    lying = bytearray(honest)
    central = honest.rindex(b"PK\x01\x02")
    struct.pack_into("<I", lying, central + 24, 10)
    with pytest.raises(BadSheets) as refused:
        check_archive(bytes(lying), SMALL)
    assert "损坏" in refused.value.faults[0].rule.zh


def test_refuses_many_members_odd_methods_and_broken_headers() -> None:
    many = zip_of({f"{number}.xml": b"" for number in range(51)})
    assert "部件" in _refused(many)
    assert "损坏" in _refused(zip_of({"xl/workbook.xml": b"x" * 100}, method=zipfile.ZIP_BZIP2))
    honest = zip_of({"xl/workbook.xml": b"abc" * 100})
    with pytest.raises(BadSheets):
        check_archive(honest.replace(b"PK\x03\x04", b"PKxx", 1), SMALL)
    torn = bytearray(honest)
    torn[45:60] = b"\xff" * 15
    assert "损坏" in _refused(bytes(torn))


def test_takes_stored_members() -> None:
    assert check_archive(zip_of({"a": b"xyz"}, method=zipfile.ZIP_STORED), SMALL) == {"a"}


def _ods(cell: bytes) -> bytes:
    office = b"urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        b'<?xml version="1.0"?><office:document-content xmlns:office="' + office + b'office:1.0" '
        b'xmlns:table="' + office + b'table:1.0" xmlns:text="' + office + b'text:1.0"><office:body>'
        b'<office:spreadsheet><table:table table:name="t"><table:table-row>' + cell + b"</table:table-row>"
        b"</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zip_of(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def test_reads_open_document_sheets() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>王</text:p></table:table-cell>'
    assert read_grids(_ods(cell.encode()))[0].rows == (("王",),)


def test_knows_hidden_sheets() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("选项").sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    assert [grid.hidden for grid in read_grids(target.getvalue())] == [False, True]


def test_refuses_broken_quotes_and_broken_books() -> None:
    assert "引号" in _refused(b'a,"' + b"x" * 140_000, Limits())
    whole = book_of(["=1+1"])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name != "[Content_Types].xml"}
    assert "内部结构" in _refused(zip_of(kept))


def test_a_bomb_spread_over_members_and_a_torn_header_are_refused() -> None:
    spread = zip_of({f"xl/{number}.xml": b"0" * 600_000 for number in range(3)})
    assert "小于 1 MB" in _refused(spread)
    with pytest.raises(BadSheets):
        check_archive(zip_of({"a": b"x"}).replace(b"PK\x01\x02", b"PKxx"), SMALL)
