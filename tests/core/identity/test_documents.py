from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.identity import (
    BadDocument,
    Document,
    DocumentKind,
    Fault,
    Flag,
    IdentityState,
    Repair,
    Sex,
    age_on,
    belongs_to,
    check_character,
    modern_form,
    read_document,
    sex_conflict,
)

K = DocumentKind


def refusal(kind: DocumentKind, raw: str) -> BadDocument:
    with pytest.raises(BadDocument) as caught:
        read_document(kind, raw)
    return caught.value


# --- what a bureau expert tries -------------------------------------------------------------------


def test_retired_prefix_is_accepted_and_everything_derived() -> None:
    document = read_document(K.RESIDENT_ID, "320584200908150005")
    assert document == Document(
        K.RESIDENT_ID,
        "320584200908150005",
        IdentityState.COMPLETE,
        birth_date=date(2009, 8, 15),
        sex=Sex.FEMALE,
        division="320584",
    )


@pytest.mark.parametrize(
    "number",
    ["320509201303010004", "310118200906300009", "330421200911010004", "33042120100208000X"],
)
def test_synthetic_numbers_of_the_zone_are_accepted(number: str) -> None:
    assert read_document(K.RESIDENT_ID, number).number == number
    assert read_document(K.RESIDENT_ID, number).division == number[:6]


@pytest.mark.parametrize(
    ("raw", "repairs"),
    [
        ("33042120100208000x", {Repair.UPPER_CASE}),
        ("３３０４２１２０１００２０８０００Ｘ", {Repair.FULL_WIDTH}),
        ("330421 20100208 000X", {Repair.SPACES}),
        ("330421-20100208-000X", {Repair.SEPARATORS}),
        ("330421–20100208—000X", {Repair.SEPARATORS}),
        ("'33042120100208000X", {Repair.QUOTE}),
        ("\ufeff33042120100208\u200b000X", {Repair.INVISIBLE}),
        ("33042120100208000×", {Repair.LOOKALIKE_X}),
        ("33042120100208000Ⅹ", {Repair.FULL_WIDTH}),
        ("  33042120100208000X\n", set()),
        ("３３０４２１　２０１００２０８０００ｘ", {Repair.FULL_WIDTH, Repair.SPACES, Repair.UPPER_CASE}),
    ],
)
def test_typing_faults_are_mended_and_reported(raw: str, repairs: set[Repair]) -> None:
    document = read_document(K.RESIDENT_ID, raw)
    assert document.number == "33042120100208000X"
    assert set(document.repairs) == repairs
    assert all(repair.words.zh and repair.words.en for repair in document.repairs)


def test_wrong_check_digit_is_named() -> None:
    error = refusal(K.RESIDENT_ID, "330421201002080001")
    assert error.code is Fault.CHECK_DIGIT
    assert "校验码" in error.words.zh
    assert "check digit" in error.words.en


def test_missing_digit_sentence() -> None:
    error = refusal(K.RESIDENT_ID, "33042120100208000")
    assert error.code is Fault.LENGTH
    assert error.words.zh == "身份证号码应为 18 位，您填写了 17 位"


def test_residence_permit_under_resident_id_offers_the_right_kind() -> None:
    error = refusal(K.RESIDENT_ID, "810000200901010001")
    assert error.code is Fault.KIND
    assert error.offers is K.RESIDENCE_PERMIT
    assert "港澳台居民居住证" in error.words.zh
    accepted = read_document(K.RESIDENCE_PERMIT, "810000200901010001")
    assert (accepted.birth_date, accepted.sex, accepted.division) == (date(2009, 1, 1), Sex.FEMALE, "810000")
    assert accepted.state is IdentityState.COMPLETE


@pytest.mark.parametrize(("prefix", "division"), [("820000", "820000"), ("830000", "710000")])
def test_permits_of_macau_and_taiwan(prefix: str, division: str) -> None:
    body = prefix + "20100304000"
    assert read_document(K.RESIDENCE_PERMIT, body + check_character(body)).division == division


