"""JSON of confirmations of a client's own share."""

import marshmallow as ma

from app.careplans.types import ConfirmationWay
from app.checkin.shares import ShareEntry
from app.kernel.http.fields import Choice, Day, FileNumber, Id, Instant, Month, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema

MOST_FEN = 100_000_000


class ShareEntrySchema(CommandSchema):
    """What a client bears himself of an agency's care in a month; paper with its file number, never a name."""

    command = ShareEntry

    agency_id = Id(required=True)
    month = Month(required=True)
    share_fen = WholeNumber(required=True, validate=ma.validate.Range(0, MOST_FEN, error="share_fen_out_of_range"))
    way = Choice(ConfirmationWay, load_default=ConfirmationWay.OWN_PHONE)
    document = FileNumber(load_default=None)


class ShareSchema(ma.Schema):
    """A confirmed share."""

    id = Id(required=True)
    client_id = Id(required=True)
    agency_id = Id(required=True)
    month = Day(required=True)
    share_fen = WholeNumber(required=True)
    way = Choice(ConfirmationWay, required=True)
    document = Text(required=True, allow_none=True)
    confirmed_at = Instant(required=True)
