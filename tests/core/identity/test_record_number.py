import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import BadDocument, Fault, formal_number, read_record_number, temporary_number


def test_formal_number_is_g_and_the_id() -> None:
    number = formal_number("33042120100208000x")
    assert number.value == "G33042120100208000X"
    assert not number.temporary
    assert number.document_number == "33042120100208000X"


def test_residence_permits_give_formal_numbers_too() -> None:
    assert read_record_number("G810000200901010001").document_number == "810000200901010001"


def test_temporary_number_round_trip() -> None:
    number = temporary_number("3133000001", 2026, 12)
    assert number.value.startswith("L31330000012026012")
    assert len(number.value) == 19
    read = read_record_number(f" {number.value.lower()} ")
    assert read == number
    assert read.document_number is None


def test_temporary_numbers_from_elsewhere_are_kept_and_told_apart() -> None:
    own = temporary_number("3133000001", 2026, 1).value
    other = own[:-1] + ("1" if own[-1] != "1" else "2")
    read = read_record_number(other)
    assert read.temporary
    assert not read.own_form


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", Fault.EMPTY),
        ("33042120100208000X", Fault.FORM),
        ("G33042120100208000", Fault.LENGTH),
        ("G33042120100208A00X", Fault.CHARACTER),
        ("G330421201002080001", Fault.CHECK_DIGIT),
        ("G999313300000100007", Fault.CHECK_DIGIT),
        ("L12345", Fault.LENGTH),
    ],
)
def test_refusals(raw: str, fault: Fault) -> None:
    with pytest.raises(BadDocument) as caught:
        read_record_number(raw)
    assert caught.value.code is fault


@pytest.mark.parametrize(
    ("school", "year", "serial"),
    [("313300001", 2026, 1), ("31330000AB", 2026, 1), ("3133000001", 26, 1), ("3133000001", 2026, 1000)],
)
def test_parts_that_do_not_fit(school: str, year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        temporary_number(school, year, serial)


@given(st.integers(0, 9_999_999_999), st.integers(2000, 2100), st.integers(1, 999))
def test_every_temporary_number_reads_back(school: int, year: int, serial: int) -> None:
    number = temporary_number(f"{school:010d}", year, serial)
    assert read_record_number(number.value).own_form


@given(st.text(max_size=30))
def test_no_text_crashes(text: str) -> None:
    try:
        number = read_record_number(text)
    except BadDocument:
        return
    assert len(number.value) == 19
