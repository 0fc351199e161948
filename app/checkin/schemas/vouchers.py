"""JSON of scanned e-vouchers."""

import marshmallow as ma

from app.checkin.vouchers import NewVoucherScan, VoucherState
from app.kernel.http.fields import Choice, Id, Instant, PhoneId, PhoneInstant, Text
from app.kernel.http.schemas import CommandSchema

LONGEST_CODE = 200


class NewVoucherScanSchema(CommandSchema):
    """The code on the client's phone as it was scanned; sent at once, since it lives for about a minute."""

    command = NewVoucherScan

    id = PhoneId(required=True)
    code = Text(required=True, maximum=LONGEST_CODE, metadata={"description": "Asked about, and not kept"})
    occurred_at = PhoneInstant(required=True)


class VoucherScanSchema(ma.Schema):
    """What is known of a scan. `not_traced`: it was shown, go on; sent again it is asked about again."""

    id = Id(required=True)
    visit_id = Id(required=True)
    state = Choice(VoucherState, required=True)
    trace_id = Text(required=True, allow_none=True)
    occurred_at = PhoneInstant(required=True)
    received_at = Instant(required=True)
