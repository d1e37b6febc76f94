"""The file format: sealed for one receiver, signed by one sender, nothing can be changed or exchanged in it."""

import base64
import datetime as dt
import json

import pytest

from enrolment.exchange.packages import (
    BadKey,
    BadPackage,
    Fault,
    Kind,
    Letter,
    PrivateKeys,
    PublicKeys,
    demand_next,
    make_package,
    read_package,
)
from tests.factories import QP, WJ

AT = dt.datetime(2026, 6, 20, 9, 0, tzinfo=dt.UTC)
SENDER, RECEIVER, STRANGER = PrivateKeys.new(), PrivateKeys.new(), PrivateKeys.new()
CONTENT = "考生𬭎\n\n\x00".encode() * 50


def letter(number: int = 1, previous: str = "") -> Letter:
    return Letter(Kind.SCORES, 2026, WJ, QP, number, previous, AT)


def package(sender: PrivateKeys = SENDER) -> bytes:
    return make_package(CONTENT, letter(), sender, RECEIVER.public)


def fault_of(data: bytes, *, sender: PublicKeys = SENDER.public, own: PrivateKeys = RECEIVER) -> Fault:
    try:
        read = read_package(data)
        read.demand_signed(sender)
        read.opened(own)
    except BadPackage as bad:
        return bad.fault
    raise AssertionError("the package was accepted")


def test_what_was_packed_comes_out() -> None:
    read = read_package(package())
    read.demand_signed(SENDER.public)
    assert read.opened(RECEIVER) == CONTENT
    assert (read.header.kind, read.header.sender, read.header.receiver, read.header.number) == ("scores", WJ, QP, 1)
    assert CONTENT[:12] not in package()
    assert package() != package()


def test_every_flipped_byte_is_noticed() -> None:
    data = package()
    for at in range(0, len(data), 7):
        altered = bytearray(data)
        altered[at] ^= 1
        assert fault_of(bytes(altered)) in {Fault.ALTERED, Fault.NO_PACKAGE, Fault.UNKNOWN_SENDER, Fault.OTHER_KEY}
    assert fault_of(data[:-1]) is Fault.ALTERED
    assert fault_of(data + b"x") is Fault.ALTERED


def test_each_reason_has_its_name() -> None:
    data = package()
    magic, header, signature, sealed = data.split(b"\n", 3)
    assert fault_of(b"\n".join((magic, header, b"", sealed))) is Fault.UNSIGNED
    assert fault_of(package(STRANGER)) is Fault.UNKNOWN_SENDER
    assert fault_of(data, own=STRANGER) is Fault.OTHER_KEY
    changed = json.dumps({**json.loads(header), "number": 2}).encode()
    assert fault_of(b"\n".join((magic, changed, signature, sealed))) is Fault.ALTERED
    other = read_package(make_package(b"other", letter(), SENDER, RECEIVER.public))
    swapped = b"\n".join((magic, header, base64.b64encode(other.signature), other.sealed))
    assert fault_of(swapped) is Fault.ALTERED
    for strange in (b"", b"PK\x03\x04", b"\n\n\n", magic + b"\n{}\n\n", data.replace(magic, b"zone package 2")):
        assert fault_of(strange) is Fault.NO_PACKAGE


@pytest.mark.parametrize(
    ("number", "previous", "last", "fault"),
    [
        (1, "", None, None),
        (2, "a" * 64, (1, "a" * 64), None),
        (1, "", (1, "a" * 64), Fault.REPLAYED),
        (3, "a" * 64, (1, "a" * 64), Fault.OUT_OF_ORDER),
        (2, "b" * 64, (1, "a" * 64), Fault.OUT_OF_ORDER),
        (2, "a" * 64, None, Fault.OUT_OF_ORDER),
    ],
)
def test_packages_follow_one_another(
    number: int, previous: str, last: tuple[int, str] | None, fault: Fault | None
) -> None:
    made = read_package(make_package(b"x", letter(number, previous), SENDER, RECEIVER.public))
    if fault is None:
        demand_next(made.header, made.sha256, last)
        return
    with pytest.raises(BadPackage) as refused:
        demand_next(made.header, made.sha256, last)
    assert refused.value.fault is fault


def test_a_public_key_is_one_line() -> None:
    text = SENDER.public.text(WJ)
    assert PublicKeys.read(f"  {text}\n") == (WJ, SENDER.public)
    for wrong in (
        "",
        "zone-key-1",
        text.replace("zone-key-1", "zone-key-2"),
        text[:-8],
        text.replace(WJ, "3205"),
        "a b ü",
    ):
        with pytest.raises(BadKey):
            PublicKeys.read(wrong)
