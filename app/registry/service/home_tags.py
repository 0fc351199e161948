"""Home tags: issued for a client whom the actor may change, printed, programmed into a chip, withdrawn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import resend
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.kernel.tag_codes import PRINTED, chip_key, write_code
from app.registry.commands import TagRevocation
from app.registry.models import Client
from app.registry.queries import one_or_not_found, visible_clients
from app.registry.service.scopes import check_alive, client_to_change, note, today_of
from app.registry.shown import ChipKey, HomeTagView
from app.registry.tag_models import HomeTag, HomeTagRevocation


class HomeTagRevoked(DomainError):
    """A withdrawn tag is neither printed nor programmed again."""

    kind, code = ErrorKind.CONFLICT, "home_tag_revoked"


class HomeTagKeyGone(DomainError):
    """The key that signs this tag was taken out: a new tag is needed."""

    kind, code = ErrorKind.CONFLICT, "home_tag_key_gone"


def issue_tag(session: Session, *, client_id: UUID, actor: Actor, at: datetime) -> HomeTagView:
    """Issue a tag for a client's home. Raises NotFound, ClientLeftAgency, ClientDied."""
    client = client_to_change(session, client_id=client_id, actor=actor, at=at)
    check_alive(client, on=today_of(actor, at=at))
    key_id = current_settings().tag_keys.current
    row = HomeTag(id=new_id(at=at), client_id=client_id, key_id=key_id, account_id=actor.account_id, recorded_at=at)
    session.add(row)
    session.flush()
    note(session, "client.home_tag_issued", subject=("client", client_id), actor=actor, at=at, home_tag_id=row.id)
    return _view(row, None)


def list_tags(session: Session, *, client_id: UUID, actor: Actor) -> tuple[HomeTagView, ...]:
    """The tags of a client of the actor's scope, withdrawn ones too; a home has a few at most. Raises NotFound."""
    one_or_not_found(session, visible_clients(actor).where(Client.id == client_id))
    rows = session.execute(_with_end().where(HomeTag.client_id == client_id).order_by(HomeTag.id))
    return tuple(_view(row[0], row[1]) for row in rows)


def revoke_tag(
    session: Session, command: TagRevocation, *, home_tag_id: UUID, actor: Actor, at: datetime
) -> HomeTagView:
    """Withdraw a tag: what is scanned from now on proves nothing. The first withdrawal counts."""
    row, _ = _tag_to_change(session, home_tag_id, actor=actor, at=at)
    once = insert(HomeTagRevocation).on_conflict_do_nothing(index_elements=["home_tag_id"])
    values = {"home_tag_id": home_tag_id, "reason": command.reason, "account_id": actor.account_id, "recorded_at": at}
    if session.scalar(once.values(**values).returning(HomeTagRevocation.home_tag_id)) is None:
        resend.mark_replay()
    else:
        about = ("client", row.client_id)
        note(session, "client.home_tag_revoked", subject=about, actor=actor, at=at, home_tag_id=home_tag_id)
    return _view(row, session.get_one(HomeTagRevocation, home_tag_id))


def print_code(session: Session, *, home_tag_id: UUID, actor: Actor, at: datetime) -> str:
    """What the printed tag says. Raises NotFound, ClientLeftAgency, HomeTagRevoked, HomeTagKeyGone."""
    row = _usable(session, home_tag_id, actor=actor, at=at)
    return write_code(actor.region, home_tag_id, PRINTED, key=_key_of(row))


def show_chip_key(session: Session, *, home_tag_id: UUID, actor: Actor, at: datetime) -> ChipKey:
    """The key by which a tag's chip signs its counter; that it was shown is audited. Raises as `print_code`."""
    row = _usable(session, home_tag_id, actor=actor, at=at)
    about = ("client", row.client_id)
    note(session, "client.home_tag_programmed", subject=about, actor=actor, at=at, home_tag_id=home_tag_id)
    key = chip_key(home_tag_id, key=_key_of(row))
    return ChipKey(home_tag_id, f"anhu:{actor.region}:{home_tag_id}:", key.hex())


def _key_of(row: HomeTag) -> bytes:
    key = current_settings().tag_keys.keys.get(row.key_id)
    if key is None:
        raise HomeTagKeyGone(home_tag_id=row.id)
    return key


def _usable(session: Session, home_tag_id: UUID, *, actor: Actor, at: datetime) -> HomeTag:
    row, end = _tag_to_change(session, home_tag_id, actor=actor, at=at)
    if end is not None:
        raise HomeTagRevoked(home_tag_id=home_tag_id)
    return row


def _tag_to_change(
    session: Session, home_tag_id: UUID, *, actor: Actor, at: datetime
) -> tuple[HomeTag, HomeTagRevocation | None]:
    clients = visible_clients(actor).with_only_columns(Client.id)
    tag = one_or_not_found(session, select(HomeTag).where(HomeTag.id == home_tag_id, HomeTag.client_id.in_(clients)))
    client_to_change(session, client_id=tag.client_id, actor=actor, at=at)
    return tag, session.get(HomeTagRevocation, home_tag_id)


def _with_end() -> Select[HomeTag, HomeTagRevocation]:
    return select(HomeTag, HomeTagRevocation).outerjoin(HomeTagRevocation, HomeTagRevocation.home_tag_id == HomeTag.id)


def _view(row: HomeTag, end: HomeTagRevocation | None) -> HomeTagView:
    return HomeTagView(
        row.id, row.client_id, row.recorded_at, end.recorded_at if end else None, end.reason if end else None
    )
