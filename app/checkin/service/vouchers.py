"""Traces an e-voucher by its provider: the scan is kept, then the provider is asked, then its answer is kept.

Whatever the provider does, the carer goes on; without an answer the voucher was shown by his word, as a card is.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.checkin.queries import vouchers as queries
from app.checkin.rules.vouchers import judge_trace
from app.checkin.service import facts
from app.checkin.service.cases import subject_of
from app.checkin.service.settling import settle_visit
from app.checkin.service.witnesses import add_witness, policy_of
from app.checkin.types import EvidenceKind, ExceptionCode, Found
from app.checkin.voucher_models import VoucherScan, VoucherTrace
from app.checkin.vouchers import NewVoucherScan, VoucherScanView, VoucherState
from app.gateways.provider_access import asking_voucher, log_unavailable
from app.gateways.signed import ProviderError
from app.gateways.voucher import Trace
from app.kernel import resend
from app.kernel.canonical import command_digest
from app.kernel.permissions import Actor
from app.kernel.settings import current_settings
from app.registry.lookups import identity_hash, is_client
from app.schedules.queries import get_visit
from app.schedules.service import progress
from app.schedules.types import VisitView

OF_VOUCHER = (ExceptionCode.VOUCHER_OF_OTHER,)


def begin(session: Session, command: NewVoucherScan, *, visit_id: UUID, actor: Actor, at: datetime) -> VoucherScanView:
    """Keep that the carer of a visit scanned a code; sent again it is the same scan, with its answer if there is one.

    Raises NotFound for a visit that is not his, EventReused.
    """
    visit = get_visit(session, visit_id=visit_id, actor=actor)
    content = {"command": command, "visit_id": visit_id, "account_id": actor.account_id}
    _, is_new = resend.insert_once(
        session,
        VoucherScan,
        digest=command_digest(content, key=current_settings().key_ring.command_key),
        id=command.id,
        visit_id=visit.id,
        occurred_at=command.occurred_at,
        account_id=actor.account_id,
        recorded_at=at,
    )
    if not is_new:
        resend.mark_replay()
    return queries.get_scan(session, scan_id=command.id)


def ask_trace(scan: VoucherScanView, code: str) -> Trace | None:
    """Ask the provider whose voucher a code shows, outside any transaction; None when it is known, or nobody tells."""
    if scan.state is not VoucherState.NOT_TRACED:
        return None
    try:
        with asking_voucher() as provider:
            return provider.trace(reference=scan.id.hex, code=code)
    except ProviderError as error:
        log_unavailable("voucher_not_traced", error)
        return None


def keep_trace(
    session: Session, scan: VoucherScanView, told: Trace | None, *, actor: Actor, at: datetime
) -> VoucherScanView:
    """Keep what the provider said, once: a voucher of the client's as a witness, one of somebody else's as found, until
    the client's own is scanned."""
    if told is None:
        return scan
    visit = get_visit(session, visit_id=scan.visit_id, actor=actor)
    progress.lock(session, visit_id=visit.id)
    if not _insert_trace(session, scan, told, visit=visit, at=at):
        resend.mark_replay()
        return queries.get_scan(session, scan_id=scan.id)
    resend.forget_replay()  # of a scan sent again the answer is new
    kept = queries.get_scan(session, scan_id=scan.id)
    is_clients = kept.state is VoucherState.TRACED
    if is_clients:
        add_witness(session, visit, kept, kind=EvidenceKind.VOUCHER, holds=True, actor=actor, at=at)
    elif kept.state is not VoucherState.OTHER_PERSON:
        return kept
    facts.add_subject(session, subject_of(visit), at=at)
    news = facts.find_again(
        session,
        fact_id=visit.id,
        codes=OF_VOUCHER,
        found=() if is_clients else (Found(ExceptionCode.VOUCHER_OF_OTHER, {"voucher_scan_id": str(scan.id)}),),
        policy=policy_of(visit, actor=actor, at=at),
        at=at,
    )
    settle_visit(session, visit, region=actor.region, at=at, news=news)
    return kept


def _insert_trace(session: Session, scan: VoucherScanView, told: Trace, *, visit: VisitView, at: datetime) -> bool:
    is_clients = told.id_number is not None and is_client(session, client_id=visit.client_id, id_number=told.id_number)
    values = {
        "id": scan.id,
        "outcome": judge_trace(VoucherState(told.state), is_clients=is_clients),
        "identity_hash": None if told.id_number is None else identity_hash(told.id_number),
        "trace_id": told.trace_id,
        "recorded_at": at,
    }
    once = insert(VoucherTrace).values(**values).on_conflict_do_nothing(index_elements=["id"])
    return session.scalar(once.returning(VoucherTrace.id)) is not None
