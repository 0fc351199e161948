from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import codes
from app.kernel.codes import BadCode, CodeFault, Sex

RESIDENT_IDS = [
    ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
    ("310105193501010017", date(1935, 1, 1), Sex.MALE),
    ("320801194002291239", date(1940, 2, 29), Sex.MALE),
]


@pytest.mark.parametrize(("number", "born_on", "sex"), RESIDENT_IDS)
def test_a_resident_id_tells_birth_date_and_sex(number, born_on, sex):
    normal = codes.normal_resident_id(number)

    assert normal == number
    assert codes.birth_date_of(normal) == born_on
    assert codes.sex_of(normal) == sex


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_a_resident_id_is_read_as_people_type_it(text):
    assert codes.normal_resident_id(text) == "11010519491231002X"


def with_check_digit(first_17):
    weights = [2**place % 11 for place in range(17, 0, -1)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, first_17, strict=True))
    return first_17 + "10X98765432"[total % 11]


BAD_RESIDENT_IDS = [
    ("", CodeFault.FORM),
    ("11010519491231002", CodeFault.FORM),
    ("11010519491231002XX", CodeFault.FORM),
    ("1101051949123100X2", CodeFault.FORM),
    ("01010519491231002X", CodeFault.FORM),
    ("11010519491231002Y", CodeFault.FORM),
    ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", CodeFault.FORM),
    ("110105491231002", CodeFault.FIRST_GENERATION),
    ("110105194912310021", CodeFault.CHECK_DIGIT),
    ("11010519491231003X", CodeFault.CHECK_DIGIT),
    (with_check_digit("11010519490229002"), CodeFault.BIRTH_DATE),
    (with_check_digit("11010519491301002"), CodeFault.BIRTH_DATE),
    (with_check_digit("11010519490001002"), CodeFault.BIRTH_DATE),
    (with_check_digit("11010518991231002"), CodeFault.BIRTH_DATE),
    (with_check_digit("11010500000101002"), CodeFault.BIRTH_DATE),
]


@pytest.mark.parametrize(("text", "reason"), BAD_RESIDENT_IDS)
def test_a_wrong_resident_id_is_refused_with_its_reason(text, reason):
    with pytest.raises(BadCode) as refused:
        codes.normal_resident_id(text)

    assert refused.value.reason == reason
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("region", ["999999", "810000", "830000", "910000", "132521"])
def test_the_region_of_a_resident_id_is_free(region):
    number = with_check_digit(region + "19900101001")

    assert codes.normal_resident_id(number) == number


@pytest.mark.parametrize("on", [date(1949, 12, 31), date(2026, 1, 1), None])
def test_a_birth_up_to_the_day_is_accepted(on):
    assert codes.normal_resident_id("11010519491231002X", on=on)


def test_a_birth_after_the_day_is_refused():
    with pytest.raises(BadCode, match="birth_date"):
        codes.normal_resident_id("11010519491231002X", on=date(1949, 12, 30))


@given(st.sampled_from([number for number, _, _ in RESIDENT_IDS]), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_in_a_resident_id_is_always_noticed(number, place, step):
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]

    with pytest.raises(BadCode):
        codes.normal_resident_id(wrong)


@pytest.mark.parametrize("text", ["91350100M000100Y43", "91350100m000100y43", "91350100 M000100Y43"])
def test_a_credit_code_is_read(text):
    assert codes.normal_credit_code(text) == "91350100M000100Y43"


BAD_CREDIT_CODES = [
    ("91350100M000100Y4", CodeFault.FORM),
    ("91350100M000100Y433", CodeFault.FORM),
    ("", CodeFault.FORM),
    ("91350100M000100Y44", CodeFault.CHECK_DIGIT),
    ("91350100M00010OY43", CodeFault.ALPHABET),
    ("91350100M000I00Y43", CodeFault.ALPHABET),
    ("9135010_M000100Y43", CodeFault.ALPHABET),
]


@pytest.mark.parametrize(("text", "reason"), BAD_CREDIT_CODES)
def test_a_wrong_credit_code_is_refused_with_its_reason(text, reason):
    with pytest.raises(BadCode) as refused:
        codes.normal_credit_code(text)

    assert refused.value.reason == reason


