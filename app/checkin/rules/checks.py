"""Which checks before service a region asks for were not made."""

from collections.abc import Collection

from app.checkin.checks import Check, ChecksMade, IdentityCheck, VoucherCheck
from app.checkin.types import ExceptionCode, Found
from app.policies.oversight_codes import Voucher
from app.policies.oversight_terms import ServiceTerms

VOUCHERS: dict[VoucherCheck | None, Voucher] = {
    VoucherCheck.SHOWN: Voucher.E_VOUCHER,
    VoucherCheck.CARD_SHOWN: Voucher.SOCIAL_SECURITY_CARD,
}


def asks_for_checks(terms: ServiceTerms) -> bool:
    """Say whether anything is to be checked before service."""
    return terms.identity_check_required or terms.limb_check_required or terms.risk_notice_required


def find_missing_checks(
    made: ChecksMade | None, *, terms: ServiceTerms, vouchers: Collection[Voucher]
) -> tuple[Found, ...]:
    """Compare what was checked with what policy asks for: one entry per check that is missing.

    A voucher says who the client is when it is one of those that count in the region. `made` is None where nothing was
    told.
    """
    cases = (
        (terms.identity_check_required, Check.IDENTITY, made is not None and _is_identified(made, vouchers=vouchers)),
        (terms.limb_check_required, Check.LIMBS, made is not None and made.limbs_checked),
        (terms.risk_notice_required, Check.RISKS, made is not None and made.risks_told),
    )
    return tuple(
        Found(ExceptionCode.CHECKS_MISSING, {"check": check})
        for is_asked, check, is_made in cases
        if is_asked > is_made
    )


def _is_identified(made: ChecksMade, *, vouchers: Collection[Voucher]) -> bool:
    if made.identity is IdentityCheck.VOUCHER_SHOWN:
        return VOUCHERS.get(made.voucher) in vouchers
    return made.identity is not IdentityCheck.NOT_CHECKED
