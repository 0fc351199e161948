"""What a message says, whom which kind concerns, and when nobody is disturbed."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.permissions import Role
from app.messaging.types import Reminder, ReminderKind

LONGEST = 20
"""Characters of a `thing`; as UTF-16 counts them, so that a rare character of a name takes two."""

QUIET_FROM, QUIET_UNTIL = time(21, 30), time(7, 30)
CUT = "…"

OFFERED: dict[Role, tuple[ReminderKind, ...]] = {
    Role.CARER: (ReminderKind.CLOCK_OUT_OVERDUE, ReminderKind.WORK_REFUSED),
    Role.FAMILY_CARER: (ReminderKind.WORK_REFUSED, ReminderKind.PAYOUT_RETURNED),
    Role.GUARDIAN: (ReminderKind.CONFIRMATION_WAITING,),
}
"""At most three for a role: as many as WeChat asks about at once."""

PAGES = {
    ReminderKind.CLOCK_OUT_OVERDUE: "pages/visit/index?id={id}",
    ReminderKind.WORK_REFUSED: "pages/work/index?id={id}",
    ReminderKind.PAYOUT_RETURNED: "pages/payouts/index",
    ReminderKind.CONFIRMATION_WAITING: "pages/guardian-visit/index?id={id}",
}


def text_of(reminder: Reminder, *, zone: ZoneInfo) -> str:
    """The words of a message, within the length of a `thing`."""
    began = (reminder.service_at or reminder.at).astimezone(zone)
    day, name = f"{began.month}月{began.day}日", reminder.name or ""
    match reminder.kind:
        case ReminderKind.CLOCK_OUT_OVERDUE:
            return fitted(name, f"家{began.hour}:{began:%M}的服务还没签退")
        case ReminderKind.WORK_REFUSED:
            return f"{day}的服务没通过" + ("，可申诉" if reminder.may_appeal else "")
        case ReminderKind.PAYOUT_RETURNED:
            return "补助被银行退回，请换卡"
        case ReminderKind.CONFIRMATION_WAITING:
            return fitted(name, f"{day}的服务请您确认")


def fitted(name: str, rest: str) -> str:
    """A name and what follows it; too long a name is cut, what follows never is."""
    room = LONGEST - _length(rest)
    if _length(name) > room:
        while _length(name) > room - len(CUT):
            name = name[:-1]
        name += CUT
    return name + rest


def time_of(instant: datetime, *, zone: ZoneInfo) -> str:
    """An instant as fields of both kinds, time and date, take it."""
    local = instant.astimezone(zone)
    return f"{local:%Y}年{local.month}月{local.day}日 {local:%H:%M}"


def page_of(kind: ReminderKind, subject_id: UUID) -> str:
    """The page that a message opens."""
    return PAGES[kind].format(id=subject_id)


def is_quiet(local: time) -> bool:
    """Whether what can wait is told in the morning."""
    return local >= QUIET_FROM or local < QUIET_UNTIL


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
