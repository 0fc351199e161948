"""Numbers and codes people type: each check gives the normal form or raises BadCode; and their masked forms.

Full-width digits and letters (as Chinese keyboards give) are read as plain ones, spaces fall away.
Whether a number exists in the world is not known here.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

RESIDENT_ID_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_ID_CHECKS = "10X98765432"
FIRST_GENERATION_FORM = re.compile(r"[0-9]{15}")
EARLIEST_BIRTH = date(1900, 1, 1)

CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_LENGTH = 18

BANK_ACCOUNT_FORM = re.compile(r"[0-9]{8,32}")
CNAPS_FORM = re.compile(r"[0-9]{12}")
MOBILE_FORM = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
# Where a paper is on file: groups too short for an ID number, a phone or an account.
FILE_NUMBER_FORM = re.compile(r"[A-Z0-9]{1,8}(?:[-/][A-Z0-9]{1,8})*")
LONGEST_FILE_NUMBER = 40
CERTIFICATE_NUMBER_FORM = re.compile(r"(?![0-9]{17}[0-9Xx]\Z)[0-9A-Za-z][0-9A-Za-z-]{0,63}")
NATIONAL_ITEM_CODE_FORM = re.compile(r"[A-Z0-9]{17}")
LONGEST_ITEM_CODE = 32


class CodeFault(StrEnum):
    """Why a code is refused."""

    FORM = "form"
    FIRST_GENERATION = "first_generation"
    BIRTH_DATE = "birth_date"
    ALPHABET = "alphabet"
    CHECK_DIGIT = "check_digit"


class BadCode(ValueError):
    """A number or code is not one of its kind. Never holds the number itself, so that it may be logged."""

    def __init__(self, reason: CodeFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Sex(StrEnum):
    """Sex as the resident ID states it."""

    MALE = "male"
    FEMALE = "female"


def normal_resident_id(text: str, *, on: date | None = None) -> str:
    """Check a resident ID number (GB 11643, 18 places) and give it with an upper-case X.

    The region part is free, since abolished codes live on and residence permits use 81, 82, 83 and 9. With `on`, a
    birth after that day is refused. Old numbers of 15 digits are out of use: reason FIRST_GENERATION.
    """
    number = _plain(text).upper()
    if FIRST_GENERATION_FORM.fullmatch(number):
        raise BadCode(CodeFault.FIRST_GENERATION)
    if not RESIDENT_ID_FORM.fullmatch(number):
        raise BadCode(CodeFault.FORM)
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_ID_WEIGHTS, number[:17], strict=True))
    if RESIDENT_ID_CHECKS[total % 11] != number[17]:
        raise BadCode(CodeFault.CHECK_DIGIT)
    born_on = birth_date_of(number)
    if born_on < EARLIEST_BIRTH or (on is not None and born_on > on):
        raise BadCode(CodeFault.BIRTH_DATE)
    return number


def birth_date_of(resident_id: str) -> date:
    """Read the date of birth from a resident ID number in normal form."""
    try:
        return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))
    except ValueError:
        raise BadCode(CodeFault.BIRTH_DATE) from None


def sex_of(resident_id: str) -> Sex:
    """Read the sex from a resident ID number in normal form: the 17th digit is odd for men."""
    return Sex.MALE if int(resident_id[16]) % 2 else Sex.FEMALE


def normal_credit_code(text: str) -> str:
    """Check a unified social credit code (统一社会信用代码, GB 32100, 18 places) and give it in upper case."""
    code = _plain(text).upper()
    if len(code) != CREDIT_CODE_LENGTH:
        raise BadCode(CodeFault.FORM)
    if not set(code) <= set(CREDIT_CODE_ALPHABET):
        raise BadCode(CodeFault.ALPHABET)
    values = [CREDIT_CODE_ALPHABET.index(letter) for letter in code]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    if (31 - total % 31) % 31 != values[17]:
        raise BadCode(CodeFault.CHECK_DIGIT)
    return code


def normal_bank_account(text: str) -> str:
    """Check a bank account or card number: 8 to 32 digits. Luhn is not asked, since old passbooks fail it."""
    return _matching(BANK_ACCOUNT_FORM, _plain(text))


def luhn_ok(account: str) -> bool:
    """Say whether a number in normal form passes Luhn. A hint to look at it twice, never a ground to refuse."""
    digits = [int(digit) for digit in reversed(account)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def normal_cnaps(text: str) -> str:
    """Check a CNAPS number of a bank branch (联行号): 12 digits. How its check digit is made is not public."""
    return _matching(CNAPS_FORM, _plain(text))


def normal_mobile(text: str) -> str:
    """Check a mainland mobile number and give its 11 digits, without +86, spaces and dashes."""
    found = MOBILE_FORM.fullmatch(_plain(text).replace("-", ""))
    if found is None:
        raise BadCode(CodeFault.FORM)
    return found[1]


def normal_national_item_code(text: str) -> str:
    """Check a national service item code: 17 upper-case letters and digits (医保办函〔2025〕28号), otherwise opaque."""
    return _matching(NATIONAL_ITEM_CODE_FORM, _plain(text))


def normal_item_code(text: str) -> str:
    """Check a region's own service item code: 1 to 32 printable characters; a national code passes too."""
    code = _plain(text)
    if not 1 <= len(code) <= LONGEST_ITEM_CODE or not code.isprintable():
        raise BadCode(CodeFault.FORM)
    return code


def normal_file_number(text: str) -> str:
    """Check a file number and give it with upper-case letters."""
    number = _matching(FILE_NUMBER_FORM, _plain(text).upper())
    if len(number) > LONGEST_FILE_NUMBER:
        raise BadCode(CodeFault.FORM)
    return number


def normal_certificate_number(text: str) -> str:
    """Check the number of a certificate: letters, digits and dashes, and no resident ID number."""
    return _matching(CERTIFICATE_NUMBER_FORM, _plain(text))


def mask_name(name: str) -> str:
    """王秀英 → 王*英, 王英 → 王*; longer names keep their first and last character."""
    if len(name) <= 2:
        return name[:1] + "*" if len(name) == 2 else "*" * len(name)
    return _masked(name, head=1, tail=1)


def mask_id_number(number: str) -> str:
    """11010519491231002X → 110105********002X."""
    return _masked(number, head=6, tail=4)


def mask_phone(phone: str) -> str:
    """13800131234 → 138****1234."""
    return _masked(phone, head=3, tail=4)


def mask_account(account: str) -> str:
    """6222021000112345672 → ****5672 (尾号): the length stays hidden too. Under 8 digits nothing shows."""
    return "****" + account[-4:] if len(account) >= 8 else "****"


def _masked(text: str, *, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[-tail:] if hidden > 0 else "*" * len(text)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _matching(form: re.Pattern[str], text: str) -> str:
    if not form.fullmatch(text):
        raise BadCode(CodeFault.FORM)
    return text
