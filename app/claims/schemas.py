"""JSON of fee lists and their confirmations."""

import marshmallow as ma

from app.claims.types import ConfirmFees, FeeState
from app.kernel.http.fields import Choice, Day, Flag, Id, Instant, Month, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema

DIGEST = ma.validate.Regexp(r"^[0-9a-f]{64}\Z", error="not_a_digest")


def _fen() -> WholeNumber:
    """An amount; null where it is not known here."""
    return WholeNumber(required=True, allow_none=True)


class ExtraSchema(ma.Schema):
    """An item beside the plan that the client pays himself, at the price told before he agreed; null: none was kept."""

    item_code = Text(required=True)
    name = Text(required=True, allow_none=True)
    price_fen = _fen()


class SplitSchema(ma.Schema):
    """What the accepted care costs: `total = fund + personal`, and what of `personal` lies over a limit."""

    total_fen = _fen()
    fund_fen = _fen()
    personal_fen = _fen()
    over_fen = _fen()


class FeeLineSchema(ma.Schema):
    """A visit; `minutes` are accepted ones where it is accepted. In review or refused it has no amounts."""

    visit_id = Id(required=True)
    service_on = Day(required=True)
    began_at = Instant(required=True, allow_none=True)
    minutes = WholeNumber(required=True)
    state = Choice(FeeState, required=True)
    split = ma.fields.Nested(SplitSchema, required=True)
    extras = ma.fields.List(ma.fields.Nested(ExtraSchema), required=True)
    extra_fen = _fen()


class FeeTotalsSchema(ma.Schema):
    """Sums of the accepted visits; null where the amount of one of them is not known."""

    accepted = WholeNumber(required=True)
    in_review = WholeNumber(required=True)
    minutes = WholeNumber(required=True)
    split = ma.fields.Nested(SplitSchema, required=True)
    extra_fen = _fen()


class LastConfirmationSchema(ma.Schema):
    """The confirmation of this list, else the newest of an older one."""

    confirmed_at = Instant(required=True)
    personal_fen = WholeNumber(required=True)
    is_current = Flag(required=True)


class FeeListSchema(ma.Schema):
    """A month's fee list (费用清单). `digest` names all accepted visits of the client; `is_whole` says that this actor
    sees every visit. `waits_for_share`: one waits for the confirmation of the month's own share to be accepted."""

    client_id = Id(required=True)
    month = Month(required=True)
    lines = ma.fields.List(ma.fields.Nested(FeeLineSchema), required=True)
    totals = ma.fields.Nested(FeeTotalsSchema, required=True)
    digest = Text(required=True)
    is_whole = Flag(required=True)
    waits_for_share = Flag(required=True)
    confirmation = ma.fields.Nested(LastConfirmationSchema, required=True, allow_none=True)


class ConfirmFeesSchema(CommandSchema):
    """The personal share of the list with this digest is confirmed."""

    command = ConfirmFees

    month = Month(required=True)
    digest = Text(required=True, validate=DIGEST)


class FeeConfirmationSchema(ma.Schema):
    """A confirmed list."""

    id = Id(required=True)
    client_id = Id(required=True)
    month = Month(required=True)
    digest = Text(required=True)
    personal_fen = WholeNumber(required=True)
    extra_fen = _fen()
    confirmed_at = Instant(required=True)