def test_permit_with_wrong_prefix_and_wrong_check() -> None:
    assert refusal(K.RESIDENCE_PERMIT, "810000200901010002").code is Fault.CHECK_DIGIT
    assert refusal(K.RESIDENCE_PERMIT, "33042120100208000X").offers is K.RESIDENT_ID
    body = "94042120100208000"
    assert refusal(K.RESIDENCE_PERMIT, body + check_character(body)).offers is K.PERMANENT_RESIDENCE


def test_old_15_digit_number_is_its_own_open_kind() -> None:
    document = read_document(K.OLD_RESIDENT_ID, "330421680208001")
    assert document.state is IdentityState.OPEN
    assert document.birth_date == date(1968, 2, 8)
    assert document.sex is Sex.MALE
    assert document.division == "330421"
    error = refusal(K.RESIDENT_ID, "330421680208001")
    assert error.offers is K.OLD_RESIDENT_ID
    assert modern_form("330421680208001")[:17] == "33042119680208001"
    assert read_document(K.RESIDENT_ID, modern_form("330421680208001")).birth_date == date(1968, 2, 8)


def test_temporary_student_number_is_its_own_open_kind() -> None:
    number = "999" + "3133000001" + "00007"
    document = read_document(K.TEMPORARY_STUDENT, number)
    assert document.state is IdentityState.OPEN
    assert document.birth_date is None
    assert refusal(K.RESIDENT_ID, number).offers is K.TEMPORARY_STUDENT
    assert refusal(K.TEMPORARY_STUDENT, "999313300000100").code is Fault.FORM


def test_sex_conflict_warns_and_overwrites_nothing() -> None:
    body = "33042120100208001"
    document = read_document(K.RESIDENT_ID, body + check_character(body))
    warning = sex_conflict(document, Sex.FEMALE)
    assert warning is not None
    assert "男" in warning.zh
    assert "女" in warning.zh
    assert document.sex is Sex.MALE
    assert sex_conflict(document, Sex.MALE) is None
    assert sex_conflict(document, Sex.NOT_STATED) is None
    assert sex_conflict(read_document(K.PASSPORT, "E12345678"), Sex.MALE) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (K.RESIDENT_ID, "33042120100208000"),
        (K.OLD_RESIDENT_ID, "330421680208000"),
        (K.RESIDENCE_PERMIT, "81000020090101000"),
        (K.PERMANENT_RESIDENCE, "93184019850412000"),
    ],
)
def test_an_order_given_to_nobody_contradicts_nobody(kind: DocumentKind, body: str) -> None:
    document = read_document(kind, body if len(body) == 15 else body + check_character(body))
    assert sex_conflict(document, Sex.MALE) is None
    assert sex_conflict(document, Sex.FEMALE) is None


@pytest.mark.parametrize(("order", "other"), [("002", Sex.MALE), ("100", Sex.MALE), ("999", Sex.FEMALE)])
def test_every_other_order_can_contradict(order: str, other: Sex) -> None:
    body = "33042120100208" + order
    assert sex_conflict(read_document(K.RESIDENT_ID, body + check_character(body)), other) is not None


# --- refusals -------------------------------------------------------------------------------------


def test_unknown_division_is_flagged_not_refused() -> None:
    body = "339999" + "20100208" + "000"
    document = read_document(K.RESIDENT_ID, body + check_character(body))
    assert document.division is None
    assert document.flags == (Flag.UNKNOWN_DIVISION,)
    assert document.flags[0].words.zh


@pytest.mark.parametrize("digits", ["20100230", "20101301", "00000101", "18991231", "20110229"])
def test_impossible_birth_dates(digits: str) -> None:
    body = "330421" + digits + "000"
    assert refusal(K.RESIDENT_ID, body + check_character(body)).code is Fault.DATE


def test_future_birth_date_depends_on_the_day_in_beijing() -> None:
    body = "33042120260620000"
    number = body + check_character(body)
    with clock.frozen(datetime(2026, 6, 19, 15, 59, tzinfo=UTC)):
        assert refusal(K.RESIDENT_ID, number).code is Fault.FUTURE_BIRTH
    with clock.frozen(datetime(2026, 6, 19, 16, 0, tzinfo=UTC)):
        assert read_document(K.RESIDENT_ID, number).birth_date == date(2026, 6, 20)


