"""Passwords: how they are stored, which are refused."""

import time

import pytest

from core.accounts import passwords
from core.accounts.password_rules import PasswordFault, common_passwords, fault_of
from core.accounts.passwords import fits, hash_password, outdated
from tests.enrolment.factories import id_number
from tests.figures import Figure

OLD = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Ny4OBqU0Hm4iYNsGIqdXVyNGMHCwdPqZXNYoIDbqFpE"

GOOD = (
    "correct horse battery staple",
    "青山绿水之间有学堂",
    "月亮 咖啡 自行车",
    "ü-ber-fluss 97",
    "k" + "吉林abc-9" * 15,
    "x" * 3 + "Wz7!" * 31,
    " leading and trailing ",
)


def test_the_hash_names_the_parameters(figure: Figure) -> None:
    stored = hash_password("correct horse battery staple")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    began = time.perf_counter()
    assert fits(stored, "correct horse battery staple")
    figure(f"proof 19: argon2id m=19456 t=2 p=1, one check {1000 * (time.perf_counter() - began):.0f} ms")


@pytest.mark.parametrize("secret", GOOD)
def test_long_and_chinese_passwords_are_taken_as_they_are(secret: str) -> None:
    assert fault_of(secret) is None
    stored = hash_password(secret)
    assert fits(stored, secret)
    assert not fits(stored, secret[:-1])
    assert not fits(stored, secret + " ")


def test_128_characters_all_count() -> None:
    secret = "长" * 64 + "a" * 64
    stored = hash_password(secret)
    assert fits(stored, secret)
    assert not fits(stored, secret[:-1] + "b")


def test_one_letter_typed_in_two_ways_is_one_password() -> None:
    assert fits(hash_password("über-den-wolken"), "über-den-wolken")


def test_a_missing_account_fits_nothing() -> None:
    assert not fits(None, "correct horse battery staple")
    assert not fits("!", "anything at all")


def test_other_parameters_are_outdated() -> None:
    assert outdated(OLD)
    assert not outdated(hash_password("correct horse battery staple"))


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ("kurz7!x", PasswordFault.TOO_SHORT),
        ("七个汉字不够长", PasswordFault.TOO_SHORT),
        ("w7!k" * 32 + "x", PasswordFault.TOO_LONG),
        (id_number(), PasswordFault.DOCUMENT),
        (id_number()[:-1] + "x", PasswordFault.DOCUMENT),
        ("my id " + id_number(), PasswordFault.DOCUMENT),
        ("320584 20100901 000 X", PasswordFault.DOCUMENT),
        ("３２０５８４２０１００９０１０００Ｘ", PasswordFault.DOCUMENT),
        ("320584100901000", PasswordFault.DOCUMENT),
        ("H01234567", PasswordFault.DOCUMENT),
        ("A123456(3)", PasswordFault.DOCUMENT),
        ("E12345678", PasswordFault.DOCUMENT),
        ("13800138000", PasswordFault.PHONE),
        ("tel 138-0013-8000", PasswordFault.PHONE),
        ("+86 138 0013 8000", PasswordFault.PHONE),
        ("20100901", PasswordFault.DIGITS),
        ("2010-09-01", PasswordFault.DIGITS),
        ("057384021234", None),
        ("0573840212", PasswordFault.DIGITS),
        ("aaaaaaaaaaaa", PasswordFault.MONOTONOUS),
        ("abababababab", PasswordFault.MONOTONOUS),
        ("password", PasswordFault.COMMON),
        ("PassWord", PasswordFault.COMMON),
        ("Password1!", PasswordFault.COMMON),
        ("woaini1314520", PasswordFault.COMMON),
        ("zhangwei123", PasswordFault.COMMON),
        ("1qaz2wsx3edc", PasswordFault.COMMON),
        ("woaizhongguo-woaijiaxiang", None),
        ("qwertyuiop", PasswordFault.COMMON),
        ("zhongzhi2026", PasswordFault.OWN_WORDS),
        ("学籍学籍2026招生", PasswordFault.OWN_WORDS),
    ],
)
def test_what_is_refused(secret: str, fault: PasswordFault | None) -> None:
    assert fault_of(secret) is fault


def test_an_id_number_in_any_writing_is_never_a_password() -> None:
    for _try in range(200):
        number = id_number()
        for written in (number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}", f"x{number}y"):
            assert fault_of(written) is PasswordFault.DOCUMENT


@pytest.mark.parametrize(
    "secret", ["zhangxiaosan99", "ZhangXiaoSan!", "我是张小三加油啊！", "x12345678!!", "jiajiaoyuju#1"]
)
def test_own_names_carry_no_password(secret: str) -> None:
    own = {"张小三", "zhangxiaosan", "x12345678", "甲教育局", "jiajiaoyuju"}
    assert fault_of(secret, own) is PasswordFault.OWN_WORDS


def test_own_names_may_stand_in_a_longer_one() -> None:
    assert fault_of("zhangxiaosan likes blue kites", {"zhangxiaosan"}) is None


def test_a_syllable_is_no_name() -> None:
    assert fault_of("lilac and li are two words", {"li", "a"}) is None


def test_every_listed_password_is_refused(figure: Figure) -> None:
    listed = common_passwords()
    assert len(listed) > 10_000
    assert [one for one in listed if fault_of(one) is None] == []
    figure(f"proof 19: {len(listed)} listed passwords and stems, all refused")


def test_the_list_is_made_of_plain_small_words() -> None:
    assert all(word == word.casefold().strip() and len(word) <= passwords.LONGEST for word in common_passwords())
