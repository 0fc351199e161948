"""Stops rules of which people accept too much of what they held, and lets them go again when a person says so."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.queries import rule_stops as queries
from app.checkin.queries.rule_stops import Span
from app.checkin.rule_models import RuleStanding
from app.checkin.rule_stops import Outcome, OutcomesAsked, RuleChange, RuleOutcomes, RuleStop
from app.checkin.rules.grading import may_stop
from app.checkin.rules.rule_stops import judge_rule
from app.checkin.service.settling import policy_on
from app.checkin.types import ExceptionCode
from app.kernel import audit, clock
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, AnyActor, SystemActor
from app.kernel.regions import zone_of
from app.kernel.settings import current_settings
from app.policies.entry_codes import LimitPeriod
from app.policies.types import Policy
from app.schedules.rules import days_of

WINDOW = timedelta(days=90)  # assumed: decisions of this long are counted


class RuleNotStoppable(DomainError):
    """This rule holds no money, or tells a fact that always does."""

    kind, code = ErrorKind.CONFLICT, "rule_not_stoppable"


class RuleUnchanged(DomainError):
    """The rule stands so already, or somebody else was faster."""

    kind, code = ErrorKind.CONFLICT, "rule_unchanged"


def stop_overturned(session: Session, *, actor: SystemActor, at: datetime) -> dict[ExceptionCode, Outcome]:
    """Stop the rules that lost their right by what was decided lately, since a person let them go last; answers which.

    Safe to run twice: a stopped rule is not looked at.
    """
    policy, known = _policy(actor, at=at), {each.code: each for each in queries.list_standings(session)}
    counted = queries.count_outcomes(session, actor=actor, span=Span(at - WINDOW, at))
    for each in known.values():
        if not each.stopped and each.since > at - WINDOW:
            again = queries.count_outcomes(session, actor=actor, span=Span(each.since, at, (each.code,)))
            counted |= {each.code: again.get(each.code, Outcome(0, 0))}
    found = {
        code: outcome
        for code, outcome in counted.items()
        if not (code in known and known[code].stopped) and judge_rule(code, outcome, terms=policy.grading)
    }
    stopped = {}
    for code, outcome in found.items():
        counts = {"overturned": outcome.overturned, "upheld": outcome.upheld}
        if _write(session, code, known.get(code), stopped=True, policy=policy, actor=actor, at=at, **counts):
            stopped[code] = outcome
    return stopped


def read_outcomes(session: Session, wanted: OutcomesAsked, *, actor: Actor) -> RuleOutcomes:
    """What became of what the rules held in these months, of the actor's visits, and the last word about each rule."""
    (_, beyond), zone = days_of(LimitPeriod.MONTH, on=wanted.month_to), zone_of(actor.region)
    items = queries.list_month_outcomes(session, actor=actor, first=wanted.month_from, beyond=beyond, zone=zone)
    return RuleOutcomes(items, queries.list_standings(session))


def change_rule(session: Session, command: RuleChange, *, actor: Actor, at: datetime) -> RuleStop:
    """Stop a rule, or let it hold money again: what is found from now on. Raises RuleNotStoppable, RuleUnchanged."""
    if not may_stop(command.code):
        raise RuleNotStoppable(code=command.code)
    known = {each.code: each for each in queries.list_standings(session)}.get(command.code)
    is_stopped = known is not None and known.stopped
    if is_stopped == command.stopped or not _write(
        session,
        command.code,
        known,
        stopped=command.stopped,
        policy=_policy(actor, at=at),
        actor=actor,
        at=at,
        reason=command.reason,
    ):
        raise RuleUnchanged(code=command.code)
    seq = known.seq + 1 if known else 1
    return RuleStop(command.code, command.stopped, seq, at, actor.account_id, command.reason, None)


def _policy(actor: AnyActor, *, at: datetime) -> Policy:
    return policy_on(clock.local_date(at, zone_of(actor.region)), region=actor.region, district=None, at=at)


def _write(
    session: Session,
    code: ExceptionCode,
    known: RuleStop | None,
    *,
    stopped: bool,
    policy: Policy,
    actor: AnyActor,
    at: datetime,
    **values: Any,
) -> bool:
    """Append the next word about a rule, with its audit; False when another wrote one meanwhile."""
    statement = insert(RuleStanding).values(
        id=new_id(at=at),
        code=code.value,
        seq=known.seq + 1 if known else 1,
        stopped=stopped,
        account_id=actor.account_id if isinstance(actor, Actor) else None,
        policy_digest=policy.digest,
        recorded_at=at,
        **values,
    )
    row_id = session.scalar(statement.on_conflict_do_nothing(index_elements=["code", "seq"]).returning(RuleStanding.id))
    if row_id is None:
        return False
    action, keys = "rule.stopped" if stopped else "rule.let_go", current_settings().key_ring
    about, details = ("rule", row_id), {"code": code, **values}
    audit.record(session, action, actor=actor, at=at, subject=about, details=details, keys=keys)
    return True