def test_wrong_character_is_named_by_position() -> None:
    error = refusal(K.RESIDENT_ID, "3304212O100208000X")
    assert error.code is Fault.CHARACTER
    assert "第 8 位应为数字" in error.words.zh
    assert "第 18 位应为数字或字母 X" in refusal(K.RESIDENT_ID, "33042120100208000Y").words.zh


@pytest.mark.parametrize("raw", ["3.3042120100208E+17", "3.3E17", "330421201002080000.0"])
def test_spreadsheet_damage_is_recognised(raw: str) -> None:
    assert refusal(K.RESIDENT_ID, raw).code is Fault.SPREADSHEET


def test_empty_numbers() -> None:
    assert refusal(K.RESIDENT_ID, " 　").words.zh == "请填写身份证号码"
    assert read_document(K.OTHER, "").number == ""
    assert read_document(K.OTHER, "").state is IdentityState.OPEN


def test_too_long_input_is_refused_before_it_is_read() -> None:
    assert refusal(K.OTHER, "9" * 101).code is Fault.TOO_LONG


def test_a_resident_number_cannot_hide_under_another_kind() -> None:
    for kind in (K.PASSPORT, K.OTHER, K.HOUSEHOLD_BOOK, K.HONG_KONG, K.TEMPORARY_STUDENT):
        assert refusal(kind, "33042120100208000X").offers is K.RESIDENT_ID


def test_refusals_never_repeat_the_number() -> None:
    for raw in ("330421201002080001", "33042120100208000", "330421201013080001", "3304212O1002080001"):
        error = refusal(K.RESIDENT_ID, raw)
        for text in (str(error), error.words.zh, error.words.en):
            assert raw not in text
            assert "20100208" not in text


# --- other documents ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "number"),
    [
        (K.HONG_KONG, "A123456(3)", "A1234563"),
        (K.HONG_KONG, "H01234567", "H01234567"),
        (K.HONG_KONG, "ka0123456", "KA0123456"),
        (K.MACAU, "M01234567", "M01234567"),
        (K.MACAU, "1234567(8)", "12345678"),
        (K.TAIWAN_PERMIT, "01234567", "01234567"),
        (K.TAIWAN_PERMIT, "0012345601(B)", "0012345601B"),
        (K.PERMANENT_RESIDENCE, "CAN310012345678", "CAN310012345678"),
        (K.PASSPORT, "e 1234 5678", "E12345678"),
        (K.HOUSEHOLD_BOOK, "01234567", "01234567"),
        (K.SOLDIER_CARD, "士字第 20101234567 号", "士字第20101234567号"),
        (K.OFFICER_CARD, "南字第01234567号", "南字第01234567号"),
        (K.CIVIL_STAFF_CARD, "文字第1234号", "文字第1234号"),
        (K.RETIRED_FORCES_CARD, "退-123456", "退-123456"),
        (K.OTHER, "出生医学证明 K330123456", "出生医学证明K330123456"),
    ],
)
def test_written_forms_of_other_documents(kind: DocumentKind, raw: str, number: str) -> None:
    document = read_document(kind, raw)
    assert document.number == number
    assert (document.birth_date, document.sex, document.division) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (K.HONG_KONG, "12345678"),
        (K.MACAU, "H1234567"),
        (K.TAIWAN_PERMIT, "T1234567"),
        (K.PASSPORT, "ABCDEFG"),
        (K.PASSPORT, "A1"),
        (K.PASSPORT, "护照12345"),
        (K.HOUSEHOLD_BOOK, "？"),
    ],
)
def test_forms_that_cannot_be(kind: DocumentKind, raw: str) -> None:
    error = refusal(kind, raw)
    assert error.code is Fault.FORM
    assert error.words.zh.startswith(kind.number_words.zh)


def test_hong_kong_card_check_digit() -> None:
    assert refusal(K.HONG_KONG, "A123456(4)").code is Fault.CHECK_DIGIT


