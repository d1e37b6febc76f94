import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity import (
    document_tail,
    mask_address,
    mask_document,
    mask_name,
    mask_name_public,
    mask_phone,
)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("33042120100208000X", "3304**********000X"),
        ("330421680208001", "3304*******8001"),
        ("E12345678", "E1*****78"),
        ("1234567", "1*****7"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_mask_document(number: str, masked: str) -> None:
    assert mask_document(number) == masked


def test_document_tail() -> None:
    assert document_tail("33042120100208000X") == "****000X"
    assert document_tail("33042120100208000X", 2) == "****0X"
    assert document_tail("E1234567") == "****67"
    assert document_tail("123") == "****"
    assert document_tail("") == "****"


@pytest.mark.parametrize(
    ("name", "masked", "public"),
    [
        ("张小三", "张*三", "张**"),
        ("张三", "张*", "张*"),
        ("张", "张*", "张*"),
        ("王李小明", "王**明", "王***"),
        ("欧阳小明", "欧阳*明", "欧阳**"),
        ("欧阳明", "欧阳*", "欧阳*"),
        ("买买提·阿布都", "买**·**都", "买**·***"),
        ("𠮷𬭎𠮷", "𠮷*𠮷", "𠮷**"),
        ("Maria Garcia", "M**** *****a", "M**** ******"),
        ("", "", ""),
    ],
)
def test_mask_name(name: str, masked: str, public: str) -> None:
    assert mask_name(name) == masked
    assert mask_name_public(name) == public


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800000000", "138****0000"),
        ("+86 138 0000 0000", "138****0000"),
        ("0512-63000000", "051*****0000"),
        ("63000001", "******01"),
        ("12345", "*****"),
        ("+852 1234 5678 9012", "***********9012"),
        ("", ""),
    ],
)
def test_mask_phone(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("浙江省嘉兴市嘉善县罗星街道100号", "浙江省嘉兴市嘉善县******"),
        ("上海市青浦区公园路1号", "上海市青浦区******"),
        ("吴江区松陵街道", "吴江区******"),
        ("浙江省台州市路桥区", "浙江省台州市路桥区******"),
        ("罗星街道城市花园3幢", "******"),
        ("  ", ""),
    ],
)
def test_mask_address_stops_at_the_county(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text(max_size=40))
def test_masks_hide_at_least_half_and_never_crash(text: str) -> None:
    masked = mask_document(text)
    assert len(masked) == len(text)
    assert sum(a == b for a, b in zip(text, masked, strict=True) if b != "*") <= max(len(text) // 2 + 1, 0)
    mask_name(text)
    mask_name_public(text)
    mask_address(text)
    digits = [c for c in mask_phone(text) if c.isdigit()]
    assert len(digits) <= 7
