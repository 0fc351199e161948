"""JSON of what is told to carers and families."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Flag, Id, Instant, Several, Text
from app.kernel.http.schemas import CommandSchema
from app.kernel.http.told import Told
from app.payouts.messages import MessageKind, MessagesRead

MOST_IDS = 100


class MessageSchema(ma.Schema):
    """One message: what happened, in a sentence without names, and what it is about."""

    id = Text(required=True)
    kind = Choice(MessageKind, required=True)
    text = Told("messages", of="kind")
    subject_id = Id(required=True)
    told_at = Instant(required=True)
    is_read = Flag(required=True)


class MessageListSchema(ma.Schema):
    """The newest in front, at most a hundred."""

    items = ma.fields.List(ma.fields.Nested(MessageSchema), required=True)


class MessagesReadSchema(CommandSchema):
    """Which were read."""

    command = MessagesRead

    ids = Several(Text(maximum=100), minimum=1, maximum=MOST_IDS, required=True)
