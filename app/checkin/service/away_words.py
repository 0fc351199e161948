"""A carer says why a tap was away from the home. It is kept and shown to who judges; it decides nothing by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.checkin.door_models import AwayWord
from app.checkin.door_words import AwayCase, AwayTold, AwayView
from app.checkin.queries import away_words as queries
from app.checkin.service.homes import propose_told
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.schedules.queries import get_visit


def tell_away(session: Session, command: AwayTold, *, visit_id: UUID, actor: Actor, at: datetime) -> AwayView:
    """Keep which case a tap was. "The address is wrong" proposes the place where the phone was, for a person to accept;
    after "not there yet" the next clock-in is when the visit begins.

    Kept with the visit that the tap belongs to by now; before the tap arrives, with the one it names. Raises NotFound
    when neither is the carer's, EventReused.
    """
    fact_id = queries.find_fact_of_own_tap(session, event_id=command.event_id, actor=actor)
    if fact_id is None:
        fact_id = get_visit(session, visit_id=visit_id, actor=actor).id
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    row, is_new = resend.insert_once(
        session,
        AwayWord,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        fact_id=fact_id,
        event_id=command.event_id,
        case=command.case,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    elif command.case is AwayCase.ADDRESS_WRONG:
        propose_told(session, event_id=command.event_id, fact_id=fact_id, actor=actor, at=at)
    return queries.view_of(row)
