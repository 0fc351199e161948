"""JSON of checks before service, and of a fact with them."""

from typing import Any

import marshmallow as ma

from app.checkin.checks import Checks, IdentityCheck, IdentityReason, LimbCheck, VoucherCheck, VoucherReason
from app.checkin.schemas.door_words import AwayWordSchema
from app.checkin.schemas.facts import FactSchema
from app.checkin.schemas.photos import PhotoSchema
from app.checkin.schemas.remarks import RemarkSchema
from app.checkin.schemas.vouchers import VoucherScanSchema
from app.checkin.statements import Signature, Speaker, StatementReason
from app.kernel.http.fields import Choice, Flag, Id, Instant, PhoneId, PhoneInstant
from app.kernel.http.schemas import CommandSchema


class ChecksSchema(CommandSchema):
    """What was checked before a visit: who the client is, his limbs, whether he was told the risks, what he showed."""

    command = Checks

    id = PhoneId(required=True)
    identity = Choice(IdentityCheck, required=True)
    identity_reason = Choice(IdentityReason, load_default=None, allow_none=True)
    limbs = Choice(LimbCheck, load_default=LimbCheck.NOT_CHECKED)
    risks_told = Flag(load_default=False)
    voucher = Choice(VoucherCheck, load_default=None, allow_none=True)
    voucher_reason = Choice(VoucherReason, load_default=None, allow_none=True)
    occurred_at = PhoneInstant(required=True)

    @ma.validates_schema
    def _check_reasons(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("identity") is IdentityCheck.NOT_CHECKED and not data.get("identity_reason"):
            raise ma.ValidationError("reason_needed", "identity_reason")
        if data.get("voucher") is VoucherCheck.NOT_SHOWN and not data.get("voucher_reason"):
            raise ma.ValidationError("reason_needed", "voucher_reason")


class ChecksShownSchema(ma.Schema):
    """Checks as they were told; `limbs` says `not_checked` as well where what was found is deleted."""

    id = Id(required=True)
    identity = Choice(IdentityCheck, required=True)
    identity_reason = Choice(IdentityReason, required=True, allow_none=True)
    limbs = Choice(LimbCheck, required=True)
    risks_told = Flag(required=True)
    voucher = Choice(VoucherCheck, required=True, allow_none=True)
    voucher_reason = Choice(VoucherReason, required=True, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)


class StatementSchema(ma.Schema):
    """What client, carer or agency said of a visit; `holds` says whether it is a witness, a denial, or neither."""

    id = Id(required=True)
    speaker = Choice(Speaker, required=True)
    times = Flag(required=True, allow_none=True)
    items = Flag(required=True, allow_none=True)
    service = Flag(required=True, allow_none=True)
    signature = Choice(Signature, required=True)
    reason = Choice(StatementReason, required=True, allow_none=True)
    began_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    holds = Flag(required=True, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)


class CheckedFactSchema(FactSchema):
    """A fact with the checks before its visit, what is said of it and of its taps, its photos and the e-vouchers
    scanned, the last told last; null for who is neither agency nor fund."""

    checks = ma.fields.List(ma.fields.Nested(ChecksShownSchema), required=True, allow_none=True)
    statements = ma.fields.List(ma.fields.Nested(StatementSchema), required=True, allow_none=True)
    photos = ma.fields.List(ma.fields.Nested(PhotoSchema), required=True, allow_none=True)
    vouchers = ma.fields.List(ma.fields.Nested(VoucherScanSchema), required=True, allow_none=True)
    away_words = ma.fields.List(ma.fields.Nested(AwayWordSchema), required=True, allow_none=True)
    remarks = ma.fields.List(ma.fields.Nested(RemarkSchema), required=True, allow_none=True)
