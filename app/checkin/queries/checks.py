"""Reads of checks before service, and of a fact with them."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.checkin.check_models import LIMBS_CONTEXT, LimbFinding, VisitCheck
from app.checkin.checks import ChecksMade, ChecksView, LimbCheck
from app.checkin.queries import facts, photos
from app.checkin.queries.away_words import list_words
from app.checkin.queries.remarks import list_remarks
from app.checkin.queries.statements import list_statements
from app.checkin.queries.vouchers import list_scans
from app.checkin.shown import FactView
from app.kernel.permissions import AnyActor, ScopeKind
from app.kernel.settings import current_settings

# Whoever judges care. A carer and a guardian see the fact without what was found of the client's health.
SHOWN_IN = (ScopeKind.AGENCY, ScopeKind.DISTRICT, ScopeKind.FUND)
IN_ORDER = (VisitCheck.occurred_at, VisitCheck.id)


def find_checks(session: Session, *, visit_ids: Collection[UUID]) -> dict[UUID, ChecksMade]:
    """What was checked before visits by the last words of their carers, unscoped."""
    rows = session.execute(
        select(
            VisitCheck.visit_id,
            VisitCheck.identity,
            VisitCheck.voucher,
            VisitCheck.limbs_checked,
            VisitCheck.risks_told,
        )
        .where(VisitCheck.visit_id.in_(visit_ids))
        .ext(distinct_on(VisitCheck.visit_id))
        .order_by(VisitCheck.visit_id, *(column.desc() for column in IN_ORDER))
    )
    return {row[0]: ChecksMade(*row[1:]) for row in rows}


def get_fact(session: Session, *, fact_id: UUID, actor: AnyActor) -> FactView:
    """One fact, for agency and fund with checks before service, what is said of it and of its taps, its photos and
    the e-vouchers scanned, in order; raises NotFound."""
    fact = facts.get_fact(session, fact_id=fact_id, actor=actor)
    if actor.scope.kind not in SHOWN_IN:
        return fact
    rows = session.execute(
        select(VisitCheck, LimbFinding.limbs_enc)
        .outerjoin(LimbFinding, LimbFinding.check_id == VisitCheck.id)
        .where(VisitCheck.visit_id == fact_id)
        .order_by(*IN_ORDER)
    )
    checks = tuple(_view(row, sealed) for row, sealed in rows)
    statements = list_statements(session, visit_id=fact_id)
    return replace(
        fact,
        checks=checks,
        statements=statements,
        photos=photos.list_photos(session, fact_id=fact_id),
        vouchers=list_scans(session, visit_id=fact_id),
        away_words=list_words(session, fact_id=fact_id),
        remarks=list_remarks(session, fact_ids=[fact_id])[fact_id],
    )


def _view(row: VisitCheck, sealed: bytes | None) -> ChecksView:
    keys = current_settings().key_ring
    return ChecksView(
        id=row.id,
        identity=row.identity,
        identity_reason=row.identity_reason,
        limbs=LimbCheck.NOT_CHECKED if sealed is None else LimbCheck(keys.decrypt(sealed, context=LIMBS_CONTEXT)),
        risks_told=row.risks_told,
        voucher=row.voucher,
        voucher_reason=row.voucher_reason,
        occurred_at=row.occurred_at,
        received_at=row.recorded_at,
    )
