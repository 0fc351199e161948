"""Tells with a visit outside the approved places that the address itself is doubted: one fault, not many frauds."""

from collections.abc import Iterable
from uuid import UUID

from app.checkin.queries.homes import find_open_proposal
from app.checkin.service.facts import Writes
from app.checkin.types import ExceptionCode, Found, OpenException
from app.policies.types import Policy

DOUBT_OF_ADDRESS = (ExceptionCode.ADDRESS_DOUBTFUL,)


def doubt_address(
    writes: Writes, known: Iterable[OpenException], *, fact_id: UUID, client_id: UUID, policy: Policy
) -> None:
    """Keep with a fact outside the fence, once, that a proposal about the client's address is open. Of any other fact
    nothing is asked."""
    codes = {each.code for each in known}
    if ExceptionCode.OUTSIDE_FENCE not in codes or ExceptionCode.ADDRESS_DOUBTFUL in codes:
        return
    proposal_id = find_open_proposal(writes.session, client_id=client_id)
    if proposal_id is not None:
        found = Found(ExceptionCode.ADDRESS_DOUBTFUL, {"proposal_id": str(proposal_id)})
        writes.add_found(fact_id, (found,), policy=policy)
