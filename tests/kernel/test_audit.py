"""Who did what: an entry that stays, details that only a key opens."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.kernel import audit
from app.kernel.audit import AuditDetail, AuditEntry
from app.kernel.ids import instant_of
from app.kernel.permissions import Actor, AnyActor, Role, Scope, ScopeKind, SystemActor
from app.kernel.settings import current_settings

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SUBJECT = UUID(int=5)
PERSON = Actor("tianjin", UUID(int=1), Role.SUPERVISOR, Scope(ScopeKind.FUND), UUID(int=2))
JOB = SystemActor("tianjin", "nightly")


def record(db: Session, actor: AnyActor, **details: object) -> UUID:
    known = set(db.scalars(select(AuditEntry.id)))
    audit.record(
        db,
        "client.open",
        actor=actor,
        at=NOW,
        subject=("client", SUBJECT),
        details=details,
        keys=current_settings().key_ring,
    )
    (new,) = set(db.scalars(select(AuditEntry.id))) - known
    return new


@pytest.mark.parametrize(("actor", "account", "job"), [(PERSON, PERSON.account_id, None), (JOB, None, "nightly")])
def test_an_entry_says_who_did_what_when(tianjin: Session, actor: AnyActor, account: UUID | None, job: str | None):
    entry = tianjin.get_one(AuditEntry, record(tianjin, actor))

    assert (entry.actor_id, entry.job, entry.action, entry.subject_id) == (account, job, "client.open", SUBJECT)
    assert entry.recorded_at == NOW
    assert instant_of(entry.id) == NOW


def test_details_are_encrypted_and_held_to_their_digest(tianjin: Session):
    first, same, other = (record(tianjin, PERSON, name=name, at=NOW) for name in ("王芳", "王芳", "李明"))

    detail = tianjin.get_one(AuditDetail, first)
    digests = [tianjin.get_one(AuditEntry, entry).details_digest for entry in (first, same, other)]
    opened = current_settings().key_ring.decrypt(detail.payload_enc, context="audit_detail.payload")
    assert "王芳".encode() not in detail.payload_enc
    assert "王芳" in opened
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("statement", [update(AuditEntry).values(action="other"), delete(AuditEntry)])
def test_the_running_system_cannot_change_an_entry(tianjin: Session, statement):
    record(tianjin, PERSON)

    with pytest.raises(ProgrammingError, match="permission denied"), tianjin.begin_nested():
        tianjin.execute(statement)


def test_details_may_be_deleted_and_the_entry_stays(tianjin: Session):
    entry = record(tianjin, PERSON, name="王芳")

    tianjin.execute(delete(AuditDetail).where(AuditDetail.entry_id == entry))

    assert tianjin.scalars(select(AuditEntry.id)).all() == [entry]
