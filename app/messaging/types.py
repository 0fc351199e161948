"""Reminders by WeChat (提醒, 订阅消息): what is told, what users answered to WeChat's dialog, and what that leaves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ReminderKind(StrEnum):
    """What a message is about; each has a template of its own at WeChat."""

    CLOCK_OUT_OVERDUE = "clock_out_overdue"
    WORK_REFUSED = "work_refused"
    PAYOUT_RETURNED = "payout_returned"
    CONFIRMATION_WAITING = "confirmation_waiting"


class DialogAnswer(StrEnum):
    """What WeChat's dialog says of a template."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"  # WeChat has banned the template
    FILTER = "filter"  # WeChat shows only one of several templates of one title


@dataclass(frozen=True, slots=True)
class TemplateAnswer:
    """One template's answer, under the id that the phone made."""

    id: UUID
    template_id: str
    answer: DialogAnswer


@dataclass(frozen=True, slots=True)
class DialogAnswered:
    """Command: what a dialog said. `code` is one of `wx.login`, sent while nobody knows where to deliver."""

    answers: tuple[TemplateAnswer, ...]
    code: str | None = field(default=None, repr=False)

    @property
    def accepts(self) -> bool:
        """Whether anything may be sent for it."""
        return any(each.answer is DialogAnswer.ACCEPT for each in self.answers)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A kind that may be asked for: how many messages may still be sent, and what was answered last."""

    kind: ReminderKind
    template_id: str
    left: int
    answer: DialogAnswer | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What may be asked of an account in its role; `is_reachable`: no code is needed to accept."""

    is_reachable: bool
    items: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something to tell a person once; `at` is shown as its time. A name and an illness never stand together."""

    kind: ReminderKind
    person_id: UUID
    cause_id: UUID
    subject_id: UUID
    at: datetime
    service_at: datetime | None = None
    name: str | None = field(default=None, repr=False)
    may_appeal: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """A permission to send one message, used up: whose, and where WeChat delivers it (encrypted)."""

    account_id: UUID
    openid_enc: bytes = field(repr=False)
