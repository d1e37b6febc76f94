"""Verification codes: unguessable, forgiving in reading, strict about mistakes; QR pictures."""

import itertools
import re
from io import BytesIO
from math import log2

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.documents.qr import (
    ALPHABET,
    FULL_LENGTH,
    SHORT_LENGTH,
    BadCode,
    code_groups,
    qr_png,
    qr_svg,
    read_code,
    short_form,
    verification_code,
)

codes = st.builds(verification_code)


def test_codes_hold_more_than_128_bits_and_differ() -> None:
    assert (FULL_LENGTH - 1) * log2(len(ALPHABET)) >= 128
    drawn = {verification_code() for _ in range(2_000)}
    assert len(drawn) == 2_000
    assert all(len(code) == FULL_LENGTH and set(code) <= set(ALPHABET) for code in drawn)


def test_alphabet_has_no_look_alikes() -> None:
    assert not set("OILUZ") & set(ALPHABET)


@given(codes)
def test_full_code_and_short_form_read_back(code: str) -> None:
    assert read_code(code_groups(code)) == code
    short = read_code(code_groups(short_form(code)))
    assert len(short) == SHORT_LENGTH
    assert code.startswith(short[:-1]), "the short form finds the full code by its beginning"


@pytest.mark.parametrize(
    "typed",
    [
        "37KY-R1SX-465Q",
        "37ky r1sx 465q",
        " 37KYR1SX465Q\n",
        "３７ＫＹ－Ｒ１ＳＸ－４６５Ｑ",
        "37KY—R1SX–465Q",
        "37KY－RISX－465Q",
        "37ky-rlsx-465q",
        "37KY.R1SX.465Q",
    ],
)
def test_reading_forgives_case_separators_width_and_look_alikes(typed: str) -> None:
    assert read_code(typed) == "37KYR1SX465Q"


def test_o_is_zero_and_u_and_z_are_mended() -> None:
    code = next(code for code in (verification_code() for _ in range(10_000)) if "0" in code and "2" in code)
    assert read_code(code.replace("0", "o").replace("2", "z").replace("V", "u")) == code


@given(codes, st.data())
def test_every_single_wrong_sign_and_every_swap_is_found(code: str, data: st.DataObject) -> None:
    short = short_form(code)
    place = data.draw(st.integers(0, SHORT_LENGTH - 1))
    other = data.draw(st.sampled_from(sorted(set(ALPHABET) - {short[place]})))
    with pytest.raises(BadCode):
        read_code(short[:place] + other + short[place + 1 :])
    for first, second in itertools.combinations(range(SHORT_LENGTH), 2):
        swapped = list(short)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        if swapped != list(short):
            with pytest.raises(BadCode):
                read_code("".join(swapped))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "验证码应为 12 位，您填写了 0 位。"),
        ("37KY-R1SX-465", "验证码应为 12 位，您填写了 11 位。"),
        ("37KY-R1SX-465查", "“查”不在其中"),
        ("37KY-R1SX-465R", "请对照文件逐组核对"),
        ("' OR 1=1 --", "“=”不在其中"),
    ],
)
def test_refusals_say_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(BadCode) as caught:
        read_code(typed)
    assert sentence in str(caught.value.sentence)


def test_a_thousand_guesses_hit_nothing() -> None:
    issued = {verification_code() for _ in range(1_000)}
    assert not issued & {verification_code() for _ in range(1_000)}


def test_svg_has_a_title_and_neither_style_nor_script() -> None:
    picture = qr_svg("https://zone.example.cn/verify/X", title="扫码 <核验>")
    assert picture.startswith('<svg role="img" ')
    assert "<title>扫码 &lt;核验&gt;</title>" in picture
    assert set(re.findall(r"<([a-z]+)", picture)) == {"svg", "title", "path"}
    assert not re.search(r"\s(style|on\w+)=", picture)


def test_svg_described_by_its_surroundings_is_silent() -> None:
    picture = qr_svg("x", title="")
    assert 'aria-hidden="true"' in picture
    assert "role=" not in picture
    assert "<title" not in picture


def test_png_reads_back() -> None:
    picture = Image.open(BytesIO(qr_png("https://zone.example.cn/verify/37KY", scale=4)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["https://zone.example.cn/verify/37KY"]