@given(st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_place_in_a_credit_code_is_always_noticed(place, step):
    right, alphabet = "91350100M000100Y43", codes.CREDIT_CODE_ALPHABET
    other = alphabet[(alphabet.index(right[place]) + step) % 31]

    with pytest.raises(BadCode, match="check_digit"):
        codes.normal_credit_code(right[:place] + other + right[place + 1 :])


READ = [
    (codes.normal_bank_account, "6222 0210 0011 2345 672", "6222021000112345672"),
    (codes.normal_bank_account, "12345678", "12345678"),
    (codes.normal_bank_account, "1" * 32, "1" * 32),
    (codes.normal_cnaps, "102290000012", "102290000012"),
    (codes.normal_cnaps, "1022 9000 0012", "102290000012"),
    (codes.normal_mobile, "13800131234", "13800131234"),
    (codes.normal_mobile, "+86 138-0013-1234", "13800131234"),
    (codes.normal_mobile, "＋８６１９９００００００００", "19900000000"),
    (codes.normal_national_item_code, "LT310000A00000001", "LT310000A00000001"),
    (codes.normal_item_code, "LT310000A00000001", "LT310000A00000001"),
    (codes.normal_item_code, "A", "A"),
    (codes.normal_item_code, "沪-07.b", "沪-07.b"),
    (codes.normal_item_code, "x" * 32, "x" * 32),
]


@pytest.mark.parametrize(("check", "text", "normal"), READ)
def test_codes_are_read_to_one_normal_form(check, text, normal):
    assert check(text) == normal
    assert check(normal) == normal


REFUSED = [
    (codes.normal_bank_account, "1234567"),
    (codes.normal_bank_account, "1" * 33),
    (codes.normal_bank_account, "6222-0210-0011"),
    (codes.normal_bank_account, "12345678a"),
    (codes.normal_bank_account, "١٢٣٤٥٦٧٨"),
    (codes.normal_cnaps, "10229000001"),
    (codes.normal_cnaps, "1022900000123"),
    (codes.normal_cnaps, "10229000001X"),
    (codes.normal_mobile, "12800131234"),
    (codes.normal_mobile, "1380013123"),
    (codes.normal_mobile, "138001312345"),
    (codes.normal_mobile, "8613800131234"),
    (codes.normal_mobile, "+8513800131234"),
    (codes.normal_mobile, "021-12345678"),
    (codes.normal_national_item_code, "LT310000A0000001"),
    (codes.normal_national_item_code, "LT310000A000000011"),
    (codes.normal_national_item_code, "lt310000a00000001"),
    (codes.normal_national_item_code, "LT310000-00000001"),
    (codes.normal_item_code, ""),
    (codes.normal_item_code, "  "),
    (codes.normal_item_code, "x" * 33),
    (codes.normal_item_code, "a\x00b"),
    (codes.normal_item_code, "a\ud800"),
]


@pytest.mark.parametrize(("check", "text"), REFUSED)
def test_codes_of_another_form_are_refused(check, text):
    with pytest.raises(BadCode) as refused:
        check(text)

    assert refused.value.reason == CodeFault.FORM


LUHN = [("6222021000112345672", True), ("6217001234567890122", True), ("6222021000112345673", False), ("0", True)]


@pytest.mark.parametrize(("account", "expected"), LUHN)
def test_luhn_gives_a_hint(account, expected):
    assert codes.luhn_ok(account) is expected
    assert len(account) < 8 or codes.normal_bank_account(account) == account


MASKED = [
    (codes.mask_name, "王秀英", "王*英"),
    (codes.mask_name, "王英", "王*"),
    (codes.mask_name, "欧阳秀英", "欧**英"),
    (codes.mask_name, "王", "*"),
    (codes.mask_name, "", ""),
    (codes.mask_id_number, "11010519491231002X", "110105********002X"),
    (codes.mask_id_number, "1101051949", "**********"),
    (codes.mask_phone, "13800131234", "138****1234"),
    (codes.mask_phone, "1380013", "*******"),
    (codes.mask_account, "6222021000112345672", "****5672"),
    (codes.mask_account, "12345678", "****5678"),
    (codes.mask_account, "1234567", "****"),
]


@pytest.mark.parametrize(("mask", "text", "shown"), MASKED)
def test_masks_show_only_what_lists_need(mask, text, shown):
    assert mask(text) == shown