def test_new_permanent_residence_card() -> None:
    body = "931840" + "19850412" + "001"
    document = read_document(K.PERMANENT_RESIDENCE, body + check_character(body))
    assert (document.birth_date, document.sex, document.division) == (date(1985, 4, 12), Sex.MALE, None)
    assert refusal(K.RESIDENT_ID, document.number).offers is K.PERMANENT_RESIDENCE


# --- kinds ----------------------------------------------------------------------------------------


def test_every_kind_has_words_and_a_national_code() -> None:
    for kind in K:
        assert kind.words.zh
        assert kind.words.en
        assert len(kind.jyt_code) == 1
    assert K.RESIDENCE_PERMIT.jyt_code == "Z"
    assert K.PASSPORT.jyt_code == "A"


def test_age_begins_on_the_birthday() -> None:
    assert age_on(date(2012, 6, 21), date(2026, 6, 20)) == 13
    assert age_on(date(2012, 6, 20), date(2026, 6, 20)) == 14
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert age_on(date(2012, 2, 29), date(2026, 3, 1)) == 14


# --- properties -----------------------------------------------------------------------------------

births = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1))
prefixes = st.sampled_from(["310118", "310229", "320509", "320584", "330421", "440106", "650102"])
CLOCK = datetime(2026, 6, 20, 4, 0, tzinfo=UTC)


@st.composite
def resident_numbers(draw: st.DrawFn) -> str:
    body = f"{draw(prefixes)}{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + check_character(body)


@given(resident_numbers())
def test_round_trip_of_resident_numbers(number: str) -> None:
    with clock.frozen(CLOCK):
        document = read_document(K.RESIDENT_ID, number)
    assert document.number == number
    assert document.birth_date is not None
    assert f"{document.birth_date:%Y%m%d}" == number[6:14]
    assert document.sex is (Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)
    assert document.division == number[:6]


@given(resident_numbers(), st.data())
def test_messy_writing_reads_the_same(number: str, data: st.DataObject) -> None:
    full_width = {ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}
    mess = data.draw(st.lists(st.sampled_from(["", " ", "-", "\u3000", "\u200b", "—"]), min_size=18, max_size=18))
    wide = data.draw(st.lists(st.booleans(), min_size=18, max_size=18))
    raw = "".join(
        gap + (c.translate(full_width) if is_wide else c.lower())
        for gap, c, is_wide in zip(mess, number, wide, strict=True)
    )
    with clock.frozen(CLOCK):
        assert read_document(K.RESIDENT_ID, raw).number == number


@given(resident_numbers(), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_changed_digit_is_never_accepted(number: str, position: int, digit: str) -> None:
    changed = number[:position] + digit + number[position + 1 :]
    if changed == number:
        return
    with clock.frozen(CLOCK):
        refusal(K.RESIDENT_ID, changed)


@given(resident_numbers(), st.integers(0, 16))
def test_two_swapped_neighbours_are_never_accepted(number: str, position: int) -> None:
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    if swapped == number:
        return
    with clock.frozen(CLOCK):
        refusal(K.RESIDENT_ID, swapped)


@given(st.sampled_from(list(K)), st.text(max_size=120))
def test_no_text_crashes_the_reader(kind: DocumentKind, raw: str) -> None:
    try:
        document = read_document(kind, raw)
    except BadDocument:
        return
    assert read_document(kind, document.number).number == document.number


@given(st.sampled_from(list(K)), st.from_regex(r"[0-9]{14,19}[0-9Xx]?", fullmatch=True))
def test_no_digits_crash_the_reader(kind: DocumentKind, raw: str) -> None:
    try:
        document = read_document(kind, raw)
    except BadDocument:
        return
    assert belongs_to(document.number) in (None, kind)


def test_births_of_today_count() -> None:
    with clock.frozen(CLOCK):
        yesterday = clock.today() - timedelta(days=1)
        body = f"330421{yesterday:%Y%m%d}000"
        assert read_document(K.RESIDENT_ID, body + check_character(body)).birth_date == yesterday
