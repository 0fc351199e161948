"""What became of what the rules held, and rules that are stopped or let go."""

from app.checkin.rule_stops import OutcomesAsked, RuleChange, RuleOutcomes, RuleStop
from app.checkin.schemas.rule_stops import (
    OutcomesAskedSchema,
    RuleChangeSchema,
    RuleOutcomesSchema,
    RuleStopSchema,
)
from app.checkin.service import rule_stops as service
from app.kernel import clock
from app.kernel.access import current_actor, requires
from app.kernel.db import session, transaction
from app.kernel.http.api import AnhuBlueprint
from app.kernel.permissions import Permission
from app.kernel.resend import idempotent

bp = AnhuBlueprint("rule_stops", __name__, description="Rules and what people decided about what they held (规则核查)")


@bp.get("/rule-outcomes")
@requires(Permission.READ_RULE_OUTCOMES)
@bp.arguments(OutcomesAskedSchema, location="query")
@bp.response(200, RuleOutcomesSchema)
def read_outcomes(wanted: OutcomesAsked) -> RuleOutcomes:
    """How often people accepted and refused what each rule held, by month; and which rules are stopped."""
    return service.read_outcomes(session(), wanted, actor=current_actor())


@bp.post("/rule-stops")
@requires(Permission.CHANGE_RULES)
@idempotent
@bp.arguments(RuleChangeSchema)
@bp.response(201, RuleStopSchema)
def change_rule(command: RuleChange) -> RuleStop:
    """Stop a rule, or let it hold money again, from now on."""
    with transaction() as current:
        return service.change_rule(current, command, actor=current_actor(), at=clock.now())
