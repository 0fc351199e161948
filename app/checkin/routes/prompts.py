"""Prompts at random times for family carers, where the region asks for them."""

from typing import Any
from uuid import UUID

from app.checkin.prompts import PromptAnswerView, PromptTap
from app.checkin.queries.prompts import list_open_prompts
from app.checkin.schemas.prompts import PromptAnswerSchema, PromptListSchema, PromptTapSchema
from app.checkin.service import prompts
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission

bp = AnhuBlueprint("prompts", __name__, description="Prompts at random times (随机到岗确认)")


@bp.get("/prompts")
@requires(Permission.ANSWER_PROMPTS)
@bp.response(200, PromptListSchema)
def list_prompts() -> dict[str, Any]:
    """The prompts that wait for the actor's answer now. One that is missed costs nothing."""
    return {"prompts": list_open_prompts(session(), actor=current_actor(), at=clock.now())}


@bp.post("/prompts/<uuid:prompt_id>/answer")
@requires(Permission.ANSWER_PROMPTS)
@bp.arguments(PromptTapSchema)
@bp.response(201, PromptAnswerSchema)
def answer_prompt(command: PromptTap, prompt_id: UUID) -> PromptAnswerView:
    """Answer a prompt; in time and from the home it is a witness of the care day."""
    with transaction() as current:
        return prompts.answer_prompt(current, command, prompt_id=prompt_id, actor=current_actor(), at=clock.now())
