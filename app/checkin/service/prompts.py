"""Asks family carers at random times where they are, and takes their answers."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.prompt_models import Prompt, PromptAnswer
from app.checkin.prompts import DuePrompt, PromptAnswerView, PromptTap
from app.checkin.queries import prompts as queries
from app.checkin.queries.door import load_client_door
from app.checkin.rules.location import judge_location, kept_fix
from app.checkin.rules.prompts import draw_prompts, is_in_time, is_open
from app.checkin.service.events import SALT_BYTES, check_source, position_digest, store_position
from app.checkin.service.late_events import judge_prompted_days
from app.checkin.service.settling import policy_on
from app.checkin.service.turns import take_turn
from app.kernel import clock, resend
from app.kernel.canonical import command_digest
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.registry.types import CarerKind


def open_prompts(session: Session, *, actor: SystemActor, at: datetime) -> int:
    """Ask whoever is due now, in the districts that ask at all; how many are asked. Safe to run twice."""
    zone, key = zone_of(actor.region), current_settings().key_ring.command_key
    today = clock.local_date(at, zone)
    policies = {
        district: policy_on(today, region=actor.region, district=district, at=at)
        for district in queries.list_districts(session)
    }
    asking = {district for district, policy in policies.items() if policy.family.prompts_per_week}
    families = queries.list_families(session, districts=asking, on=today) if asking else []
    rows = []
    for carer_id, client_id, district in families:
        terms, ids = policies[district].family, {"carer_id": carer_id, "client_id": client_id}
        rows += [
            ids | {"opens_at": due.opens_at, "closes_at": due.closes_at, "policy_digest": policies[district].digest}
            for due in draw_prompts(**ids, on=today, zone=zone, terms=terms, key=key)
            if is_open(due, at=at)
        ]
    if not rows:
        return 0
    told = [{"id": new_id(at=at), "day": today, "recorded_at": at} | row for row in rows]
    asked = insert(Prompt).on_conflict_do_nothing(index_elements=["carer_id", "client_id", "opens_at"])
    return len(session.scalars(asked.returning(Prompt.id), told).all())


def answer_prompt(
    session: Session, command: PromptTap, *, prompt_id: UUID, actor: Actor, at: datetime
) -> PromptAnswerView:
    """Keep an answer to a prompt of the actor's own; in time and from the home it is a witness of the care day, and a
    day that waits is judged again. Whatever else it says costs nothing.

    Raises NotFound, EventReused, SimulatedLocation in production.
    """
    settings = current_settings()
    check_source(command.fix, settings=settings)
    prompt = queries.get_own_prompt(session, prompt_id=prompt_id, actor=actor)
    door = load_client_door(
        session,
        account_id=actor.account_id,
        carer_kind=CarerKind.FAMILY,
        client_id=prompt.client_id,
        day=prompt.day,
        keys=settings.key_ring,
    )
    policy = policy_on(prompt.day, region=actor.region, district=door.district_code, at=at)
    fix = kept_fix(command.fix, is_withdrawn=door.location_withdrawn)
    place = judge_location(fix, places=door.places, occurred_at=command.occurred_at, terms=policy.location)
    asked = DuePrompt(prompt.carer_id, prompt.client_id, prompt.opens_at, prompt.closes_at)
    salt, key = secrets.token_bytes(SALT_BYTES), settings.key_ring.command_key
    take_turn(session, client_id=prompt.client_id)
    row, is_new = resend.insert_once(
        session,
        PromptAnswer,
        digest=command_digest({"command": command, "prompt_id": prompt_id, "account_id": actor.account_id}, key=key),
        id=command.id,
        prompt_id=prompt_id,
        in_time=is_in_time(asked, occurred_at=command.occurred_at, at=at, tolerance=policy.clock.skew_flag_after),
        verdict=place.verdict,
        distance_m=place.distance_m,
        location_source=fix.source if fix else None,
        position_digest=position_digest(fix, salt=salt, key=key) if fix else None,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        policy_digest=policy.digest,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
        return queries.answer_view(row)
    if fix is not None:
        store_position(session, command.id, fix, salt=salt, settings=settings)
    held = queries.list_held_days(session, carer_id=prompt.carer_id, client_id=prompt.client_id, day=prompt.day)
    judge_prompted_days(session, held, region=actor.region, at=at)
    return queries.answer_view(row)
