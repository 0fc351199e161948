"""What policy asks to be checked before service against what was checked: what is missing."""

from dataclasses import replace

import pytest

from app.checkin.checks import Check, ChecksMade, IdentityCheck, VoucherCheck
from app.checkin.rules.checks import VOUCHERS, asks_for_checks, find_missing_checks
from app.checkin.rules.grading import severity_of
from app.checkin.types import ExceptionCode, Found, Severity
from app.policies.oversight_codes import Voucher
from tests.checkin.terms import a_policy

NOTHING = {"identity_check_required": False, "limb_check_required": False, "risk_notice_required": False}
ALL = dict.fromkeys(NOTHING, True)
IDENTITY = NOTHING | {"identity_check_required": True}
LIMBS = NOTHING | {"limb_check_required": True}
RISKS = NOTHING | {"risk_notice_required": True}
BOTH = tuple(Voucher)
E_VOUCHER = (Voucher.E_VOUCHER,)
CARD = (Voucher.SOCIAL_SECURITY_CARD,)
CHECKED = ChecksMade(IdentityCheck.SEEN_CARD, None, limbs_checked=True, risks_told=True)
UNCHECKED = ChecksMade(IdentityCheck.NOT_CHECKED, None, limbs_checked=False, risks_told=False)
BY_PHONE = replace(CHECKED, identity=IdentityCheck.VOUCHER_SHOWN, voucher=VoucherCheck.SHOWN)
BY_CARD = replace(BY_PHONE, voucher=VoucherCheck.CARD_SHOWN)
CASES = [
    (NOTHING, BOTH, None, set()),
    (NOTHING, BOTH, UNCHECKED, set()),
    (ALL, BOTH, None, set(Check)),
    (ALL, BOTH, UNCHECKED, set(Check)),
    (ALL, BOTH, CHECKED, set()),
    (IDENTITY, BOTH, None, {Check.IDENTITY}),
    (IDENTITY, BOTH, replace(UNCHECKED, identity=IdentityCheck.KNOWN_PERSON), set()),
    (IDENTITY, BOTH, replace(CHECKED, identity=IdentityCheck.NOT_CHECKED), {Check.IDENTITY}),
    (IDENTITY, BOTH, BY_PHONE, set()),
    (IDENTITY, BOTH, BY_CARD, set()),
    (IDENTITY, E_VOUCHER, BY_PHONE, set()),
    (IDENTITY, E_VOUCHER, BY_CARD, {Check.IDENTITY}),
    (IDENTITY, CARD, BY_PHONE, {Check.IDENTITY}),
    (IDENTITY, (), BY_CARD, {Check.IDENTITY}),
    (IDENTITY, BOTH, replace(BY_PHONE, voucher=VoucherCheck.NOT_SHOWN), {Check.IDENTITY}),
    (IDENTITY, BOTH, replace(BY_PHONE, voucher=None), {Check.IDENTITY}),
    (IDENTITY, (), replace(BY_CARD, identity=IdentityCheck.SEEN_CARD), set()),
    (LIMBS, BOTH, None, {Check.LIMBS}),
    (LIMBS, BOTH, replace(CHECKED, limbs_checked=False), {Check.LIMBS}),
    (LIMBS, BOTH, replace(UNCHECKED, limbs_checked=True), set()),
    (RISKS, BOTH, None, {Check.RISKS}),
    (RISKS, BOTH, replace(CHECKED, risks_told=False), {Check.RISKS}),
    (RISKS, BOTH, replace(UNCHECKED, risks_told=True), set()),
]


@pytest.mark.parametrize(("asked", "vouchers", "made", "missing"), CASES)
def test_what_is_asked_for_and_was_not_checked_is_missing(
    asked: dict[str, bool], vouchers: tuple[Voucher, ...], made: ChecksMade | None, missing: set[Check]
):
    terms = a_policy(service=asked).service

    found = find_missing_checks(made, terms=terms, vouchers=vouchers)

    assert found == tuple(Found(ExceptionCode.CHECKS_MISSING, {"check": each}) for each in Check if each in missing)


@pytest.mark.parametrize(("asked", "is_asked"), [(NOTHING, False), (IDENTITY, True), (LIMBS, True), (RISKS, True)])
def test_checks_are_read_where_any_is_asked_for(asked: dict[str, bool], is_asked: bool):
    assert asks_for_checks(a_policy(service=asked).service) is is_asked


def test_every_voucher_of_a_policy_can_be_shown_and_what_is_missing_is_only_acknowledged():
    assert set(VOUCHERS.values()) == set(Voucher)
    assert severity_of(ExceptionCode.CHECKS_MISSING) is Severity.ACKNOWLEDGE
