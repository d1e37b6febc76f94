"""The pure parts: one-time codes, time codes, names, duties, waiting."""

import datetime as dt
import itertools

import pyotp
import pytest

from core.access import OrganisationKind as Kind
from core.access import Role
from core.access.roles import ADMINISTRATORS, FAMILY, STAFF
from core.accounts import duties, one_time_codes, second_factor, sign_in_names
from core.accounts.backoff import LONGEST_WAIT, Limit
from core.accounts.duties import DutyFault

NOON = dt.datetime(2026, 6, 20, 4, 0, 5, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_codes_hold_at_least_80_bits_and_no_letter_that_looks_like_a_digit() -> None:
    codes = {one_time_codes.new_code(one_time_codes.ACTIVATION_SIGNS) for _try in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("ILOU")
    assert 5 * one_time_codes.RECOVERY_SIGNS >= 80


@pytest.mark.parametrize(
    "typed",
    [
        "7K2M9Q-XA4T01-3WY8CD",
        " 7k2m9q xa4t01 3wy8cd ",
        "７Ｋ２Ｍ９Ｑ－ＸＡ４Ｔ０１－３ＷＹ８ＣＤ",
        "7K2M9Q—XA4TOl—3WY8CD",
        "7k2m9qxa4toi3wy8cd",
    ],
)
def test_codes_are_read_leniently(typed: str) -> None:
    assert one_time_codes.read_code(typed, 18) == "7K2M9QXA4T013WY8CD"


@pytest.mark.parametrize("typed", ["", "7K2M9Q", "7K2M9QXA4T013WY8C!", "7K2M9QXA4T013WY8CD2", "码" * 18, "x" * 5000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert one_time_codes.read_code(typed, 18) == ""


def test_codes_are_printed_in_groups() -> None:
    assert one_time_codes.in_groups("7K2M9QXA4T013WY8CD") == "7K2M9Q-XA4T01-3WY8CD"
    assert one_time_codes.in_groups("7K2M9QXA4T013WY8") == "7K2M-9QXA-4T01-3WY8"


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_time_code_of_a_neighbouring_step_is_good(drift: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON, counter_offset=drift)
    step = second_factor.matching_step(SECRET, code, NOON, after=0)
    assert step == int(NOON.timestamp()) // 30 + drift


@pytest.mark.parametrize("drift", [-2, 2, 3])
def test_a_time_code_further_off_is_not(drift: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON, counter_offset=drift)
    assert second_factor.matching_step(SECRET, code, NOON, after=0) is None


def test_a_time_code_opens_once() -> None:
    code = pyotp.TOTP(SECRET).at(NOON)
    step = second_factor.matching_step(SECRET, code, NOON, after=0)
    assert step is not None
    assert second_factor.matching_step(SECRET, code, NOON, after=step) is None
    earlier = pyotp.TOTP(SECRET).at(NOON, counter_offset=-1)
    assert second_factor.matching_step(SECRET, earlier, NOON, after=step) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34", "九八七六五四", "１２３４５"])
def test_what_is_no_time_code(typed: str) -> None:
    assert second_factor.matching_step(SECRET, typed, NOON, after=0) is None


def test_a_time_code_may_be_typed_with_a_space_or_full_width() -> None:
    code = pyotp.TOTP(SECRET).at(NOON)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert second_factor.matching_step(SECRET, f"{code[:3]} {code[3:]}", NOON, after=0)
    assert second_factor.matching_step(SECRET, wide, NOON, after=0)


def test_the_secret_is_long_and_readable() -> None:
    secret = second_factor.new_secret()
    assert len(secret) >= 32
    assert second_factor.readable(secret).replace(" ", "") == secret
    address = second_factor.address_of(secret, name="g1", issuer="职招")
    assert pyotp.parse_uri(address).secret == secret


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("zhang.san", True),
        ("g12345678", True),
        ("li", False),
        ("1234", False),
        ("a" * 41, False),
        ("x320584201009010001", False),
        ("a138-0013-8000", False),
        ("王小明", False),
        ("o'neill", False),
    ],
)
def test_names_an_office_may_give(name: str, good: bool) -> None:
    assert sign_in_names.is_acceptable(name) is good


def test_proposed_names_are_acceptable_and_tell_the_kind_only() -> None:
    for roles, letter in ((frozenset({Role.APPLICANT}), "x"), (frozenset({Role.AUDITOR}), "g")):
        name = sign_in_names.proposal(roles)
        assert name[0] == letter
        assert sign_in_names.is_acceptable(name)


def test_names_are_read_as_people_type_them() -> None:
    assert sign_in_names.plain("  Ｘ1234 5678 ") == "x12345678"


def test_three_duties_are_never_in_one_hand() -> None:
    for first, second in itertools.permutations(ADMINISTRATORS, 2):
        assert duties.fault_of(first, None, [second]) is DutyFault.DUTIES_APART
    for duty, other in itertools.product(ADMINISTRATORS, Role):
        if duty is not other:
            office = next(iter(duties.OFFICES.get(other, {None})))
            assert duties.fault_of(other, office, [duty]) is DutyFault.DUTIES_APART


def test_families_are_no_staff() -> None:
    assert duties.fault_of(Role.COUNTY_OFFICER, Kind.COUNTY, [Role.GUARDIAN]) is DutyFault.FAMILY_AND_STAFF
    assert duties.fault_of(Role.GUARDIAN, None, [Role.APPLICANT]) is None


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("office", [None, *Kind])
def test_a_role_fits_one_kind_of_office(role: Role, office: Kind | None) -> None:
    fault = duties.fault_of(role, office, [])
    wanted = duties.OFFICES.get(role)
    if wanted is None:
        assert (fault is None) == (office in (None, Kind.PLATFORM))
    elif office is None:
        assert fault is DutyFault.NEEDS_OFFICE
    else:
        assert (fault is None) == (office in wanted)
    assert role in FAMILY | STAFF


def test_waiting_doubles_from_one_second_to_a_quarter_of_an_hour() -> None:
    limit = Limit()
    waits = [limit.wait(failures).total_seconds() for failures in range(16)]
    assert waits[:5] == [0] * 5
    assert waits[5:15] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert limit.wait(15) == limit.wait(100_000) == LONGEST_WAIT
