"""Takes a file in. Whoever sends the same one again gets the first run, until that was refused or failed."""

import base64
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.imports.commands import RunView, Upload
from app.imports.models import LIVE, ImportFile, ImportRun
from app.imports.queries import run_view
from app.imports.types import FileForm, ImportKind, RunState
from app.kernel import audit, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, Permission, SystemActor
from app.kernel.settings import current_settings
from app.kernel.sheets import ZIP_SIGNATURE

CONTENT = "import_file.content"
LIVE_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.WRITTEN)
assert all(f"'{state.value}'" in LIVE for state in LIVE_STATES)  # noqa: S101 - one meaning, in SQL and in Python
# What an account must hold to send a kind of file; single columns may ask for more.
NEEDED: Mapping[ImportKind, Permission] = MappingProxyType(
    {
        ImportKind.STAFF: Permission.WRITE_CARERS,
        ImportKind.CLIENTS: Permission.WRITE_CLIENTS,
        ImportKind.FAMILIES: Permission.WRITE_CLIENTS,
        ImportKind.BANK_ACCOUNTS: Permission.WRITE_BANK_ACCOUNTS,
        ImportKind.ASSIGNMENTS: Permission.WRITE_CLIENTS,
        ImportKind.CARE_PLANS: Permission.WRITE_PLANS,
    }
)


class KindNeedsAccount(DomainError):
    """This kind of file is sent by a person: another one has to check what he recorded."""

    kind, code = ErrorKind.FORBIDDEN, "kind_needs_account"


class KindNotPermitted(DomainError):
    """The role of this account may not send this kind of file."""

    kind, code = ErrorKind.FORBIDDEN, "kind_not_permitted"


def receive(session: Session, upload: Upload, *, actor: AnyActor, grants_version: int | None, at: datetime) -> RunView:
    """Keep a file and queue its run; a run that was `created_at` before `at` is that of the same file sent before.

    Raises KindNotPermitted and KindNeedsAccount.
    """
    _check_kind(upload.kind, actor)
    keys = current_settings().key_ring
    digest = command_digest({"kind": upload.kind, "content": upload.content.hex()}, key=keys.command_key)
    values = _values(upload, actor, grants_version) | {"id": new_id(at=at), "file_digest": digest, "created_at": at}
    statement = insert(ImportRun).values(values).on_conflict_do_nothing().returning(ImportRun)
    run = session.scalars(statement).one_or_none()
    if run is None and (live := _find_live(session, values)) is not None:
        resend.mark_replay()
        return run_view(live)
    if run is None:  # the first run ended badly just now
        run = session.scalars(statement).one()
    text = base64.b64encode(upload.content).decode("ascii")
    session.add(ImportFile(run_id=run.id, content_enc=keys.encrypt(text, context=CONTENT)))
    session.flush()
    audit.record(
        session,
        "import.received",
        actor=actor,
        at=at,
        subject=("import", run.id),
        details={"kind": upload.kind, "mode": upload.mode, "size": len(upload.content)},
        keys=keys,
    )
    return run_view(run)


def _check_kind(kind: ImportKind, actor: AnyActor) -> None:
    if not isinstance(actor, Actor):
        if kind is ImportKind.BANK_ACCOUNTS:
            raise KindNeedsAccount
    elif not actor.may(NEEDED[kind]):
        raise KindNotPermitted(permission=NEEDED[kind].value)


def open_content(content_enc: bytes) -> bytes:
    """The file as it came."""
    return base64.b64decode(current_settings().key_ring.decrypt(content_enc, context=CONTENT))


def _values(upload: Upload, actor: AnyActor, grants_version: int | None) -> dict[str, object]:
    account = None if isinstance(actor, SystemActor) else actor
    return {
        "kind": upload.kind,
        "mode": upload.mode,
        "form": FileForm.XLSX if upload.content.startswith(ZIP_SIGNATURE) else FileForm.CSV,
        "account_id": account and account.account_id,
        "grant_id": account and account.grant_id,
        "grants_version": grants_version,
        "person_id": account and account.person_id,
        "role": account and account.role,
        "scope_kind": actor.scope.kind,
        "scope_key": actor.scope.key or "",
        "state": RunState.QUEUED,
        "rows": 0,
        "done": 0,
        "good": 0,
        "bad": 0,
    }


def _find_live(session: Session, values: dict[str, object]) -> ImportRun | None:
    same = (ImportRun.kind, ImportRun.mode, ImportRun.scope_key, ImportRun.file_digest)
    statement = select(ImportRun).where(*(column == values[column.key] for column in same))
    return session.scalars(statement.where(ImportRun.state.in_(LIVE_STATES))).one_or_none()
