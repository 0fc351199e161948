"""Reads what may be sent to whom."""

from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, Identity
from app.accounts.types import AccountState
from app.kernel.outside import MessageTemplate
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.messaging.models import ReminderAnswer, ReminderSent, WeChatAddress
from app.messaging.types import DialogAnswer, Reminder, ReminderKind, Spent, Subscription

UNUSED = ~exists().where(ReminderSent.answer_id == ReminderAnswer.id)


def template_of(kind: ReminderKind) -> MessageTemplate | None:
    """The template of a kind; None: it is never sent."""
    return current_settings().wechat.templates.get(kind.value)


def granted_people(kind: ReminderKind) -> Select[UUID | None]:
    """People to whom a message of a kind may be sent now. Unscoped: for jobs."""
    return open_answers(kind).with_only_columns(Account.person_id)


def open_answers(kind: ReminderKind) -> Select[ReminderAnswer]:
    """Permissions not used yet, given for the present template by who still is the account's WeChat user. Unscoped."""
    template = template_of(kind)
    return (
        select(ReminderAnswer)
        .join(Account, Account.id == ReminderAnswer.account_id)
        .where(
            ReminderAnswer.kind == kind,
            ReminderAnswer.template_id == (template.id if template else None),
            ReminderAnswer.answer == DialogAnswer.ACCEPT,
            Account.identity_id == ReminderAnswer.identity_id,
            Account.state == AccountState.ACTIVE,
            UNUSED,
        )
    )


def find_oldest(session: Session, kind: ReminderKind, *, person_id: UUID) -> tuple[UUID, Spent] | None:
    """A person's oldest permission not used yet, with where to deliver. Unscoped: for jobs."""
    statement = (
        open_answers(kind)
        .join(
            WeChatAddress,
            and_(
                WeChatAddress.account_id == ReminderAnswer.account_id,
                WeChatAddress.identity_id == ReminderAnswer.identity_id,
            ),
        )
        .where(Account.person_id == person_id)
        .order_by(ReminderAnswer.recorded_at, ReminderAnswer.id)
        .limit(1)
        .with_only_columns(ReminderAnswer.id, ReminderAnswer.account_id, WeChatAddress.openid_enc)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row.id, Spent(row.account_id, row.openid_enc))


def was_told(session: Session, reminder: Reminder, *, account_id: UUID) -> bool:
    """Whether an account was told of a cause. Unscoped: for jobs."""
    told = (ReminderSent.cause_id == reminder.cause_id, ReminderSent.account_id == account_id)
    return bool(session.scalar(select(exists().where(*told, ReminderSent.kind == reminder.kind))))


def find_identity(session: Session, *, actor: Actor) -> tuple[UUID, bytes | None] | None:
    """The WeChat user of the actor's account, with the keyed hash of his openid."""
    statement = select(Identity.id, Identity.openid_index).join(Account, Account.identity_id == Identity.id)
    row = session.execute(statement.where(Account.id == actor.account_id)).one_or_none()
    return None if row is None else (row.id, row.openid_index)


def is_reachable(session: Session, *, actor: Actor) -> bool:
    """Whether WeChat's address of the account's present user is kept."""
    present = exists().where(Account.id == WeChatAddress.account_id, Account.identity_id == WeChatAddress.identity_id)
    return bool(session.scalar(select(exists().where(WeChatAddress.account_id == actor.account_id, present))))


def get_subscription(session: Session, kind: ReminderKind, template: MessageTemplate, *, actor: Actor) -> Subscription:
    """What the actor's account answered about a kind; two statements."""
    own = open_answers(kind).where(ReminderAnswer.account_id == actor.account_id)
    left = session.scalar(own.with_only_columns(func.count()))
    answered = select(ReminderAnswer).where(ReminderAnswer.account_id == actor.account_id, ReminderAnswer.kind == kind)
    last = session.scalars(answered.order_by(ReminderAnswer.recorded_at.desc(), ReminderAnswer.id.desc()).limit(1))
    row = last.one_or_none()
    return Subscription(kind, template.id, left or 0, row.answer if row else None, row.recorded_at if row else None)
