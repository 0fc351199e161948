"""A carer says something of his visit or care day that people look into. It is kept for who decides, and decides
nothing by itself."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.checkin.queries import facts
from app.checkin.queries.photos import find_own_facts
from app.checkin.queries.remarks import NOTE_CONTEXT
from app.checkin.remark_models import Remark, RemarkNote
from app.checkin.remarks import RemarkTold, RemarkView
from app.checkin.rules.remarks import check_undecided
from app.checkin.service.reviews import lock_fact
from app.kernel import audit, resend
from app.kernel.canonical import command_digest
from app.kernel.errors import NotFound
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings


def leave_remark(session: Session, command: RemarkTold, *, actor: Actor, at: datetime) -> RemarkView:
    """Keep what a carer says of a visit or care day of his own, before anybody has decided about it; a resend changes
    nothing, however late. Raises NotFound, DecidedAlready, EventReused.
    """
    fact_id, keys = command.fact_id, current_settings().key_ring
    if not find_own_facts(session, ids=[fact_id], actor=actor):
        raise NotFound(kind="fact")
    subject = facts.find_subject(session, fact_id=fact_id)  # None: nobody has judged it yet
    if subject is not None:
        lock_fact(session, subject)  # who decides at this moment has either read it, or is done
    row, is_new = resend.insert_once(
        session,
        Remark,
        digest=command_digest({"command": command, "account_id": actor.account_id}, key=keys.command_key),
        id=command.id,
        fact_id=fact_id,
        kind=command.kind,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    view = RemarkView(row.id, row.kind, command.text, row.occurred_at, row.recorded_at)
    if not is_new:
        resend.mark_replay()
        return view
    if subject is not None:
        check_undecided(facts.get_fact(session, fact_id=fact_id, actor=actor).standing)
    session.execute(
        insert(RemarkNote).values(remark_id=row.id, text_enc=keys.encrypt(command.text, context=NOTE_CONTEXT))
    )
    about, details = ("fact", fact_id), {"remark_id": row.id}
    audit.record(session, "fact.remarked", actor=actor, at=at, subject=about, details=details, keys=keys)
    return view
