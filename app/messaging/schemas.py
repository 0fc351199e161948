"""JSON of reminders by WeChat."""

import marshmallow as ma

from app.kernel.http.fields import Choice, Flag, Instant, PhoneId, Several, Text, WholeNumber
from app.kernel.http.schemas import CommandSchema
from app.messaging.types import DialogAnswer, DialogAnswered, ReminderKind, TemplateAnswer

MOST_TEMPLATES = 3


class TemplateAnswerSchema(CommandSchema):
    """What the dialog said of one template, under an id that the phone made."""

    command = TemplateAnswer

    id = PhoneId(required=True)
    template_id = Text(required=True, maximum=100)
    answer = Choice(DialogAnswer, required=True)


class DialogAnsweredSchema(CommandSchema):
    """What `wx.requestSubscribeMessage` answered."""

    command = DialogAnswered

    answers = Several(ma.fields.Nested(TemplateAnswerSchema), minimum=1, maximum=MOST_TEMPLATES, required=True)
    code = Text(
        allow_none=True,
        maximum=512,
        metadata={"description": "Of `wx.login`; needed to accept unless `is_reachable`"},
    )


class SubscriptionSchema(ma.Schema):
    """A kind of reminder, how many messages may still be sent of it, and what was answered last."""

    kind = Choice(ReminderKind, required=True)
    template_id = Text(required=True)
    left = WholeNumber(required=True)
    answer = Choice(DialogAnswer, required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class SubscriptionsSchema(ma.Schema):
    """What may be asked for in the actor's role; empty where no templates are set."""

    is_reachable = Flag(required=True, metadata={"description": "Accepting needs no `code`"})
    items = ma.fields.List(ma.fields.Nested(SubscriptionSchema), required=True)
