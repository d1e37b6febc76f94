"""Numbers by pattern: what is written reads back, what does not fit is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents.numbering import NumberError, NumberPattern, PatternError

PLAIN = NumberPattern("{year}{school:6}{serial:04}")


def test_pattern_of_year_school_and_serial() -> None:
    assert PLAIN.format(year=2026, school="330421", serial=12) == "20263304210012"
    assert PLAIN.parse("20263304210012") == {"year": "2026", "school": "330421", "serial": "0012"}


def test_fixed_text_short_year_and_letters() -> None:
    pattern = NumberPattern("沪青录〔{year:2}〕{kind:2}第{serial:05}号")
    number = pattern.format(year=2026, kind="LQ", serial=317)
    assert number == "沪青录〔26〕LQ第00317号"
    assert pattern.parse(number) == {"year": "26", "kind": "LQ", "serial": "00317"}


@given(st.integers(1, 9999), st.text("0123456789ABCX", min_size=6, max_size=6), st.integers(1, 9999))
def test_every_number_reads_back(year: int, school: str, serial: int) -> None:
    fields = PLAIN.parse(PLAIN.format(year=year, school=school, serial=serial))
    assert (int(fields["year"]), fields["school"], int(fields["serial"])) == (year, school, serial)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{year}", "no {serial"),
        ("{serial}", "width with a leading zero"),
        ("{serial:4}", "width with a leading zero"),
        ("{school}{serial:04}", "needs a width"),
        ("{serial:04}{serial:04}", "stands twice"),
        ("{year:3}{serial:04}", "2 or 4 digits"),
        ("{serial:04}}", "no field"),
        ("{Serial:04}{serial:04}", "no field"),
        ("{serial:04!r}", "no field"),
        ("{serial.__class__}", "no field"),
    ],
)
def test_wrong_patterns_are_refused(text: str, problem: str) -> None:
    with pytest.raises(PatternError, match=problem):
        NumberPattern(text)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"year": 2026, "school": "330421", "serial": 10_000}, "10000"),
        ({"year": 2026, "school": "330421", "serial": 0}, "0000"),
        ({"year": 2026, "school": "330421", "serial": -1}, "-001"),
        ({"year": 2026, "school": "33042", "serial": 1}, "33042"),
        ({"year": 2026, "school": "33/421", "serial": 1}, "33/421"),
        ({"year": 2026, "serial": 1}, "no value for {school}"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, int], problem: str) -> None:
    with pytest.raises(NumberError, match=problem):
        PLAIN.format(**values)


@pytest.mark.parametrize("number", ["", "2026330421012", "202633042100123", "２０２６3304210012", "20263304210012\n"])
def test_foreign_numbers_are_refused(number: str) -> None:
    with pytest.raises(NumberError):
        PLAIN.parse(number)
